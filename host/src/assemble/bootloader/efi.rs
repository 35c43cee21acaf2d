//! GRUB for UEFI, as the removable-media loader that every firmware starts
//! without an entry in its variables.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::LoaderError;
use super::grub::Grub;
use crate::plan::layout::{DiskContent, FileSystem};
use crate::spec::Arch;

/// What the loader can do before it reaches `/boot/grub`: find it, and read
/// the modules there.
const BASE_MODULES: [&str; 3] = ["fat", "normal", "search_fs_uuid"];

/// What differs between architectures.
struct Target {
    platform: &'static str,
    package: &'static str,
    /// The file that firmware looks for.
    file: &'static str,
}

/// The names of the removable-media loaders are those of the UEFI specification
/// (3.5.1.1), the platforms GRUB's, the packages Debian's.
fn target(arch: Arch) -> Option<Target> {
    let (platform, package, file) = match arch {
        Arch::Amd64 => ("x86_64-efi", "grub-efi-amd64-bin", "BOOTX64.EFI"),
        Arch::Arm64 => ("arm64-efi", "grub-efi-arm64-bin", "BOOTAA64.EFI"),
        Arch::Armhf => ("arm-efi", "grub-efi-arm-bin", "BOOTARM.EFI"),
        Arch::I386 => ("i386-efi", "grub-efi-ia32-bin", "BOOTIA32.EFI"),
        Arch::Riscv64 => ("riscv64-efi", "grub-efi-riscv64-bin", "BOOTRISCV64.EFI"),
        Arch::Ppc64el | Arch::S390x => return None,
    };
    Some(Target { platform, package, file })
}

/// Makes the loader in the chroot and puts it onto the EFI system partition.
pub(super) fn install(grub: &Grub<'_>, log: &mut dyn FnMut(&str)) -> Result<(), LoaderError> {
    let esp = system_partition(grub)?;
    let arch = grub.image.arch;
    let target = target(arch).ok_or_else(|| LoaderError::Layout(format!("{arch} has no UEFI")))?;
    let modules = grub.modules(target.platform, target.package)?;
    let directory = grub.copy_modules(target.platform, &modules)?;
    let core = make_core(grub, &target, &directory, log)?;

    let folder = esp.join("EFI/BOOT");
    let context = || format!("writing /{} of the image", folder.join(target.file).display());
    grub.root.create_dir_all(&folder).with_context(context)?;
    let loader = folder.join(target.file);
    grub.root.copy(inner(&core), &grub.root, &loader).with_context(context)?;
    Ok(())
}

/// Makes the loader with a first configuration that finds the menu by the
/// file system's UUID: partition numbers and disk names may change.
fn make_core(
    grub: &Grub<'_>,
    target: &Target,
    directory: &Path,
    log: &mut dyn FnMut(&str),
) -> Result<PathBuf, LoaderError> {
    let (base, kind, within) = grub.directory_within()?;
    let uuid = grub.menu_uuid()?;
    let first = directory.join("load.cfg");
    // GRUB then enters its normal mode by itself, which reads the lists of
    // modules and the menu below the prefix.
    let text = format!("search.fs_uuid {uuid} root\nset prefix=($root){within}\n");
    grub.root.write(inner(&first), text).context("writing GRUB's first configuration")?;
    let core = directory.join("core.efi");
    let (first, path) = (first.to_string_lossy(), core.to_string_lossy());
    let access = grub.access_modules(base, kind)?;
    let modules: Vec<_> = BASE_MODULES.iter().chain(access.iter()).copied().collect();
    grub.make_core(&["-O", target.platform, "-c", &first, "-p", &within, "-o", &path], &modules, log)?;
    Ok(core)
}

/// Where the EFI system partition is mounted, relative to the root.
fn system_partition(grub: &Grub<'_>) -> Result<PathBuf, LoaderError> {
    let missing = || {
        let why = "UEFI needs a partition of type EF00 with a vfat file system that is mounted; add an element \
                   such as block-device-efi";
        LoaderError::Layout(why.to_owned())
    };
    let DiskContent::Partitions(table) = &grub.image.layout.content else { return Err(missing()) };
    let esp = table.partitions.iter().find(|partition| partition.kind.is_efi_system());
    let file_system: Option<&FileSystem> = esp.and_then(|partition| partition.content.as_ref());
    let mount = file_system.and_then(|fs| fs.mount.as_ref()).ok_or_else(missing)?;
    Ok(inner(&mount.point).to_owned())
}

fn inner(path: &Path) -> &Path {
    path.strip_prefix("/").unwrap_or(path)
}
