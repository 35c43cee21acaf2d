//! What the host gives a hook, and what hooks give the host.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

use super::rehearsal::Rehearsal;
use crate::element::Phase;
use crate::element::declared::package_map;
use crate::report::{HookOutput, Stream};
use crate::sys::root::Ledger;
use crate::sys::stop::Stop;

/// What a hook stands on.
#[derive(Clone)]
pub struct HookContext {
    /// The phase it runs in.
    pub phase: Phase,
    /// The tree: being built, or the mounted image.
    pub tree: PathBuf,
    /// The contract's variables, for programs that run in the chroot.
    pub variables: BTreeMap<String, String>,
    /// The disk's device nodes, as far as there are any.
    pub devices: Devices,
    /// Where its output goes.
    pub output: HookOutput,
    /// The shell distribution, where the distribution is no component.
    pub distribution: Option<Arc<dyn HostDistribution>>,
    /// What installs boot loaders, in the phase in which that is possible.
    pub boot_loader: Option<Arc<dyn BootLoader>>,
    /// What stands in for the machine, where nothing is really done.
    pub rehearsal: Option<Arc<Rehearsal>>,
}

impl fmt::Debug for HookContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookContext")
            .field("phase", &self.phase)
            .field("tree", &self.tree)
            .finish_non_exhaustive()
    }
}

impl HookContext {
    /// Where what only root may do is written down, if it is not done.
    pub(super) fn ledger(&self) -> Option<Arc<Ledger>> {
        self.rehearsal.as_ref().map(|rehearsal| rehearsal.ledger().clone())
    }
}

/// Device nodes of the image's disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Devices {
    /// The disk's size in bytes, once it is decided.
    pub size: Option<u64>,
    /// The whole disk.
    pub disk: Option<PathBuf>,
    /// The partitions in the order of the layout.
    pub partitions: Vec<PathBuf>,
    /// The logical volumes in the order of the layout.
    pub logical: Vec<PathBuf>,
}

impl Devices {
    /// All nodes that there are.
    pub fn nodes(&self) -> impl Iterator<Item = &Path> {
        self.disk.iter().chain(&self.partitions).chain(&self.logical).map(PathBuf::as_path)
    }
}

/// Which system an image is. Empty where the distribution does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `debian`, `fedora`.
    pub name: String,
    /// `debian`, `redhat`, `suse`.
    pub family: String,
    /// `bookworm`, `42`.
    pub release: String,
}

impl Identity {
    /// As package maps look it up.
    pub fn distribution(&self) -> package_map::Distribution<'_> {
        let [family, release] =
            [&self.family, &self.release].map(|text| Some(text.as_str()).filter(|text| !text.is_empty()));
        package_map::Distribution { name: &self.name, family, release }
    }
}

/// Manages the packages and services of an image, by the distribution's own names.
pub trait Distribution: Send + Sync {
    /// Which system it is.
    ///
    /// # Errors
    ///
    /// Fails if the distribution cannot be asked.
    fn describe(&self) -> Result<Identity>;

    /// Reads the repositories' lists anew.
    ///
    /// # Errors
    ///
    /// Fails if the package manager does.
    fn refresh(&self) -> Result<()>;

    /// Brings all installed packages up to date.
    ///
    /// # Errors
    ///
    /// Fails if the package manager does.
    fn upgrade(&self) -> Result<()>;

    /// Installs packages.
    ///
    /// # Errors
    ///
    /// Fails if the package manager does.
    fn install(&self, packages: &[String]) -> Result<()>;

    /// Removes packages, those that are not there ignored.
    ///
    /// # Errors
    ///
    /// Fails if the package manager does.
    fn remove(&self, packages: &[String]) -> Result<()>;

    /// Which of the packages are installed, in the order given.
    ///
    /// # Errors
    ///
    /// Fails if the package manager does.
    fn installed(&self, packages: &[String]) -> Result<Vec<bool>>;

    /// Makes services start when the image boots.
    ///
    /// # Errors
    ///
    /// Fails if the service manager does.
    fn enable(&self, services: &[String]) -> Result<()>;

    /// Makes services not start when the image boots, those that are not there ignored.
    ///
    /// # Errors
    ///
    /// Fails if the service manager does.
    fn disable(&self, services: &[String]) -> Result<()>;
}

/// Takes the lines that programs print.
pub type Lines = Arc<dyn Fn(Stream, &str) + Send + Sync>;

/// A distribution that is no component.
pub trait HostDistribution: Send + Sync {
    /// The distribution for a caller: its programs end when the caller must
    /// stop, and what they print goes to `lines`.
    fn called(self: Arc<Self>, stop: Stop, lines: Lines) -> Arc<dyn Distribution>;
}

/// Installs boot loaders on the image's disk.
pub trait BootLoader: Send + Sync {
    /// Installs one.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be installed.
    fn install(&self, request: &LoaderRequest) -> Result<()>;
}

/// A boot loader that an element wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoaderRequest {
    /// The firmware it is for.
    pub firmware: Firmware,
    /// Seconds the menu waits.
    pub timeout: u32,
    /// The serial console besides the screen: `ttyS0,115200`.
    pub serial_console: Option<String>,
    /// Arguments that elements added to the kernel's command line, in order.
    pub kernel_arguments: Vec<String>,
}

/// What starts a boot loader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Firmware {
    /// A PC BIOS.
    Bios,
    /// UEFI.
    Efi,
}

/// What the hooks of a build asked the host for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contributions {
    /// Arguments for the kernel's command line, in order, each once.
    pub kernel_arguments: Vec<String>,
    /// An existing block device to use instead of the planned disk.
    pub block_device: Option<PathBuf>,
    /// Whether a boot loader is on the disk.
    pub boot_loader: bool,
    /// What a ramdisk shall hold.
    pub ramdisk: Ramdisk,
}

/// What a ramdisk made from the image shall hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ramdisk {
    /// Kernel modules to load, each once.
    pub modules: Vec<String>,
    /// Scripts that its init runs.
    pub scripts: Vec<InitScript>,
    /// Files of udev rules by name.
    pub udev_rules: BTreeMap<String, UdevRules>,
    /// Programs of the image, each once.
    pub programs: Vec<String>,
}

/// A script that a ramdisk's init runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitScript {
    /// Position, 0 to 99.
    pub order: u32,
    /// Name.
    pub name: String,
    /// A POSIX shell script.
    pub contents: String,
    /// The element that gave it.
    pub element: String,
}

impl InitScript {
    /// Position and name: scripts run in this order, and no two have the same.
    pub fn key(&self) -> (u32, &str) {
        (self.order, &self.name)
    }
}

/// A file of udev rules for a ramdisk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UdevRules {
    /// What the file holds.
    pub contents: String,
    /// The element that gave it.
    pub element: String,
}
