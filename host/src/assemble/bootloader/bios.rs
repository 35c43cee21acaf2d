//! GRUB for a PC BIOS, written to the disk the way `grub-bios-setup` does.
//!
//! The BIOS loads `boot.img` from the first sector. It loads the first sector
//! of `core.img`, which is `diskboot.img`; that loads the rest by a block list
//! at its own end. Between them four fields say where things are (GRUB's
//! `boot.S`, `diskboot.S`, `include/grub/i386/pc/boot.h` and `util/setup.c`):
//!
//! | image | offset | bytes | field |
//! | --- | --- | --- | --- |
//! | boot.img | 0x5C | 8 | sector of core.img |
//! | boot.img | 0x64 | 1 | drive: 0xFF, the one the BIOS booted |
//! | boot.img | 0x66 | 2 | a jump for drives numbered wrongly; as no-ops, the drive number is checked |
//! | core.img | 0x1F4 | 12 | block list: first sector (8), count (2), load segment (2) |
//!
//! The bytes of the master boot record from 0x1B8 on (disk signature,
//! partition table) stay.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::LoaderError;
use super::grub::Grub;
use crate::assemble::MountedImage;
use crate::plan::layout::{BIOS_SECTOR, Base, Extent, TableLabel};

const PLATFORM: &str = "i386-pc";
const PACKAGE: &str = "grub-pc-bin";

/// All places count in these.
const SECTOR: u64 = BIOS_SECTOR as u64;
/// Where code ends and the disk signature begins.
const CODE_END: usize = 0x1B8;
/// Fields of boot.img.
const KERNEL_SECTOR: usize = 0x5C;
const BOOT_DRIVE: usize = 0x64;
const DRIVE_CHECK: usize = 0x66;
/// The drive that the BIOS booted.
const BOOTED_DRIVE: u8 = 0xFF;
const NO_OPERATIONS: [u8; 2] = [0x90, 0x90];
/// The first entry of the block list in the first sector of core.img.
const BLOCK_LIST: usize = 0x1F4;
/// The segment behind the first sector of core.img, which lies at 0x8000.
const LOAD_SEGMENT: u16 = 0x820;

/// Makes the core image in the chroot and writes both images to the disk.
pub(super) fn install(grub: &Grub<'_>, log: &mut dyn FnMut(&str)) -> Result<(), LoaderError> {
    let space = embedding_space(grub)?;
    let modules = grub.modules(PLATFORM, PACKAGE)?;
    let directory = grub.copy_modules(PLATFORM, &modules)?;
    let core = make_core(grub, &directory, log)?;
    let boot = modules.read("boot.img").context("reading GRUB's boot.img of the image")?;
    let core = grub.root.read(core).context("reading GRUB's core.img of the image")?;
    let images = Images::patch(&boot, &core, space.start / SECTOR)?;
    images.check_fit(space)?;
    Ok(images.write(&grub.image.disk).context("writing GRUB to the disk")?)
}

/// Makes `core.img` with the way to the modules inside; returns its path.
fn make_core(
    grub: &Grub<'_>,
    directory: &Path,
    log: &mut dyn FnMut(&str),
) -> Result<std::path::PathBuf, LoaderError> {
    let (base, kind, within) = grub.directory_within()?;
    let prefix = format!("({}){within}", device_name(grub, base)?);
    let core = directory.join("core.img");
    let path = core.to_string_lossy();
    let modules: Vec<_> = std::iter::once("biosdisk").chain(grub.access_modules(base, kind)?).collect();
    grub.make_core(&["-O", PLATFORM, "-p", &prefix, "-o", &path], &modules, log)?;
    Ok(core.strip_prefix("/").unwrap_or(&core).to_owned())
}

/// What GRUB calls a partition of the disk it was booted from, or a logical volume.
fn device_name(grub: &Grub<'_>, base: Base) -> Result<String, LoaderError> {
    if let Base::Volume(index) = base
        && let Some((group, volume)) = grub.image.layout.volumes().nth(index)
    {
        return Ok(volume_name(&group.name, &volume.name));
    }
    let table = if grub.table()? == TableLabel::Mbr { "msdos" } else { "gpt" };
    let number = match (base, &grub.image.plan.table) {
        (Base::Partition(index), Some(placed)) => placed.partitions[index].number,
        _ => 0,
    };
    // No drive: the one it was booted from.
    Ok(format!(",{table}{number}"))
}

/// GRUB's name of a logical volume: one dash divides, two are a dash.
fn volume_name(group: &str, volume: &str) -> String {
    let escaped = |name: &str| name.replace('-', "--");
    format!("lvm/{}-{}", escaped(group), escaped(volume))
}

/// Where core.img can lie.
fn embedding_space(grub: &Grub<'_>) -> Result<Extent, LoaderError> {
    grub.table()?;
    let MountedImage { layout, plan, .. } = grub.image;
    if u64::from(plan.block_size) != SECTOR {
        return Err(LoaderError::Layout(format!("a BIOS reads sectors of {SECTOR} bytes only")));
    }
    layout.bios_space(plan).ok_or_else(|| {
        LoaderError::Layout("a GPT disk needs a BIOS boot partition (type EF02) of at least 1MiB".to_owned())
    })
}

