//! Devices that programs of a build attach, and leave attached.
//!
//! `losetup` attaches a device for good: it stays when its file is removed, and
//! when whoever attached it ends. The devices of this process, and those that
//! `mount` makes, clear themselves, and are not meant here.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, bail};
use nix::errno::Errno;

use super::{DETACH_ATTEMPTS, PAUSE, ensure_node, ioctl};

/// Where the kernel lists block devices.
const LIST: &str = "/sys/block";

/// What the kernel puts behind the path of a file that is removed.
const REMOVED: &str = " (deleted)";

/// A device that was detached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// Its node: `/dev/loop0`.
    pub device: PathBuf,
    /// The file it was attached to, as the kernel knows it.
    pub file: PathBuf,
}

impl fmt::Display for Forgotten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (device, file) = (self.device.display(), self.file.display());
        write!(f, "detached {device} from {file}: a hook attached it and left it so (losetup --detach)")
    }
}

/// Detaches those whose file lies below a directory; see [`release`].
///
/// # Errors
///
/// Fails as [`release`] does.
pub fn release_below(directory: &Path) -> Result<Vec<Forgotten>> {
    let context = || format!("resolving {}", directory.display());
    let directory = directory.canonicalize().with_context(context)?;
    release(|file| file.starts_with(&directory))
}

/// Detaches the devices that were to stay attached, and whose file is meant, and
/// returns once the kernel has let go of the files.
///
/// The kernel names a file from the root of its mount: where that mount is gone
/// nothing stands before.
///
/// # Errors
///
/// Fails if a device cannot be detached, or is in use.
pub fn release(is_meant: impl Fn(&Path) -> bool) -> Result<Vec<Forgotten>> {
    let mut released = Vec::new();
    for name in loop_devices()? {
        let Some(file) = kept_file(&name).filter(|file| is_meant(file)) else { continue };
        let device = Path::new("/dev").join(&name);
        detach(&name, &device)
            .with_context(|| format!("detaching {} from {}", device.display(), file.display()))?;
        released.push(Forgotten { device, file });
    }
    Ok(released)
}

/// The names of all loop devices, sorted.
fn loop_devices() -> Result<Vec<String>> {
    let context = || format!("listing {LIST}");
    let mut names = Vec::new();
    for entry in fs::read_dir(LIST).with_context(context)? {
        let name = entry.with_context(context)?.file_name().to_string_lossy().into_owned();
        if name.starts_with("loop") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The file of a device that does not clear itself.
fn kept_file(name: &str) -> Option<PathBuf> {
    let attribute = |what: &str| fs::read_to_string(format!("{LIST}/{name}/loop/{what}")).ok();
    let file = attribute("backing_file")?;
    let file = file.trim_end_matches('\n');
    (attribute("autoclear")?.trim_end() == "0").then(|| file.strip_suffix(REMOVED).unwrap_or(file).into())
}

fn detach(name: &str, device: &Path) -> Result<()> {
    ensure_node(device)?;
    let opened = OpenOptions::new().read(true).open(device)?;
    match ioctl::clear(&opened) {
        // Somebody else was faster.
        Ok(()) | Err(Errno::ENXIO) => {}
        Err(error) => return Err(error.into()),
    }
    drop(opened);
    for _ in 0..DETACH_ATTEMPTS {
        if !Path::new(LIST).join(name).join("loop/backing_file").exists() {
            return Ok(());
        }
        thread::sleep(PAUSE);
    }
    bail!("it is mounted or open elsewhere")
}
