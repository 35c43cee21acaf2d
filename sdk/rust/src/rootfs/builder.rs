//! Files and directories with attributes.

use super::error::During;
use super::{Attributes, Existing, Owner, Result, Writer, unchanged};
use crate::bindings::wit::rootfs as wit;

impl From<&str> for Owner {
    fn from(name: &str) -> Self {
        Owner::Name(name.to_owned())
    }
}

impl From<String> for Owner {
    fn from(name: String) -> Self {
        Owner::Name(name)
    }
}

impl From<u32> for Owner {
    fn from(id: u32) -> Self {
        Owner::Id(id)
    }
}

macro_rules! attribute_methods {
    () => {
        /// Sets the permission bits.
        pub fn mode(mut self, mode: u32) -> Self {
            self.attributes.mode = Some(mode);
            self
        }

        /// Sets the owning user and group, by name or number.
        pub fn owner(self, user: impl Into<Owner>, group: impl Into<Owner>) -> Self {
            self.user(user).group(group)
        }

        /// Sets the owning user, by name or number.
        pub fn user(mut self, user: impl Into<Owner>) -> Self {
            self.attributes.user = Some(user.into());
            self
        }

        /// Sets the owning group, by name or number.
        pub fn group(mut self, group: impl Into<Owner>) -> Self {
            self.attributes.group = Some(group.into());
            self
        }

        /// Sets an extended attribute.
        pub fn extended(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
            self.attributes.extended.push((name.to_owned(), value.into()));
            self
        }
    };
}

/// A file that is to be written.
#[derive(Clone, Debug)]
#[must_use = "nothing is written before `write` is called"]
pub struct FileBuilder<'a> {
    path: &'a str,
    attributes: Attributes,
    existing: Existing,
    parents: bool,
}

/// Begins a file: missing directories are created, and what exists is replaced
/// and hands down the attributes that are not given.
pub fn file(path: &str) -> FileBuilder<'_> {
    FileBuilder { path, attributes: unchanged(), existing: Existing::Replace, parents: true }
}

impl FileBuilder<'_> {
    attribute_methods!();

    /// Leaves a file alone that exists.
    pub fn keep_existing(mut self) -> Self {
        self.existing = Existing::Keep;
        self
    }

    /// Makes it an error if the file exists.
    pub fn fail_if_existing(mut self) -> Self {
        self.existing = Existing::Fail;
        self
    }

    /// Makes it an error if a directory on the way is missing.
    pub fn without_parents(mut self) -> Self {
        self.parents = false;
        self
    }

    /// Writes the whole file.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be written or an owner is unknown.
    pub fn write(self, contents: impl AsRef<[u8]>) -> Result {
        wit::write(self.path, contents.as_ref(), &self.attributes, self.existing, self.parents)
            .during("writing", self.path)
    }

    /// Begins to write the file piece by piece.
    ///
    /// # Errors
    ///
    /// Fails as [`FileBuilder::write`] does.
    pub fn stream(self) -> Result<Writer> {
        wit::create(self.path, &self.attributes, self.existing, self.parents)
            .during("writing", self.path)
            .map(|handle| Writer::new(self.path, handle))
    }
}

/// A directory that is to be created.
#[derive(Clone, Debug)]
#[must_use = "nothing is created before `create` is called"]
pub struct DirectoryBuilder<'a> {
    path: &'a str,
    attributes: Attributes,
    parents: bool,
}

/// Begins a directory, with the directories that lead to it. One that exists is fine.
pub fn directory(path: &str) -> DirectoryBuilder<'_> {
    DirectoryBuilder { path, attributes: unchanged(), parents: true }
}

impl DirectoryBuilder<'_> {
    attribute_methods!();

    /// Makes it an error if a directory on the way is missing.
    pub fn without_parents(mut self) -> Self {
        self.parents = false;
        self
    }

    /// Creates the directory.
    ///
    /// # Errors
    ///
    /// Fails if something else has its path or an owner is unknown.
    pub fn create(self) -> Result {
        wit::make_directory(self.path, &self.attributes, self.parents)
            .during("making the directory", self.path)
    }
}
