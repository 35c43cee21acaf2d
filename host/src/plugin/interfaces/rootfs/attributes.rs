//! Modes, owners, times and extended attributes.

use nix::errno::Errno;
use nix::sys::stat::SFlag;
use nix::sys::time::TimeSpec;

use super::arguments;
use crate::plugin::bindings::wit::rootfs::{Attributes, Error, Owner};
use crate::plugin::state::State;
use crate::sys::root::{self, Handle, MAX_DEPTH, TOO_DEEP, find_group, find_user};

/// The bits of a mode that `chmod` sets.
const PERMISSIONS: u32 = 0o7777;
/// Permission to execute, for anybody.
const EXECUTE: u32 = 0o111;
/// Nanoseconds of a second.
const NANOSECONDS: u32 = 1_000_000_000;

/// Attributes with names looked up in the image; what they hold is counted.
pub(super) fn resolve(state: &State, given: &Attributes) -> Result<root::Attributes, Error> {
    if let Some(mode) = given.mode.filter(|mode| mode & !PERMISSIONS != 0) {
        return Err(Error::Invalid(format!("{mode:o} has bits that no permission has")));
    }
    state.spend(size(given))?;
    given.extended.iter().try_for_each(|(name, value)| arguments::attribute(name, value))?;
    let extended = given.extended.iter().map(|(name, value)| (name.into(), value.clone()));
    Ok(root::Attributes {
        mode: given.mode,
        user: given.user.as_ref().map(|user| uid(state, user)).transpose()?,
        group: given.group.as_ref().map(|group| gid(state, group)).transpose()?,
        modified: given.modified.map(|time| time_spec(time.seconds, time.nanoseconds)).transpose()?,
        extended: extended.collect(),
    })
}

/// Bytes of the extended attributes.
fn size(given: &Attributes) -> usize {
    given.extended.iter().map(|(name, value)| name.len() + value.len()).sum()
}

fn uid(state: &State, owner: &Owner) -> Result<u32, Error> {
    match owner {
        Owner::Id(id) => arguments::owner(*id),
        Owner::Name(name) if name == "root" => Ok(0),
        Owner::Name(name) => {
            let user = find_user(&state.root, name)?;
            Ok(user.ok_or_else(|| Error::UnknownOwner(name.clone()))?.uid)
        }
    }
}

fn gid(state: &State, owner: &Owner) -> Result<u32, Error> {
    match owner {
        Owner::Id(id) => arguments::owner(*id),
        Owner::Name(name) if name == "root" => Ok(0),
        Owner::Name(name) => {
            let group = find_group(&state.root, name)?;
            Ok(group.ok_or_else(|| Error::UnknownOwner(name.clone()))?.gid)
        }
    }
}

fn time_spec(seconds: i64, nanoseconds: u32) -> Result<TimeSpec, Error> {
    if nanoseconds >= NANOSECONDS {
        return Err(Error::Invalid(format!("{nanoseconds} nanoseconds are a second or more")));
    }
    Ok(TimeSpec::new(seconds, nanoseconds.into()))
}

/// Sets attributes of a file, or of all of a tree.
pub(super) fn set(state: &State, path: &str, given: &Attributes, recursive: bool) -> Result<(), Error> {
    let attributes = resolve(state, given)?;
    let handle = state.root.handle(arguments::path(path)?, true)?;
    apply(&handle, &attributes)?;
    if recursive && handle.kind()? == SFlag::S_IFDIR {
        set_below(state, &handle, &attributes, size(given), MAX_DEPTH)?;
    }
    Ok(())
}

/// Sets attributes of what has a name, a symbolic link included.
pub(super) fn set_own(state: &State, path: &str, attributes: &Attributes) -> Result<(), Error> {
    let attributes = resolve(state, attributes)?;
    apply(&state.root.handle(arguments::path(path)?, false)?, &attributes)
}

/// Gives attributes to a file that can have them.
pub(super) fn apply(handle: &Handle, attributes: &root::Attributes) -> Result<(), Error> {
    can_have(handle.kind()?, attributes)?;
    handle.apply(attributes).map_err(refused(attributes))
}

/// What the kernel means that refuses these attributes.
pub(super) fn refused(attributes: &root::Attributes) -> impl Fn(Errno) -> Error + use<> {
    let has_extended = !attributes.extended.is_empty();
    move |error| if has_extended { arguments::refused_attribute(error) } else { error.into() }
}

/// Fails for attributes that files of a kind cannot have.
pub(super) fn can_have(kind: SFlag, attributes: &root::Attributes) -> Result<(), Error> {
    arguments::attributes_of(kind, attributes.extended.iter().filter_map(|(name, _)| name.to_str()))
}

fn set_below(
    state: &State,
    directory: &Handle,
    attributes: &root::Attributes,
    extended: usize,
    levels: usize,
) -> Result<(), Error> {
    let below = levels.checked_sub(1).ok_or(TOO_DEEP)?;
    for entry in directory.entries()? {
        state.stop()?;
        let handle = entry.handle()?;
        if !state.root.holds(&handle)? {
            continue;
        }
        let (kind, present) = (handle.kind()?, handle.stat()?.st_mode);
        let keeps_execution = kind == SFlag::S_IFDIR || present & EXECUTE != 0;
        let mode = attributes.mode.map(|mode| if keeps_execution { mode } else { mode & !EXECUTE });
        let mut own = root::Attributes { mode, ..attributes.clone() };
        if kind == SFlag::S_IFLNK {
            own.extended.clear();
        } else {
            state.spend(extended)?;
        }
        apply(&handle, &own)?;
        if kind == SFlag::S_IFDIR {
            set_below(state, &handle, attributes, extended, below)?;
        }
    }
    Ok(())
}

/// The extended attributes of a file.
pub(super) fn extended(state: &State, path: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let handle = state.root.handle(arguments::path(path)?, false)?;
    let mut all = Vec::new();
    for name in handle.extended_names()? {
        if let (Some(text), Some(value)) = (name.to_str(), handle.extended(&name)?) {
            all.push((text.to_owned(), value));
        }
    }
    Ok(all)
}
