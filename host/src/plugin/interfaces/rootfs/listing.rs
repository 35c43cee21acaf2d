//! What is there.

use nix::errno::Errno;
use nix::sys::stat::{FileStat, SFlag, major, minor};

use super::arguments;
use crate::plugin::bindings::wit::rootfs::{Entry, Error, Kind, Metadata};
use crate::plugin::bindings::wit::types::Datetime;
use crate::plugin::limits::Limit;
use crate::plugin::state::State;
use crate::report::Level;
use crate::sys::root::{Handle, MAX_DEPTH, TOO_DEEP};

/// What is known of a path; absent if there is nothing.
pub(super) fn stat(state: &State, path: &str, follow: bool) -> Result<Option<Metadata>, Error> {
    match state.root.handle(arguments::path(path)?, follow) {
        Ok(handle) => Ok(Some(metadata(&handle)?)),
        Err(Errno::ENOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The entries of a directory.
pub(super) fn list(state: &mut State, path: &str) -> Result<Vec<Entry>, Error> {
    let handle = state.root.handle(arguments::path(path)?, true)?;
    let mut listing = Listing::default();
    collect(state, &handle, &absolute(path), 0, 0, &mut listing)?;
    Ok(listing.entries)
}

/// Everything below a directory.
pub(super) fn walk(state: &mut State, path: &str) -> Result<Vec<Entry>, Error> {
    let handle = state.root.handle(arguments::path(path)?, true)?;
    let mut listing = Listing::default();
    collect(state, &handle, &absolute(path), MAX_DEPTH, 0, &mut listing)?;
    Ok(listing.entries)
}

/// A path with one slash in front and none behind; the root is empty.
pub(super) fn absolute(path: &str) -> String {
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
    names.iter().fold(String::new(), |path, name| path + "/" + name)
}

/// What was found so far.
#[derive(Default)]
struct Listing {
    entries: Vec<Entry>,
    /// Bytes of the paths and of the links' targets.
    bytes: usize,
}

impl Listing {
    fn add(&mut self, entry: Entry, state: &State) -> Result<(), Error> {
        self.bytes += entry.path.len() + entry.metadata.target.as_ref().map_or(0, String::len);
        if self.bytes > state.limits().size(Limit::Answer) {
            return Err(state.too_large(Limit::Answer));
        }
        self.entries.push(entry);
        Ok(())
    }
}

/// Adds the entries of a directory, and those of the directories in it, down to
/// some levels. `waiting` are known already and will be added after these.
fn collect(
    state: &mut State,
    directory: &Handle,
    path: &str,
    levels: usize,
    waiting: usize,
    listing: &mut Listing,
) -> Result<(), Error> {
    let room = state.limits().size(Limit::Entries).saturating_sub(listing.entries.len() + waiting);
    let spots = directory.entries_up_to(room)?.ok_or_else(|| state.too_large(Limit::Entries))?;
    let mut waiting = waiting + spots.len();
    for spot in spots {
        waiting -= 1;
        state.stop()?;
        let Some(name) = spot.name().to_str() else {
            let name = spot.name().to_string_lossy();
            state.log.message(
                Level::Warn,
                &format!("{path}/{name} is left out of a listing: its name is not UTF-8"),
            );
            continue;
        };
        let handle = match spot.handle() {
            Err(Errno::ENOENT) => continue,
            result => result?,
        };
        let path = format!("{path}/{name}");
        let metadata = metadata(&handle)?;
        let descends = metadata.kind == Kind::Directory && levels > 0;
        listing.add(Entry { path: path.clone(), metadata }, state)?;
        if descends {
            let below = levels - 1;
            if below == 0 {
                return Err(TOO_DEEP.into());
            }
            collect(state, &handle, &path, below, waiting, listing)?;
        }
    }
    Ok(())
}

/// What is known of a file.
pub(super) fn metadata(handle: &Handle) -> Result<Metadata, Error> {
    let stat = handle.stat()?;
    let kind = kind(&stat);
    let has_size = matches!(kind, Kind::Regular | Kind::Symlink);
    let is_device = matches!(kind, Kind::BlockDevice | Kind::CharacterDevice);
    let target = match kind {
        Kind::Symlink => Some(handle.link_target()?.to_string_lossy().into_owned()),
        _ => None,
    };
    Ok(Metadata {
        kind,
        size: if has_size { stat.st_size.cast_unsigned() } else { 0 },
        mode: stat.st_mode & 0o7777,
        user: stat.st_uid,
        group: stat.st_gid,
        modified: Datetime { seconds: stat.st_mtime, nanoseconds: stat.st_mtime_nsec as u32 },
        links: stat.st_nlink,
        device: is_device.then(|| (major(stat.st_rdev) as u32, minor(stat.st_rdev) as u32)),
        target,
    })
}

fn kind(stat: &FileStat) -> Kind {
    match SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits()) {
        SFlag::S_IFDIR => Kind::Directory,
        SFlag::S_IFLNK => Kind::Symlink,
        SFlag::S_IFBLK => Kind::BlockDevice,
        SFlag::S_IFCHR => Kind::CharacterDevice,
        SFlag::S_IFIFO => Kind::Fifo,
        SFlag::S_IFSOCK => Kind::Socket,
        _ => Kind::Regular,
    }
}

#[cfg(test)]
mod tests {
    use super::absolute;

    #[test]
    fn paths_become_absolute() {
        for (path, expected) in [("/", ""), ("etc", "/etc"), ("//etc/./x/", "/etc/x"), ("", "")] {
            assert_eq!(absolute(path), expected, "{path}");
        }
    }
}