/// Both images, ready to be written.
#[derive(Debug, PartialEq, Eq)]
struct Images {
    boot: [u8; SECTOR as usize],
    core: Vec<u8>,
    core_sector: u64,
}

impl Images {
    fn patch(boot: &[u8], core: &[u8], core_sector: u64) -> Result<Images> {
        let mut boot: [u8; SECTOR as usize] =
            boot.try_into().ok().context("GRUB's boot.img is not one sector: is the package damaged?")?;
        boot[KERNEL_SECTOR..KERNEL_SECTOR + 8].copy_from_slice(&core_sector.to_le_bytes());
        boot[BOOT_DRIVE] = BOOTED_DRIVE;
        boot[DRIVE_CHECK..DRIVE_CHECK + 2].copy_from_slice(&NO_OPERATIONS);

        ensure!(core.len() > SECTOR as usize, "GRUB's core.img has only {} bytes", core.len());
        let mut core = core.to_vec();
        core.resize(core.len().next_multiple_of(SECTOR as usize), 0);
        let rest = u16::try_from(core.len() as u64 / SECTOR - 1).context("GRUB's core.img is too large")?;
        let list = &mut core[BLOCK_LIST..BLOCK_LIST + 12];
        list[..8].copy_from_slice(&(core_sector + 1).to_le_bytes());
        list[8..10].copy_from_slice(&rest.to_le_bytes());
        list[10..].copy_from_slice(&LOAD_SEGMENT.to_le_bytes());
        Ok(Images { boot, core, core_sector })
    }

    fn check_fit(&self, space: Extent) -> Result<(), LoaderError> {
        let needed = self.core.len() as u64;
        match needed <= space.length {
            true => Ok(()),
            false => {
                let why = format!("GRUB's core needs {needed} bytes, and {} are there for it", space.length);
                Err(LoaderError::Layout(why))
            }
        }
    }

    fn write(&self, disk: &Path) -> Result<()> {
        let file = OpenOptions::new().read(true).write(true).open(disk);
        let mut file = file.with_context(|| format!("opening {}", disk.display()))?;
        self.write_to(&mut file)?;
        file.sync_all().context("writing out the boot loader")
    }

    fn write_to(&self, disk: &mut File) -> Result<()> {
        let mut record = [0; SECTOR as usize];
        disk.read_exact(&mut record).context("reading the master boot record")?;
        record[..CODE_END].copy_from_slice(&self.boot[..CODE_END]);
        disk.seek(SeekFrom::Start(0)).context("seeking")?;
        disk.write_all(&record).context("writing the master boot record")?;
        disk.seek(SeekFrom::Start(self.core_sector * SECTOR)).context("seeking")?;
        disk.write_all(&self.core).context("writing the core image")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patched_fields() {
        let images = Images::patch(&[0xAA; 512], &[0xBB; 1300], 2048).unwrap();
        assert_eq!(images.boot[KERNEL_SECTOR..BOOT_DRIVE + 1], [0, 8, 0, 0, 0, 0, 0, 0, 0xFF]);
        assert_eq!(images.boot[DRIVE_CHECK..DRIVE_CHECK + 3], [0x90, 0x90, 0xAA]);
        assert_eq!(images.core.len(), 1536);
        assert_eq!(images.core[BLOCK_LIST..512], [1, 8, 0, 0, 0, 0, 0, 0, 2, 0, 0x20, 0x08]);
        assert_eq!(images.core[1300..], [0; 236]);
    }

    #[test]
    fn names_of_volumes() {
        assert_eq!(volume_name("vg", "lv_root"), "lvm/vg-lv_root");
        assert_eq!(volume_name("vg-a", "root-b"), "lvm/vg--a-root--b");
    }

    #[test]
    fn the_partition_table_stays() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("disk.raw");
        std::fs::write(&path, [0xCC; 4096]).unwrap();
        Images::patch(&[0xAA; 512], &[0xBB; 1024], 1).unwrap().write(&path).unwrap();
        let disk = std::fs::read(&path).unwrap();
        assert_eq!(disk[CODE_END - 1..CODE_END + 1], [0xAA, 0xCC]);
        assert_eq!(disk[CODE_END..512], [0xCC; 512 - CODE_END]);
        assert_eq!((disk[512], disk[1535], disk[1536]), (0xBB, 0xBB, 0xCC));
    }

    #[test]
    fn what_does_not_fit_or_is_no_grub() {
        let images = Images::patch(&[0; 512], &[0; 2048], 1).unwrap();
        let error = images.check_fit(Extent { start: 512, length: 1024 }).unwrap_err().to_string();
        assert!(error.ends_with("GRUB's core needs 2048 bytes, and 1024 are there for it"), "{error}");
        assert!(Images::patch(&[0; 511], &[0; 2048], 1).is_err());
        assert!(Images::patch(&[0; 512], &[0; 512], 1).is_err());
    }
}
