//! The elements that `slate` carries inside itself.

use super::{Content, ElementFile};

/// One element as it is compiled in: a directory's files, whichever way the
/// element is written.
#[derive(Clone, Copy, Debug)]
pub struct BuiltinElement {
    /// The element's name.
    pub name: &'static str,
    /// Its files, sorted by path.
    pub files: &'static [BuiltinFile],
}

/// One file of a compiled-in element.
#[derive(Clone, Copy, Debug)]
pub struct BuiltinFile {
    /// Path relative to the element, `/`-separated.
    pub path: &'static str,
    /// Permission bits.
    pub mode: u32,
    /// The content.
    pub bytes: &'static [u8],
}

/// Every built-in element, sorted by name.
pub const BUILTIN: &[BuiltinElement] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

impl BuiltinElement {
    /// Its files in the form all elements have.
    pub(super) fn files(&self) -> Vec<ElementFile> {
        let file = |file: &BuiltinFile| ElementFile {
            path: file.path.to_owned(),
            mode: file.mode,
            content: Content::Embedded(file.bytes),
        };
        self.files.iter().map(file).collect()
    }
}
