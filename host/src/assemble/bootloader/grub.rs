//! What both firmwares share: the image's GRUB programs, modules and menu.

use std::path::{Path, PathBuf};

use anyhow::Context;
use cap_std::fs::Dir;

use super::{LoaderError, LoaderRequest, menu_words, settings};
use crate::assemble::MountedImage;
use crate::plan::layout::{Base, DiskContent, FsKind, TableLabel};
use crate::sys::process::{Program, SYSTEM_PATH};

/// The file that `grub-mkconfig` reads.
const SETTINGS: &str = "etc/default/grub";

/// Where packages put GRUB's modules, by platform.
const MODULES: &str = "usr/lib/grub";

/// The image's GRUB: `grub-...` and `/boot/grub` on Debian and SUSE's
/// derivatives of it, `grub2-...` and `/boot/grub2` on Red Hat and SUSE.
#[derive(Debug)]
pub(super) struct Grub<'a> {
    pub(super) image: &'a MountedImage,
    /// The image's root: no link in it leads out.
    pub(super) root: Dir,
    /// `grub` or `grub2`.
    name: &'static str,
}

impl<'a> Grub<'a> {
    pub(super) fn find(image: &'a MountedImage) -> Result<Self, LoaderError> {
        let root = Dir::open_ambient_dir(&image.root, cap_std::ambient_authority());
        let root = root.with_context(|| format!("opening the image's root {}", image.root.display()))?;
        let has = |name: &str| {
            ["usr/bin", "usr/sbin"].iter().any(|dir| root.exists(format!("{dir}/{name}-mkimage")))
        };
        let name = ["grub", "grub2"].into_iter().find(|name| has(name));
        let missing =
            || LoaderError::Missing { what: "program grub-mkimage".to_owned(), package: "grub-common" };
        Ok(Grub { image, name: name.ok_or_else(missing)?, root })
    }

    /// `/boot/grub`
    pub(super) fn directory(&self) -> PathBuf {
        Path::new("/boot").join(self.name)
    }

    /// GRUB's directory in the terms of the file system that holds it.
    pub(super) fn directory_within(&self) -> Result<(Base, FsKind, String), LoaderError> {
        let directory = self.directory();
        let holder = self.image.holder(&directory);
        let (base, fs) = holder.ok_or_else(|| LoaderError::Layout("nothing is mounted on '/'".to_owned()))?;
        let point = fs.mount.as_ref().map_or(Path::new("/"), |mount| mount.point.as_path());
        Ok((base, fs.kind, super::within(&directory, point)))
    }

