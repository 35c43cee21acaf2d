//! The image's files.
//!
//! ```no_run
//! # fn main() -> blankslate_sdk::Result {
//! use blankslate_sdk::rootfs;
//!
//! rootfs::write("/etc/motd", "hello\n")?;
//! rootfs::file("/etc/sudoers.d/admin").mode(0o440).owner("root", "root").write("admin ALL=(ALL) ALL\n")?;
//! rootfs::directory("/srv/data").mode(0o2775).group("staff").create()?;
//! if rootfs::exists("/etc/resolv.conf")? {
//!     rootfs::remove("/etc/resolv.conf")?;
//! }
//! # Ok(()) }
//! ```

mod builder;
mod error;
mod stream;

pub use crate::bindings::wit::rootfs::{
    Attributes, CopyOptions, Entry, Existing, Kind, Metadata, Node, Owner, Source, UserEntry,
};
pub use builder::{DirectoryBuilder, FileBuilder, directory, file};
pub use error::{Error, ErrorKind};
pub use stream::{Reader, Writer, open};

use crate::bindings::wit::rootfs as wit;
use error::During;

/// What this module's functions return.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// No attributes: what exists keeps its own, what is new gets the defaults.
pub fn unchanged() -> Attributes {
    Attributes { mode: None, user: None, group: None, modified: None, extended: Vec::new() }
}

/// Reads a whole file.
///
/// # Errors
///
/// Fails for what does not exist, is no regular file, or is too large.
pub fn read(path: &str) -> Result<Vec<u8>> {
    wit::read(path).during("reading", path)
}

/// Reads a whole file as text.
///
/// # Errors
///
/// Fails as [`read`] does, and for what is not UTF-8.
pub fn read_to_string(path: &str) -> Result<String> {
    let contents = read(path)?;
    let text = String::from_utf8(contents).map_err(|error| wit::Error::Invalid(error.to_string()));
    text.during("reading", path)
}

/// Writes a whole file, and the directories that lead to it. See [`file`] for
/// modes and owners.
///
/// # Errors
///
/// Fails if the file cannot be written.
pub fn write(path: &str, contents: impl AsRef<[u8]>) -> Result {
    file(path).write(contents)
}

/// Appends to a file, which is created if it does not exist.
///
/// # Errors
///
/// Fails if the file cannot be written.
pub fn append(path: &str, contents: impl AsRef<[u8]>) -> Result {
    wit::append(path, contents.as_ref()).during("appending to", path)
}

/// What is known of a file, the symbolic link at the end of its path followed;
/// absent if it does not exist.
///
/// # Errors
///
/// Fails if the path cannot be resolved.
pub fn metadata(path: &str) -> Result<Option<Metadata>> {
    wit::stat(path, true).during("looking at", path)
}

/// What is known of a file, the symbolic link at the end of its path not followed.
///
/// # Errors
///
/// Fails if the path cannot be resolved.
pub fn symlink_metadata(path: &str) -> Result<Option<Metadata>> {
    wit::stat(path, false).during("looking at", path)
}

/// Whether a path exists; a symbolic link does, wherever it leads.
///
/// # Errors
///
/// Fails if the path cannot be resolved.
pub fn exists(path: &str) -> Result<bool> {
    Ok(symlink_metadata(path)?.is_some())
}

/// The entries of a directory, sorted by name.
///
/// # Errors
///
/// Fails for what is no directory.
pub fn list(path: &str) -> Result<Vec<Entry>> {
    wit::list(path).during("listing", path)
}

/// Everything below a directory, parents before their contents.
///
/// # Errors
///
/// Fails for what is no directory.
pub fn walk(path: &str) -> Result<Vec<Entry>> {
    wit::walk(path).during("listing", path)
}

/// The paths that match a pattern.
///
/// # Errors
///
/// Fails for a pattern that is none.
pub fn glob(pattern: &str) -> Result<Vec<String>> {
    wit::glob(pattern).during("looking for", pattern)
}

