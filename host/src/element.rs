//! What an element is, whichever way it is written.
//!
//! An element is a directory, or one self-contained `.wasm` file. [`Element`]
//! is its loaded form: everything planning needs, nothing executed. Hooks are
//! shell scripts or functions of a WebAssembly component; both carry the same
//! [`Hook`] and share one order.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::bound::{self, Bound};
use crate::sys::regular;

pub mod builtin;
pub mod capability;
pub mod carried;
pub mod declared;
mod directory;
mod error;
pub mod hook_name;
pub mod installed;
pub mod library;
mod load;
pub mod manifest;
pub mod phase;
mod readme;
pub mod section;
pub mod skipped;

pub use error::ElementError;
pub use library::Library;
pub use manifest::Manifest;
pub use phase::{Phase, Place};
pub(crate) use section::sections as sections_of;

/// A loaded element.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its name: the directory's, or the manifest's for a `.wasm` file.
    pub name: String,
    /// Where it was found.
    pub origin: Origin,
    /// One line on what it does, if it says so.
    pub summary: Option<String>,
    /// Names of the elements it needs, as written.
    pub dependencies: Vec<String>,
    /// Names it stands in for.
    pub provides: Vec<String>,
    /// Its hooks, unsorted.
    pub hooks: Vec<Hook>,
    /// All files of the element that a build may need: hooks, `environment.d`,
    /// declarative files, `bin/` and so on; with their directories where these
    /// go into the image as they are. Sorted by path.
    pub files: Vec<ElementFile>,
    /// The component with its manifest, for component elements.
    pub component: Option<Component>,
}

/// Where an element comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "path")]
pub enum Origin {
    /// Carried inside `slate`.
    Builtin,
    /// A directory on disk.
    Directory(PathBuf),
    /// A self-contained `.wasm` file.
    Wasm(PathBuf),
}

impl Element {
    /// Whether it stands in for `name`.
    pub fn provides(&self, name: &str) -> bool {
        self.provides.iter().any(|provided| provided == name)
    }

    /// The file at a path relative to the element.
    pub fn file(&self, path: &str) -> Option<&ElementFile> {
        let found = self.files.binary_search_by(|file| file.path.as_str().cmp(path));
        found.ok().map(|index| &self.files[index])
    }

    /// Whether one of its files is a shell hook.
    pub fn is_shell_hook(&self, file: &ElementFile) -> bool {
        let Some((directory, name)) = file.path.split_once('/') else { return false };
        let phase = Phase::from_directory(directory);
        let mut hooks = self.hooks.iter().filter(|hook| hook.kind == HookKind::Shell);
        hooks.any(|hook| Some(hook.phase) == phase && hook.name == name)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Builtin => f.write_str("built-in"),
            Origin::Directory(path) | Origin::Wasm(path) => path.display().fmt(f),
        }
    }
}

/// The WebAssembly side of an element.
#[derive(Clone, Debug)]
pub struct Component {
    /// What it says about itself.
    pub manifest: Manifest,
    /// The component's bytes.
    pub bytes: Content,
}

impl Component {
    /// Reads the component's bytes.
    ///
    /// # Errors
    ///
    /// Fails if they cannot be read, or if there are too many.
    pub fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        match &self.bytes {
            Content::Path(path) => read_component(path).map(Cow::from),
            bytes => bytes.read(),
        }
    }
}

/// Reads the file of a component.
fn read_component(path: &Path) -> io::Result<Vec<u8>> {
    read_within(path, &bound::COMPONENT)
}

/// Reads a file that has no more bytes than a bound.
fn read_within(path: &Path, bound: &Bound) -> io::Result<Vec<u8>> {
    regular::read(path, bound.most).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => exceeded(bound),
        _ => error,
    })
}

fn exceeded(bound: &Bound) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, bound.to_string())
}

/// One hook, before it is put into an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// When it runs.
    pub phase: Phase,
    /// The full hook name, order included: `62-ssh-key`. For shell hooks this
    /// is the file name; for component hooks `<order>-<name>`.
    pub name: String,
    /// What runs it.
    pub kind: HookKind,
}

/// Which runner runs a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HookKind {
    /// A program, nearly always a shell script.
    Shell,
    /// A function of a WebAssembly component.
    Component,
    /// `slate` itself, by what elements declare.
    Host,
}

/// One file of an element.
#[derive(Clone, Debug)]
pub struct ElementFile {
    /// Path relative to the element, `/`-separated.
    pub path: String,
    /// Permission bits to materialise it with.
    pub mode: u32,
    /// What is in it.
    pub content: Content,
}

/// Bytes that are either compiled in, in memory, or on disk.
#[derive(Clone, Debug)]
pub enum Content {
    /// Compiled into `slate`.
    Embedded(&'static [u8]),
    /// Read already.
    Memory(Arc<[u8]>),
    /// On disk, by absolute path.
    Path(PathBuf),
    /// A symbolic link that stays one, by what it points to.
    Link(PathBuf),
    /// A directory.
    Directory,
}

impl Content {
    /// Reads the bytes; those of a link are what it points to, and a directory has none.
    ///
    /// # Errors
    ///
    /// Fails if a file on disk cannot be read.
    pub fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        Ok(match self {
            Content::Embedded(bytes) => (*bytes).into(),
            Content::Memory(bytes) => bytes.as_ref().into(),
            Content::Path(path) => std::fs::read(path)?.into(),
            Content::Link(target) => target.as_os_str().as_bytes().into(),
            Content::Directory => [].as_slice().into(),
        })
    }

    /// The same for what has no more bytes than a bound.
    ///
    /// # Errors
    ///
    /// Fails if a file on disk cannot be read, and if it has more.
    pub(crate) fn read_within(&self, bound: &Bound) -> io::Result<Cow<'_, [u8]>> {
        let bytes = match self {
            Content::Path(path) => read_within(path, bound)?.into(),
            held => held.read()?,
        };
        if bytes.len() as u64 > bound.most { Err(exceeded(bound)) } else { Ok(bytes) }
    }
}