    /// The directory with the modules of a platform, such as `i386-pc`.
    pub(super) fn modules(&self, platform: &str, package: &'static str) -> Result<Dir, LoaderError> {
        let path = format!("{MODULES}/{platform}");
        match self.root.open_dir(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(LoaderError::Missing { what: format!("directory /{path}"), package })
            }
            opened => Ok(opened.with_context(|| format!("opening /{path} of the image"))?),
        }
    }

    /// Copies a platform's modules to where the core image loads them from.
    pub(super) fn copy_modules(&self, platform: &str, from: &Dir) -> Result<PathBuf, LoaderError> {
        let path = self.directory().join(platform);
        let inner = path.strip_prefix("/").unwrap_or(&path);
        self.root.create_dir_all(inner).with_context(|| format!("making {} of the image", path.display()))?;
        let to =
            self.root.open_dir(inner).with_context(|| format!("opening {} of the image", path.display()))?;
        let context = || format!("copying GRUB's modules to {} of the image", path.display());
        for entry in from.entries().with_context(context)? {
            let name = entry.with_context(context)?.file_name();
            let kind = Path::new(&name).extension().and_then(|extension| extension.to_str());
            if matches!(kind, Some("mod" | "lst")) {
                from.copy(&name, &to, &name).with_context(context)?;
            }
        }
        Ok(path)
    }

    /// Runs `grub-mkimage` in the chroot.
    pub(super) fn make_core(
        &self,
        args: &[&str],
        modules: &[&str],
        log: &mut dyn FnMut(&str),
    ) -> Result<(), LoaderError> {
        self.run(self.program("mkimage").args(args).args(modules), log)
    }

    /// Modules that read the partition table, what lies on it and a file system.
    pub(super) fn access_modules(&self, base: Base, kind: FsKind) -> Result<Vec<&'static str>, LoaderError> {
        let table = match self.table()? {
            TableLabel::Mbr => "part_msdos",
            TableLabel::Gpt => "part_gpt",
        };
        let file_system = match kind {
            FsKind::Ext2 | FsKind::Ext3 | FsKind::Ext4 => "ext2",
            FsKind::Xfs => "xfs",
            FsKind::Btrfs => "btrfs",
            FsKind::Vfat => "fat",
            FsKind::Swap => return Err(LoaderError::Layout("/boot lies on swap".to_owned())),
        };
        let volumes = matches!(base, Base::Volume(_)).then_some("lvm");
        Ok([table].into_iter().chain(volumes).chain([file_system]).collect())
    }

    /// The kind of the disk's partition table.
    pub(super) fn table(&self) -> Result<TableLabel, LoaderError> {
        match &self.image.layout.content {
            DiskContent::Partitions(table) => Ok(table.label),
            DiskContent::FileSystem(_) => {
                let why = "it has no partition table; add an element such as block-device-mbr";
                Err(LoaderError::Layout(why.to_owned()))
            }
        }
    }

    /// Sets what the request wants in `/etc/default/grub`.
    pub(super) fn write_settings(&self, request: &LoaderRequest) -> Result<(), LoaderError> {
        let text = match self.root.read_to_string(SETTINGS) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            read => read.context("reading /etc/default/grub of the image")?,
        };
        let text = settings::apply(&text, request, self.root_label()?);
        self.root.create_dir_all("etc/default").context("making /etc/default of the image")?;
        Ok(self.root.write(SETTINGS, text).context("writing /etc/default/grub of the image")?)
    }

    /// Has the image write its menu, and checks that it boots by label.
    pub(super) fn write_menu(&self, log: &mut dyn FnMut(&str)) -> Result<(), LoaderError> {
        let menu = self.directory().join("grub.cfg");
        self.run(self.program("mkconfig").arg("-o").arg(&menu), log)?;
        let inner = menu.strip_prefix("/").unwrap_or(&menu);
        let text = self.root.read_to_string(inner).context("reading grub.cfg of the image")?;
        check_menu(&text, self.root_label()?)
    }

    /// The UUID of the file system that holds the menu.
    pub(super) fn menu_uuid(&self) -> Result<&str, LoaderError> {
        let (_, fs) = self.image.holder(&self.directory()).context("nothing is mounted on '/'")?;
        let planned = self.image.plan.file_systems.iter().find(|planned| planned.name == fs.name);
        Ok(&planned.with_context(|| format!("file system '{}' is not in the plan", fs.name))?.uuid)
    }

    fn root_label(&self) -> Result<&str, LoaderError> {
        let root = self.image.layout.root();
        root.map(|root| root.label.as_str()).ok_or_else(|| LoaderError::Layout("it has no root".to_owned()))
    }

    fn program(&self, verb: &str) -> Program {
        let program = Program::new(format!("{}-{verb}", self.name)).confined(&self.image.root);
        program
            .devices(self.image.nodes())
            .env_clear()
            .env("PATH", SYSTEM_PATH)
            .env("LC_ALL", "C")
            .env("HOME", "/root")
    }

    fn run(&self, program: Program, log: &mut dyn FnMut(&str)) -> Result<(), LoaderError> {
        let exit = program.run(&mut |_, line| log(&String::from_utf8_lossy(line)))?;
        Ok(exit.check()?)
    }
}

/// Whether a menu has a kernel, and all of them find the root by its label.
fn check_menu(text: &str, label: &str) -> Result<(), LoaderError> {
    let kernels: Vec<_> =
        text.lines().map(str::trim_start).filter(|line| line.starts_with("linux")).collect();
    if kernels.is_empty() {
        return Err(LoaderError::Menu("it has no kernel; does an element install one?".to_owned()));
    }
    let root = format!("root={}", menu_words::literal(&format!("LABEL={label}")));
    match kernels.iter().find(|line| !menu_words::split(line).contains(&root)) {
        Some(line) => Err(LoaderError::Menu(format!("'{line}' does not have {root}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn menus() {
        let entry = |root: &str| {
            format!("menuentry 'Debian' {{\n\tlinux\t/boot/vmlinuz {root} ro console=tty0\n}}\n")
        };
        check_menu(&entry("root=LABEL=cloudimg-rootfs"), "cloudimg-rootfs").unwrap();
        let table = [
            (String::new(), "it has no kernel"),
            (entry("root=/dev/loop0p1"), "does not have root=LABEL=cloudimg-rootfs"),
            (entry("root=LABEL=cloudimg-rootfs2"), "does not have root=LABEL=cloudimg-rootfs"),
        ];
        for (text, message) in table {
            let error = check_menu(&text, "cloudimg-rootfs").unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
