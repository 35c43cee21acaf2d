//! Copies of files and trees.

use std::path::Path;

use nix::errno::Errno;

use super::arguments;
use crate::plugin::bindings::wit::rootfs::{CopyOptions, Error, Source};
use crate::plugin::interfaces::host_files::Refusal;
use crate::plugin::state::State;
use crate::sys::copy::is_no_space;
use crate::sys::root::{Owners, Root, Spot, Stage, errno};
use crate::sys::stop::Stopped;

/// Copies a file or a tree into the image.
pub(super) fn copy(state: &State, from: &Source, to: &str, options: CopyOptions) -> Result<(), Error> {
    let original = original(state, from)?;
    original.stat()?;
    let to = arguments::name(to)?;
    if let (true, Some(parent)) = (options.parents, to.parent()) {
        state.make_directories(parent)?;
    }
    let place = state.root.spot(to)?;
    if place.host_path()?.starts_with(original.host_path()?) {
        return Err(Error::Invalid("a tree cannot be copied into itself".to_owned()));
    }
    state.spend_copy(&original)?;
    let stage = Stage::beside(place)?;
    let owners = if options.keep_owners { Owners::Kept } else { Owners::Root };
    let made = stage.copy(&original, owners, state.stop).map_err(|error| failed(&error))?;
    Ok(stage.put(&made, options.existing.into())?)
}

fn original(state: &State, from: &Source) -> Result<Spot, Error> {
    match from {
        Source::Image(path) => Ok(state.root.spot(arguments::name(path)?)?),
        Source::Scratch(path) => {
            let scratch = state.shared.scratch(&state.facts.name).map_err(|error| failed(&error))?;
            let path = Path::new(path);
            let path = path.strip_prefix("/scratch").unwrap_or(path);
            within(&scratch, path)
        }
        Source::Fetched(digest) => {
            state.fetched_file(digest).map_err(Error::Invalid)?;
            within(&state.shared.setting.downloads, Path::new(digest))
        }
        Source::HostFile(path) => match state.host_file(path) {
            Ok(path) => within(Path::new("/"), &path),
            Err(Refusal::Denied(text)) => Err(Error::Denied(text)),
            Err(Refusal::Invalid(text)) => Err(Error::Invalid(text)),
            Err(Refusal::Io(error)) => Err(errno(&error).into()),
        },
    }
}

fn within(directory: &Path, path: &Path) -> Result<Spot, Error> {
    let root = Root::open(directory).map_err(|error| failed(&error))?;
    Ok(root.spot(path)?)
}

fn failed(error: &anyhow::Error) -> Error {
    if is_no_space(error) {
        return Error::NoSpace;
    }
    match (error.downcast_ref::<Errno>(), error.downcast_ref::<Stopped>()) {
        (Some(errno), _) => (*errno).into(),
        (None, Some(_)) => Errno::ECANCELED.into(),
        (None, None) => Error::Other(format!("{error:#}")),
    }
}
