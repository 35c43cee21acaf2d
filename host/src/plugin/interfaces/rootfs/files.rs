//! Whole files.

use std::io::Read;
use std::path::Path;

use super::attributes;
use crate::plugin::bindings::wit::rootfs::{Attributes, Error, Existing};
use crate::plugin::state::State;
use crate::sys::root;

/// Reads a whole file.
pub(in crate::plugin::interfaces) fn read(state: &State, path: &str) -> Result<Vec<u8>, Error> {
    let file = state.root.handle(Path::new(path), true)?.read()?;
    let limit = state.limits().answer;
    let size = file.metadata().map_or(0, |found| found.len());
    if size > limit {
        return Err(Error::TooLarge(limit));
    }
    let mut contents = Vec::with_capacity(size as usize);
    file.take(limit).read_to_end(&mut contents).map_err(|error| Error::Other(error.to_string()))?;
    Ok(contents)
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
        Ok(self.draft.finish(&self.attributes, self.existing)?)
    }
}

/// Begins to write a file; absent if one exists that is to be kept.
pub(super) fn begin(
    state: &State,
    path: &str,
    given: Attributes,
    existing: Existing,
    parents: bool,
) -> Result<Option<Draft>, Error> {
    let attributes = attributes::resolve(state, &given)?;
    let path = Path::new(path);
    if let (true, Some(parent)) = (parents, path.parent()) {
        state.root.make_directories(parent)?;
    }
    let draft = root::Draft::begin(state.root.followed_spot(path)?)?;
    match (draft.replaces(), existing) {
        (true, Existing::Keep) => Ok(None),
        (true, Existing::Fail) => Err(Error::Exists),
        _ => Ok(Some(Draft { draft, attributes, existing: existing.into() })),
    }
}

/// Replaces a file, with the directories that lead to it.
pub(in crate::plugin::interfaces) fn replace(
    state: &State,
    path: &str,
    contents: &[u8],
) -> Result<(), Error> {
    let none = Attributes { mode: None, user: None, group: None, modified: None, extended: Vec::new() };
    let Some(mut draft) = begin(state, path, none, Existing::Replace, true)? else { return Ok(()) };
    draft.write(contents)?;
    draft.finish()
}

/// Appends to a file.
pub(super) fn append(state: &State, path: &str, contents: &[u8]) -> Result<(), Error> {
    Ok(root::append(state.root.followed_spot(Path::new(path))?, contents)?)
}
