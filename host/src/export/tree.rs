//! Formats of the tree, read from the finished image: what they hold is what
//! boots.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::archive::tar;
use super::{aci, docker};
use crate::assemble::{Attachment, RawImage, Volume};
use crate::plan::Plan;
use crate::plan::layout::FsKind;
use crate::spec::Format;
use crate::sys::mount::Mount;
use crate::sys::process::Program;

/// The image's file systems, mounted where they cannot be written. The fields
/// stand in the order of their release.
#[derive(Debug)]
pub(super) struct MountedTree {
    /// Children before parents.
    mounts: Vec<Mount>,
    devices: Vec<Volume>,
    root: PathBuf,
}

impl MountedTree {
    /// Mounts the image below `root`; files may stand in `scratch` meanwhile.
    pub(super) fn mount(image: &RawImage, root: &Path, scratch: &Path) -> Result<MountedTree> {
        let mut tree = MountedTree { mounts: Vec::new(), devices: Vec::new(), root: root.to_owned() };
        let attachment =
            Attachment { file: &image.file, block_size: image.disk.block_size, read_only: true, scratch };
        for (point, fs) in image.plan.layout.mounts() {
            let planned = image.disk.file_systems.iter().find(|planned| planned.name == fs.name);
            let planned = planned.with_context(|| format!("file system '{}' is not in the plan", fs.name))?;
            let device = Volume::attach(attachment, &planned.extents)?;
            let target = root.join(point.strip_prefix("/").unwrap_or(point));
            let mount = match fs.kind {
                FsKind::Vfat => extract_fat(device.path(), &target, planned.size())?,
                kind => Mount::device_read_only(device.path(), &target, kind.as_str(), "")?,
            };
            tree.mounts.insert(0, mount);
            tree.devices.push(device);
        }
        Ok(tree)
    }

    /// Where its root is.
    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    /// Unmounts and detaches everything.
    pub(super) fn close(self) -> Result<()> {
        self.mounts.into_iter().try_for_each(Mount::close)?;
        self.devices.into_iter().try_for_each(Volume::close)
    }
}

/// Copies the content of a FAT file system to memory, since kernels without
/// `vfat` cannot mount it.
fn extract_fat(device: &Path, target: &Path, size: u64) -> Result<Mount> {
    let mount = Mount::tmpfs(target, &format!("mode=0755,size={size}"))?;
    let listing = Program::new("mdir").args(["-b", "-i"]).arg(device).arg("::").output();
    if !listing.context("listing the FAT file system")?.is_empty() {
        let copy =
            Program::new("mcopy").args(["-s", "-Q", "-m", "-n", "-i"]).arg(device).arg("::*").arg(target);
        copy.execute().context("reading the FAT file system")?;
    }
    Ok(mount)
}

/// Writes the tree in `format` to the existing file `output`.
pub(super) fn archive(tree: &Path, format: Format, plan: &Plan, output: &Path) -> Result<()> {
    let compressed = (format == Format::Tgz).then(|| format!("--use-compress-program={}", plan.compressor()));
    match format {
        Format::Squashfs => squashfs(tree, plan.source_date, output).execute()?,
        Format::Docker => docker::write(tree, plan, output)?,
        Format::Aci => aci::write(tree, plan, output)?,
        _ => tar(tree, plan.source_date).args(compressed).arg("--file").arg(output).execute()?,
    }
    // mksquashfs counts an empty archive as done.
    let size = fs::metadata(output).context("looking at what was written")?.len();
    anyhow::ensure!(size > 0, "nothing was written");
    Ok(())
}

fn squashfs(tree: &Path, source_date: Option<u64>, output: &Path) -> Program {
    let program = Program::new("mksquashfs").arg(tree).arg(output);
    // It knows the variable itself.
    let program = program.envs(source_date.map(|date| ("SOURCE_DATE_EPOCH", date.to_string())));
    let program = program.args(["-noappend", "-no-progress", "-no-recovery", "-comp", "xz", "-wildcards"]);
    program.args(["-e", "proc/*", "sys/*", "lost+found"])
}
