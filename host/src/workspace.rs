//! The directories one build owns.
//!
//! ```text
//! <base>/slate-XXXXXX/
//!   lock          locked while the build lives; unlocked directories are reaped
//!   logs/         one file a hook; kept on failure
//!   partial/      links to outputs that are not complete yet
//!   area/         on tmpfs where memory allows
//!     build.XXXXXX/ `TMP_BUILD_DIR`
//!       block-device/ what `DIB_BLOCK_DEVICE_PARAMS_YAML` names
//!       hooks/      all elements merged: `TMP_HOOKS_PATH`
//!       mnt/        the tree, later the mounted image: `TMP_MOUNT_PATH`
//!       built/      the finished tree while the image is mounted
//!     elements/     elements that `slate` carries, unpacked for shell hooks
//!     image.XXXXXX/ the raw image: `TMP_IMAGE_DIR`
//!     lib/          what shell hooks source: `_LIB`
//!     scratch/      what steps and components keep meanwhile
//! ```
//!
//! `TMP_BUILD_DIR` holds what it holds in diskimage-builder, for hooks make
//! directories of their own in it: upstream's `iso` makes one called `image`.
//!
//! Shell elements take what is between the last dot of `TMP_MOUNT_PATH` and
//! `/mnt` for a name that no other build has.
//!
//! After a `kill -9` the kernel has removed mounts and processes; what is
//! left on disk carries no lock, and [`reap`] removes it, with the
//! outputs that were not complete.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::sys;
use crate::sys::foreign::MountSet;
use crate::sys::lock::DirectoryLock;
use crate::sys::loopdev::Forgotten;
use crate::sys::mount::Mount;

mod base;
mod loop_devices;
mod partials;

pub use base::{reap, remove_logs};
pub use partials::{PARTIAL, Partials};

/// Prefix of the directories, by which abandoned ones are found.
const PREFIX: &str = "slate-";

/// Name of the directory with the notes of outputs that are not complete.
const PARTIALS: &str = "partial";

/// What a build works in, which goes when it ends.
const AREA: &str = "area";

/// What hooks printed, which a failure keeps.
const LOGS: &str = "logs";

/// Where the area lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AreaKind {
    /// In memory: faster, and gone with the build's mount namespace.
    Tmpfs {
        /// The most it may take, in bytes.
        size: u64,
    },
    /// In the base directory.
    Disk,
}

/// A claimed set of directories.
#[derive(Debug)]
pub struct Workspace {
    area_mount: Option<Mount>,
    top: PathBuf,
    area: PathBuf,
    build: PathBuf,
    #[expect(dead_code, reason = "held for as long as the workspace lives, so that nobody reaps it")]
    lock: DirectoryLock,
    keep: bool,
}

impl Workspace {
    /// Claims a new workspace below `base`, after reaping abandoned ones there.
    ///
    /// # Errors
    ///
    /// Fails if `base` cannot be written or the tmpfs cannot be mounted.
    pub fn create(base: &Path, kind: AreaKind) -> Result<Workspace> {
        fs::create_dir_all(base)
            .with_context(|| format!("creating the work directory {}", base.display()))?;
        for abandoned in reap(base)? {
            tracing::info!(directory = %abandoned.display(), "removed what an interrupted build left");
        }
        let (top, lock) = base::claim(base)?;
        let area = top.join(AREA);
        fs::create_dir(&area).with_context(|| format!("creating {}", area.display()))?;
        let area_mount = match kind {
            AreaKind::Tmpfs { size } => {
                Some(Mount::tmpfs(&area, &format!("mode=0755,size={size},nr_inodes=0"))?)
            }
            AreaKind::Disk => None,
        };
        let build = area.join(build_name(&top));
        let workspace = Workspace { area_mount, top, area, build, lock, keep: false };
        for dir in [
            workspace.logs(),
            workspace.partial(),
            workspace.hooks(),
            workspace.library(),
            workspace.elements(),
            workspace.scratch(),
        ] {
            fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;
        }
        for dir in [workspace.mount_point(), workspace.image()] {
            fs::create_dir(&dir).with_context(|| format!("creating {}", dir.display()))?;
        }
        Ok(workspace)
    }

    /// The directory that everything else stands in.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// `TMP_BUILD_DIR`.
    pub fn build_directory(&self) -> &Path {
        &self.build
    }

    /// One file a hook.
    pub fn logs(&self) -> PathBuf {
        self.top.join(LOGS)
    }

    fn partial(&self) -> PathBuf {
        self.top.join(PARTIALS)
    }

    /// Notes of outputs that are not complete yet.
    pub fn partials(&self) -> Partials {
        Partials::new(&self.partial())
    }

    /// `TMP_HOOKS_PATH`.
    pub fn hooks(&self) -> PathBuf {
        self.build.join("hooks")
    }

    /// `_LIB`.
    pub fn library(&self) -> PathBuf {
        self.area.join("lib")
    }

    /// Elements that are not directories on disk, unpacked.
    pub fn elements(&self) -> PathBuf {
        self.area.join("elements")
    }

    /// What steps and components keep meanwhile.
    pub fn scratch(&self) -> PathBuf {
        self.area.join("scratch")
    }

    /// `TMP_MOUNT_PATH`: the tree until it is finished, then the mounted image.
    pub fn mount_point(&self) -> PathBuf {
        self.build.join("mnt")
    }

    /// The finished tree.
    pub fn built(&self) -> PathBuf {
        self.build.join("built")
    }

    /// `DIB_BLOCK_DEVICE_PARAMS_YAML`.
    pub fn block_device_parameters(&self) -> PathBuf {
        self.build.join("block-device/params.yaml")
    }

    /// `TMP_IMAGE_DIR`.
    pub fn image(&self) -> PathBuf {
        self.area.join(image_name(&self.top))
    }

    /// Keeps the logs when the workspace is closed: the build failed, and its
    /// report points there.
    pub fn keep_logs(&mut self) {
        self.keep = true;
    }

    fn has_logs(&self) -> Result<bool> {
        let logs = self.logs();
        let mut entries = fs::read_dir(&logs).with_context(|| format!("listing {}", logs.display()))?;
        Ok(entries.next().is_some())
    }

    /// Removes everything, but for kept logs. Names the loop devices that hooks
    /// had left attached.
    ///
    /// # Errors
    ///
    /// Fails if the tmpfs cannot be unmounted, a device cannot be detached or a
    /// directory cannot be removed.
    pub fn close(mut self) -> Result<Vec<Forgotten>> {
        sys::foreign::release(&self.area, &MountSet::default())?;
        let forgotten = loop_devices::release(&self.top)?;
        if let Some(mount) = self.area_mount.take() {
            mount.close()?;
        }
        let keep = self.keep && self.has_logs()?;
        if keep {
            sys::root::remove_all(&self.partial())?;
        }
        let removed = if keep { self.area.clone() } else { self.top.clone() };
        sys::root::remove_all(&removed)?;
        Ok(forgotten)
    }
}

/// Name of the directory that is known as `TMP_BUILD_DIR`.
fn build_name(top: &Path) -> String {
    format!("build.{}", unique_name(top))
}

/// Name of the directory that is known as `TMP_IMAGE_DIR`.
fn image_name(top: &Path) -> String {
    format!("image.{}", unique_name(top))
}

/// What of the directory's name no other workspace has.
fn unique_name(top: &Path) -> String {
    let name = top.file_name().unwrap_or_default().to_string_lossy();
    name.trim_start_matches(PREFIX).to_owned()
}
