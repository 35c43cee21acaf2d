//! Directories, links, nodes, and their removal.

use nix::errno::Errno;
use nix::sys::stat::{SFlag, makedev};

use super::{arguments, attributes};
use crate::plugin::bindings::wit::rootfs::{Attributes, Error, Existing, Node};
use crate::plugin::state::State;
use crate::sys::root::Stage;

/// Makes a directory, or gives attributes to one that exists.
pub(super) fn directory(state: &State, path: &str, given: &Attributes, parents: bool) -> Result<(), Error> {
    let attributes = attributes::resolve(state, given)?;
    attributes::can_have(SFlag::S_IFDIR, &attributes)?;
    let path = arguments::path(path)?;
    match state.root.handle(path, true) {
        Ok(handle) if handle.kind()? == SFlag::S_IFDIR => return attributes::apply(&handle, &attributes),
        Ok(_) => return Err(Error::Exists),
        Err(Errno::ENOENT) => {}
        Err(error) => return Err(error.into()),
    }
    if let (true, Some(parent)) = (parents, path.parent()) {
        state.make_directories(parent)?;
    }
    state.spend_entry(0)?;
    let spot = state.root.followed_spot(path)?;
    spot.make_directory()?;
    attributes::apply(&spot.handle()?, &attributes)
}

/// Makes a symbolic link.
pub(super) fn symlink(state: &State, target: &str, path: &str, existing: Existing) -> Result<(), Error> {
    if target.is_empty() {
        return Err(Error::Invalid("the target of a symbolic link is empty".to_owned()));
    }
    if target.contains('\0') {
        return Err(Error::Invalid("the target of a symbolic link has a zero byte".to_owned()));
    }
    let path = arguments::name(path)?;
    state.spend_entry(target.len())?;
    let place = state.root.spot(path)?;
    match place.make_link(target.as_ref()) {
        Err(Errno::EEXIST) if existing == Existing::Keep => Ok(()),
        Err(Errno::EEXIST) if existing == Existing::Replace => {
            let stage = Stage::beside(place)?;
            stage.spot().make_link(target.as_ref())?;
            Ok(stage.put(stage.spot(), existing.into())?)
        }
        result => Ok(result?),
    }
}

/// Makes a device node or another special file.
pub(super) fn node(state: &State, path: &str, node: Node, given: &Attributes) -> Result<(), Error> {
    let attributes = attributes::resolve(state, given)?;
    let path = arguments::name(path)?;
    let device =
        |numbers| arguments::device(numbers).map(|(major, minor)| makedev(major.into(), minor.into()));
    let (kind, device) = match node {
        Node::CharacterDevice(numbers) => (SFlag::S_IFCHR, device(numbers)?),
        Node::BlockDevice(numbers) => (SFlag::S_IFBLK, device(numbers)?),
        Node::Fifo => (SFlag::S_IFIFO, 0),
        Node::Socket => (SFlag::S_IFSOCK, 0),
    };
    attributes::can_have(kind, &attributes)?;
    state.spend_entry(0)?;
    let spot = state.root.spot(path)?;
    spot.make_node(kind, device)?;
    attributes::apply(&spot.handle()?, &attributes)
}

/// Removes a file or an empty directory.
pub(super) fn remove(state: &State, path: &str) -> Result<(), Error> {
    let spot = state.root.spot(arguments::name(path)?)?;
    match spot.remove_file() {
        Err(Errno::EISDIR) => Ok(spot.remove_directory()?),
        result => Ok(result?),
    }
}

/// Removes a file or a tree, if it is there.
pub(super) fn remove_tree(state: &State, path: &str) -> Result<(), Error> {
    let removed = state.root.spot(arguments::name(path)?).and_then(|spot| spot.remove_tree(state.stop));
    match removed {
        Err(Errno::ENOENT) => Ok(()),
        result => Ok(result?),
    }
}