/// Creates a symbolic link, which replaces what has its path unless that is a directory.
///
/// # Errors
///
/// Fails if the link cannot be made.
pub fn symlink(target: &str, path: &str) -> Result {
    wit::symlink(target, path, Existing::Replace).during("making the symbolic link", path)
}

/// Gives a file a second name.
///
/// # Errors
///
/// Fails if the name exists.
pub fn hard_link(original: &str, path: &str) -> Result {
    wit::hard_link(original, path).during("making the hard link", path)
}

/// Creates a device node or another special file.
///
/// # Errors
///
/// Fails if the path exists.
pub fn make_node(path: &str, node: Node, mode: u32) -> Result {
    let attributes = Attributes { mode: Some(mode), ..unchanged() };
    wit::make_node(path, node, &attributes).during("making the node", path)
}

/// Removes a file, or an empty directory.
///
/// # Errors
///
/// Fails for what does not exist or is not empty.
pub fn remove(path: &str) -> Result {
    wit::remove(path).during("removing", path)
}

/// Removes a file, or a directory with all below it, if it exists.
///
/// # Errors
///
/// Fails if something in it cannot be removed.
pub fn remove_tree(path: &str) -> Result {
    wit::remove_tree(path).during("removing", path)
}

/// Renames a file or a directory.
///
/// # Errors
///
/// Fails if the source does not exist or the target is of another kind.
pub fn rename(from: &str, to: &str) -> Result {
    wit::rename(from, to).during("renaming", from)
}

/// Changes attributes of a file, and of all below it if it is a directory and that is asked for.
///
/// # Errors
///
/// Fails for what does not exist, and for unknown owners.
pub fn set_attributes(path: &str, attributes: &Attributes, recursive: bool) -> Result {
    wit::set_attributes(path, attributes, recursive).during("changing attributes of", path)
}

/// Changes attributes of what has a name, of a symbolic link itself included.
///
/// # Errors
///
/// Fails for what does not exist, and for owners that the image does not have.
pub fn set_link_attributes(path: &str, attributes: &Attributes) -> Result {
    wit::set_link_attributes(path, attributes).during("changing attributes of", path)
}

/// The extended attributes of a file, sorted by name.
///
/// # Errors
///
/// Fails for what does not exist.
pub fn extended_attributes(path: &str) -> Result<Vec<(String, Vec<u8>)>> {
    wit::extended_attributes(path).during("reading extended attributes of", path)
}

/// Removes an extended attribute, if it is there.
///
/// # Errors
///
/// Fails for what does not exist.
pub fn remove_extended_attribute(path: &str, name: &str) -> Result {
    wit::remove_extended_attribute(path, name).during("removing an extended attribute of", path)
}

/// Copies a file or a tree. Files at the destination are replaced, owners
/// kept, directories on the way created.
///
/// # Errors
///
/// Fails if the source does not exist or may not be read.
pub fn copy(from: &Source, to: &str) -> Result {
    let options = CopyOptions { existing: Existing::Replace, keep_owners: true, parents: true };
    copy_with(from, to, options)
}

/// Copies a file or a tree.
///
/// # Errors
///
/// Fails if the source does not exist or may not be read.
pub fn copy_with(from: &Source, to: &str, options: CopyOptions) -> Result {
    wit::copy(from, to, options).during("copying to", to)
}

/// A user of the image.
///
/// # Errors
///
/// Fails if the image's passwd file cannot be read.
pub fn find_user(name: &str) -> Result<Option<UserEntry>> {
    wit::find_user(name).during("looking up the user", name)
}

/// Number of a group of the image.
///
/// # Errors
///
/// Fails if the image's group file cannot be read.
pub fn find_group(name: &str) -> Result<Option<u32>> {
    wit::find_group(name).during("looking up the group", name)
}
