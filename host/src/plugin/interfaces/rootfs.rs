//! `rootfs`: the image's tree.

mod arguments;
mod attributes;
mod budget;
mod copy;
pub(super) mod files;
mod glob;
mod listing;
mod make;
mod stream;

#[expect(unreachable_pub, reason = "the generated bindings export it anew")]
pub use stream::{Reader, Writer};

use nix::errno::Errno;
use nix::sys::stat::SFlag;

use crate::bound;
use crate::plugin::bindings::wit::rootfs::{
    Attributes, CopyOptions, Entry, Error, Existing, Host, Metadata, Node, Source, UserEntry,
};
use crate::plugin::limits::Limit;
use crate::plugin::state::State;
use crate::sys::root::{self, TOO_DEEP, find_group, find_user};
use wasmtime::component::Resource;

impl Host for State {
    fn read(&mut self, path: String) -> Result<Vec<u8>, Error> {
        files::read(self, &path)
    }

    fn write(
        &mut self,
        path: String,
        contents: Vec<u8>,
        attributes: Attributes,
        existing: Existing,
        parents: bool,
    ) -> Result<(), Error> {
        files::write(self, &path, &contents, &attributes, existing, parents)
    }

    fn append(&mut self, path: String, contents: Vec<u8>) -> Result<(), Error> {
        files::append(self, &path, &contents)
    }

    fn stat(&mut self, path: String, follow: bool) -> Result<Option<Metadata>, Error> {
        listing::stat(self, &path, follow)
    }

    fn list(&mut self, path: String) -> Result<Vec<Entry>, Error> {
        listing::list(self, &path)
    }

    fn walk(&mut self, path: String) -> Result<Vec<Entry>, Error> {
        listing::walk(self, &path)
    }

    fn glob(&mut self, pattern: String) -> Result<Vec<String>, Error> {
        glob::glob(self, &pattern)
    }

    fn make_directory(&mut self, path: String, attributes: Attributes, parents: bool) -> Result<(), Error> {
        make::directory(self, &path, &attributes, parents)
    }

    fn symlink(&mut self, target: String, path: String, existing: Existing) -> Result<(), Error> {
        make::symlink(self, &target, &path, existing)
    }

    fn hard_link(&mut self, original: String, path: String) -> Result<(), Error> {
        let (original, path) = (arguments::name(&original)?, arguments::name(&path)?);
        let (original, path) = (self.root.spot(original)?, self.root.spot(path)?);
        if original.handle()?.kind()? == SFlag::S_IFDIR {
            return Err(Error::IsADirectory);
        }
        self.spend_entry(0)?;
        Ok(original.link_as(&path)?)
    }

    fn make_node(&mut self, path: String, node: Node, attributes: Attributes) -> Result<(), Error> {
        make::node(self, &path, node, &attributes)
    }

    fn remove(&mut self, path: String) -> Result<(), Error> {
        make::remove(self, &path)
    }

    fn remove_tree(&mut self, path: String) -> Result<(), Error> {
        make::remove_tree(self, &path)
    }

    fn rename(&mut self, from: String, to: String) -> Result<(), Error> {
        let (from, to) = (arguments::name(&from)?, arguments::name(&to)?);
        let (from, to) = (self.root.spot(from)?, self.root.spot(to)?);
        from.rename_over(&to).map_err(arguments::refused_rename)
    }

    fn set_attributes(&mut self, path: String, attributes: Attributes, recursive: bool) -> Result<(), Error> {
        attributes::set(self, &path, &attributes, recursive)
    }

    fn set_link_attributes(&mut self, path: String, attributes: Attributes) -> Result<(), Error> {
        attributes::set_own(self, &path, &attributes)
    }

    fn extended_attributes(&mut self, path: String) -> Result<Vec<(String, Vec<u8>)>, Error> {
        attributes::extended(self, &path)
    }

    fn remove_extended_attribute(&mut self, path: String, name: String) -> Result<(), Error> {
        arguments::attribute_name(&name)?;
        let handle = self.root.handle(arguments::path(&path)?, false)?;
        handle.remove_extended(name.as_ref()).map_err(arguments::refused_attribute)
    }

    fn copy(&mut self, from: Source, to: String, options: CopyOptions) -> Result<(), Error> {
        copy::copy(self, &from, &to, options)
    }

    fn find_user(&mut self, name: String) -> Result<Option<UserEntry>, Error> {
        let user = find_user(&self.root, &name)?;
        Ok(user.map(|user| UserEntry { uid: user.uid, gid: user.gid, home: user.home, shell: user.shell }))
    }

    fn find_group(&mut self, name: String) -> Result<Option<u32>, Error> {
        Ok(find_group(&self.root, &name)?.map(|group| group.gid))
    }

    fn open(&mut self, path: String) -> Result<Resource<Reader>, Error> {
        let file = self.root.handle(arguments::path(&path)?, true)?.read()?;
        self.keep(Reader::new(file))
    }

    fn create(
        &mut self,
        path: String,
        attributes: Attributes,
        existing: Existing,
        parents: bool,
    ) -> Result<Resource<Writer>, Error> {
        let draft = files::begin(self, &path, &attributes, existing, parents)?;
        self.keep(Writer::new(draft))
    }
}

impl State {
    /// Counts a handle that is to be opened.
    pub(super) fn take_handle(&mut self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.handles < self.limits().size(Limit::Handles),
            self.limits().reached(Limit::Handles)
        );
        self.handles += 1;
        Ok(())
    }

    /// Fails once a function that takes long must not go on.
    fn stop(&self) -> Result<(), Error> {
        self.stop.check().map_err(|_| Errno::ECANCELED.into())
    }

    fn too_large(&self, limit: Limit) -> Error {
        Error::TooLarge(self.limits().reached(limit).to_string())
    }

    fn keep<T: Send + 'static>(&mut self, value: T) -> Result<Resource<T>, Error> {
        self.take_handle().map_err(|error| Error::TooLarge(error.to_string()))?;
        self.table.push(value).map_err(|error| Error::Other(error.to_string()))
    }
}

impl From<Errno> for Error {
    fn from(error: Errno) -> Self {
        match error {
            Errno::ENOENT => Error::NotFound,
            Errno::EEXIST => Error::Exists,
            Errno::ENOTDIR => Error::NotADirectory,
            Errno::EISDIR => Error::IsADirectory,
            Errno::ENOTEMPTY => Error::NotEmpty,
            Errno::ELOOP => Error::TooManyLinks,
            Errno::ENOSPC | Errno::EDQUOT => Error::NoSpace,
            Errno::EINVAL => Error::Invalid("a link leads to the root of the image".to_owned()),
            Errno::ENXIO => Error::Invalid("it is neither a regular file nor a directory".to_owned()),
            Errno::ENAMETOOLONG => Error::Invalid("a name or a path is too long".to_owned()),
            TOO_DEEP => Error::Invalid(bound::DEPTH.to_string()),
            Errno::EBUSY => Error::Other("something is mounted there, or it is the root".to_owned()),
            Errno::EACCES => {
                Error::Other("it is what the kernel shows there, and no part of the image".to_owned())
            }
            Errno::ECANCELED => Error::Other("the hook was stopped".to_owned()),
            other => Error::Other(other.desc().to_owned()),
        }
    }
}

impl From<Existing> for root::Existing {
    fn from(existing: Existing) -> Self {
        match existing {
            Existing::Replace => root::Existing::Replace,
            Existing::Keep => root::Existing::Keep,
            Existing::Fail => root::Existing::Fail,
        }
    }
}
