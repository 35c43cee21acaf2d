//! Files as block devices.
//!
//! The kernel is asked for one thing at a time that must be one step:
//! attaching a file *with* autoclear (`LOOP_CONFIGURE`, Linux 5.8). The older
//! pair of calls, which is all that libraries offer, leaves a device attached
//! for ever when the process dies between the two.

mod forgotten;
mod ioctl;

use std::fs::{self, File, OpenOptions};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::errno::Errno;

use super::node::ensure_node;

pub use forgotten::{Forgotten, release, release_below};

/// How often a free device is looked for while others are faster to take it.
const ATTACH_ATTEMPTS: u32 = 100;

/// How often the kernel is asked whether a device has let go of its file:
/// whoever scans new block devices keeps it open for a moment.
const DETACH_ATTEMPTS: u32 = 100;

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// Which part of a file becomes the device, and how.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoopOptions {
    /// Where in the file the device begins, in bytes.
    pub offset: u64,
    /// The device's size in bytes; 0 for all that follows the offset.
    pub size_limit: u64,
    /// Whether writing to the device is refused.
    pub read_only: bool,
    /// Its logical sector size in bytes; 0 for 512.
    pub block_size: u32,
    /// Whether the device may have partitions, as [`super::blkpg`] needs.
    ///
    /// A kernel that scans partition tables then finds those on it by itself.
    pub partitions: bool,
}

/// A file attached as a block device for as long as this value lives, and no
/// longer than this process or the last mount of it, however they end.
#[derive(Debug)]
#[must_use = "dropping a loop device detaches it"]
pub struct LoopDevice {
    path: PathBuf,
    file: PathBuf,
    /// `None` once detached.
    device: Option<File>,
}

impl LoopDevice {
    /// Attaches a file, or a part of it, to a free loop device.
    pub fn attach(file: &Path, options: LoopOptions) -> Result<Self> {
        let context = || format!("attaching {} to a loop device", file.display());
        let file = file.canonicalize().with_context(context)?;
        let backing = OpenOptions::new().read(true).write(!options.read_only).open(&file);
        let backing = backing.with_context(context)?;
        let (path, device) = attach(&backing, options).with_context(context)?;
        tracing::debug!(?path, ?file, ?options, "attached");
        Ok(Self { path, file, device: Some(device) })
    }

    /// The device's node, such as `/dev/loop0`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The device's name in the kernel, such as `loop0`.
    pub fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// Tells the kernel that the file has another size.
    pub fn refresh_size(&self) -> Result<()> {
        let device = self.device.as_ref().context("the loop device is detached")?;
        ioctl::set_capacity(device).with_context(|| format!("resizing {}", self.path.display()))
    }

    /// Detaches the file, and returns once the kernel has let go of it.
    pub fn close(mut self) -> Result<()> {
        self.detach()
    }

    /// The open device, for requests to it.
    pub(super) fn device(&self) -> Result<&File> {
        self.device.as_ref().with_context(|| format!("{} is detached", self.path.display()))
    }

    fn detach(&mut self) -> Result<()> {
        let Some(device) = self.device.take() else { return Ok(()) };
        match ioctl::clear(&device) {
            // Somebody else has detached it already.
            Ok(()) | Err(Errno::ENXIO) => {}
            Err(error) => return Err(error).with_context(|| format!("detaching {}", self.path.display())),
        }
        drop(device);
        for _ in 0..DETACH_ATTEMPTS {
            if !self.holds_file() {
                return Ok(());
            }
            std::thread::sleep(PAUSE);
        }
        bail!("{} still holds {}: is it mounted or open elsewhere?", self.path.display(), self.file.display())
    }

    /// Whether the device, by whatever process, is attached to our file.
    fn holds_file(&self) -> bool {
        let attribute = format!("/sys/block/{}/loop/backing_file", self.name());
        fs::read_to_string(attribute).is_ok_and(|held| Path::new(held.trim_end()) == self.file)
    }
}

impl Drop for LoopDevice {
    fn drop(&mut self) {
        if let Err(error) = self.detach() {
            tracing::warn!("a loop device stays behind: {error:#}");
        }
    }
}

/// Takes a free device; others may take it between the kernel naming it and our call.
fn attach(backing: &File, options: LoopOptions) -> Result<(PathBuf, File)> {
    let control = OpenOptions::new().read(true).write(true).open("/dev/loop-control");
    let control = control.context("opening /dev/loop-control (is the kernel's loop module there?)")?;
    for _ in 0..ATTACH_ATTEMPTS {
        let number = ioctl::next_free(&control).context("asking for a free loop device")?;
        let path = PathBuf::from(format!("/dev/loop{number}"));
        ensure_node(&path).with_context(|| format!("looking for {}", path.display()))?;
        let device = OpenOptions::new().read(true).write(!options.read_only).open(&path);
        let device = device.with_context(|| format!("opening {}", path.display()))?;
        match ioctl::configure(&device, backing.as_raw_fd(), options) {
            Ok(()) => return Ok((path, device)),
            Err(Errno::EBUSY) => std::thread::sleep(PAUSE),
            Err(error) => return Err(error).with_context(|| format!("configuring {}", path.display())),
        }
    }
    bail!("every free loop device was taken by others, {ATTACH_ATTEMPTS} times")
}
