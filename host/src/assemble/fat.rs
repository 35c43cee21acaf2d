//! FAT without the kernel's help.
//!
//! Many build hosts, containers above all, have no `vfat`. While hooks run,
//! memory stands in for the partition; at the end its content is written into
//! the file system by mtools.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::sys::mount::Mount;
use crate::sys::process::Program;

/// What stands in for a FAT file system while the image is mounted.
#[derive(Debug)]
pub(super) struct FatStage {
    mount: Mount,
    device: PathBuf,
}

impl FatStage {
    /// Mounts memory on `target`, as large as the file system on `device`.
    /// `grub-install` asks what is mounted there, and looks at that device.
    pub(super) fn open(device: &Path, target: &Path, size: u64) -> Result<FatStage> {
        let mount = Mount::tmpfs_for(device, target, &format!("mode=0755,size={size}"))?;
        Ok(FatStage { mount, device: device.to_owned() })
    }

    /// Writes what was put there into the file system.
    pub(super) fn close(self) -> Result<()> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.mount.path()).context("listing what goes onto the FAT file system")? {
            names.push(entry.context("listing what goes onto the FAT file system")?.path());
        }
        names.sort();
        if !names.is_empty() {
            // -s: with subdirectories, -Q: stop at the first failure, -m: keep times.
            let copy =
                Program::new("mcopy").args(["-s", "-Q", "-m", "-i"]).arg(&self.device).args(&names).arg("::");
            copy.env("MTOOLS_SKIP_CHECK", "1").execute().context("filling the FAT file system")?;
        }
        self.mount.close()
    }
}
