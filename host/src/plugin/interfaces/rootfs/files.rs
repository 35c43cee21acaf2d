//! Whole files.

use std::io::Read;
use std::path::Path;

use nix::errno::Errno;
use nix::sys::stat::SFlag;

use super::{arguments, attributes};
use crate::plugin::bindings::wit::rootfs::{Attributes, Error, Existing};
use crate::plugin::limits::Limit;
use crate::plugin::state::State;
use crate::sys::root::{self, Root, Spot};

/// Reads a whole file.
pub(in crate::plugin::interfaces) fn read(state: &State, path: &str) -> Result<Vec<u8>, Error> {
    let file = state.root.handle(arguments::path(path)?, true)?.read()?;
    let limit = state.limits().get(Limit::Answer);
    let size = file.metadata().map_or(0, |found| found.len());
    if size > limit {
        return Err(state.too_large(Limit::Answer));
    }
    let mut contents = Vec::with_capacity(size as usize);
    file.take(limit + 1).read_to_end(&mut contents).map_err(|error| Error::Other(error.to_string()))?;
    if contents.len() as u64 > limit { Err(state.too_large(Limit::Answer)) } else { Ok(contents) }
}

/// A file that is being written, with what it will be.
#[derive(Debug)]
pub(in crate::plugin::interfaces) struct Draft {
    draft: root::Draft,
    attributes: root::Attributes,
    existing: root::Existing,
}

impl Draft {
    pub(super) fn write(&mut self, contents: &[u8]) -> Result<(), Error> {
        Ok(self.draft.write(contents)?)
    }

    pub(super) fn finish(self) -> Result<(), Error> {
        self.draft.finish(&self.attributes, self.existing).map_err(attributes::refused(&self.attributes))
    }
}

/// Begins to write a file; absent if one exists that is to be kept.
pub(super) fn begin(
    state: &State,
    path: &str,
    given: &Attributes,
    existing: Existing,
    parents: bool,
) -> Result<Option<Draft>, Error> {
    let attributes = attributes::resolve(state, given)?;
    attributes::can_have(SFlag::S_IFREG, &attributes)?;
    state.spend_entry(0)?;
    let draft = root::Draft::begin(place(state, path, Root::followed_spot, parents)?)?;
    match (draft.replaces(), existing) {
        (true, Existing::Keep) => Ok(None),
        (true, Existing::Fail) => Err(Error::Exists),
        _ => Ok(Some(Draft { draft, attributes, existing: existing.into() })),
    }
}

/// How a path is looked up: with a link at its end followed, or not.
type Lookup = fn(&Root, &Path) -> nix::Result<Spot>;

/// Where a file is to be written, the directories that lead there made if that is asked for.
fn place(state: &State, path: &str, lookup: Lookup, parents: bool) -> Result<Spot, Error> {
    let path = arguments::file(path)?;
    match (lookup(&state.root, path), path.parent()) {
        (Err(Errno::ENOENT), Some(parent)) if parents => {
            state.make_directories(parent)?;
            Ok(lookup(&state.root, path)?)
        }
        (result, _) => Ok(result?),
    }
}

/// Writes a whole file.
pub(super) fn write(
    state: &State,
    path: &str,
    contents: &[u8],
    given: &Attributes,
    existing: Existing,
    parents: bool,
) -> Result<(), Error> {
    let attributes = attributes::resolve(state, given)?;
    attributes::can_have(SFlag::S_IFREG, &attributes)?;
    state.spend_entry(contents.len())?;
    let new = place(state, path, Root::next_spot, parents)?;
    match root::write_new(&new, contents, &attributes) {
        // Something has the name, or the directory is gone that was kept from the last file.
        Err(Errno::EEXIST | Errno::ENOENT) => {}
        result => return result.map_err(attributes::refused(&attributes)),
    }
    let place = place(state, path, Root::followed_spot, parents)?;
    root::write(place, contents, &attributes, existing.into()).map_err(attributes::refused(&attributes))
}

/// Replaces a file, with the directories that lead to it.
pub(in crate::plugin::interfaces) fn replace(
    state: &State,
    path: &str,
    contents: &[u8],
) -> Result<(), Error> {
    let none = Attributes { mode: None, user: None, group: None, modified: None, extended: Vec::new() };
    write(state, path, contents, &none, Existing::Replace, true)
}

/// Appends to a file.
pub(super) fn append(state: &State, path: &str, contents: &[u8]) -> Result<(), Error> {
    let place = state.root.followed_spot(arguments::file(path)?)?;
    match place.existing()? {
        Some(_) => state.spend(contents.len())?,
        None => state.spend_entry(contents.len())?,
    }
    Ok(root::append(place, contents)?)
}
