//! What the namespaces of a confined program are made of.
//!
//! Container runtimes do the same: the steps follow the "Linux Runtime" part of
//! the OCI runtime specification and its default file systems, the paths are
//! the defaults of moby and containers-common.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::mount::MsFlags;
use nix::sched::CloneFlags;
use nix::sys::stat::{Mode, SFlag};

use super::Confined;
use super::call::Call;
use crate::sys::chroot::{self, dev};

/// What the kernel may do for root here, seen and not changed.
const READ_ONLY: [&CStr; 5] = [c"proc/bus", c"proc/fs", c"proc/irq", c"proc/sys", c"proc/sysrq-trigger"];

/// Files that tell of the machine: an empty one takes their place.
const HIDDEN_FILES: [&CStr; 7] = [
    c"proc/interrupts",
    c"proc/kcore",
    c"proc/keys",
    c"proc/latency_stats",
    c"proc/sched_debug",
    c"proc/timer_list",
    c"proc/timer_stats",
];

/// Directories that tell of the machine: an empty one takes their place.
const HIDDEN_DIRECTORIES: [&CStr; 6] = [
    c"proc/acpi",
    c"proc/asound",
    c"proc/scsi",
    c"sys/devices/virtual/powercap",
    c"sys/firmware",
    c"sys/fs/selinux",
];

/// The flags of mounts that hold no programs.
const NO_PROGRAMS: MsFlags = MsFlags::MS_NOSUID.union(MsFlags::MS_NOEXEC);

/// The flags of mounts that hold neither programs nor devices.
const RESTRICTED: MsFlags = NO_PROGRAMS.union(MsFlags::MS_NODEV);

/// The options of a directory that is empty and stays so.
const NOTHING: &CStr = c"size=4k,nr_inodes=1,mode=555";

/// A call, and whether what it is about may be missing.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) call: Call,
    optional: bool,
}

impl Step {
    /// Makes the call.
    pub(super) fn take(&self) -> nix::Result<()> {
        match (self.call.make(), &self.call) {
            (Err(Errno::ENOENT), _) if self.optional => Ok(()),
            // Nothing is mounted there.
            (Err(Errno::EINVAL), Call::Detach(_)) if self.optional => Ok(()),
            (result, _) => result,
        }
    }
}

/// The steps from the build host's mounts to those of a confined program, in
/// order. The directories that are mounted on are made where they are missing.
pub(super) fn of(confined: &Confined) -> Result<Vec<Step>> {
    for name in ["proc", "sys", "dev"] {
        chroot::make_mount_point(&confined.tree.join(name))?;
    }
    let of_chroot = [c"proc", c"sys", c"dev"].map(|path| Call::Detach(path.to_owned()));
    let mut own = dev(&confined.devices)?;
    own.push(mount(c"proc", c"proc", RESTRICTED, c""));
    own.push(mount(c"sysfs", c"sys", RESTRICTED | MsFlags::MS_RDONLY, c""));
    let last = [Call::Pivot, Call::Detach(c".".to_owned()), Call::Enter(c"/".to_owned())];

    let must = |call| Step { call, optional: false };
    let may = |call| Step { call, optional: true };
    let steps = into_tree(&c_path(&confined.tree)?).into_iter().map(must);
    let steps = steps.chain(of_chroot.map(may)).chain(own.into_iter().map(must));
    Ok(steps.chain(of_kernel().map(may)).chain(last.map(must)).collect())
}

/// The tree becomes a mount, with all mounts in it, on which no node of a device can be opened.
fn into_tree(tree: &CStr) -> Vec<Call> {
    vec![
        Call::Unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWIPC),
        Call::Mount {
            source: None,
            target: c"/".to_owned(),
            kind: None,
            flags: MsFlags::MS_REC | MsFlags::MS_PRIVATE,
            options: None,
        },
        bind(tree, tree, MsFlags::MS_REC),
        Call::Enter(tree.to_owned()),
        Call::Allow { target: c".".to_owned(), less: libc::MOUNT_ATTR_NODEV, recursive: true },
    ]
}

/// A new `/dev`. The tree's own is what hooks of all elements have made of it.
///
/// Each node is a mount of its own, and the directory they are in becomes
/// `nodev`: what is made in it later cannot be opened.
fn dev(devices: &[impl AsRef<Path>]) -> Result<Vec<Call>> {
    let mut nodes = Vec::new();
    for (name, number) in dev::nodes() {
        nodes.push((inside(name.as_bytes())?, SFlag::S_IFCHR, 0o666, number));
    }
    for device in devices {
        let (name, number) = dev::block_device(device.as_ref())?;
        nodes.push((inside(name.as_bytes())?, SFlag::S_IFBLK, 0o660, number));
    }
    let mut calls = vec![mount(c"tmpfs", c"dev", NO_PROGRAMS, &CString::new(dev::OPTIONS)?)];
    for (path, kind, mode, device) in nodes {
        let bound = bind(&path, &path, MsFlags::empty());
        calls.push(Call::Node { path, kind, mode: Mode::from_bits_truncate(mode), device });
        calls.push(bound);
    }
    for (name, target) in dev::LINKS {
        calls.push(Call::Link { target: CString::new(target)?, path: inside(name.as_bytes())? });
    }
    calls.extend([c"dev/pts", c"dev/shm"].map(|path| Call::Directory(path.to_owned())));
    calls.push(Call::Allow { target: c"dev".to_owned(), less: libc::MOUNT_ATTR_NODEV, recursive: false });
    calls.push(mount(c"devpts", c"dev/pts", NO_PROGRAMS, &CString::new(dev::PTS_OPTIONS)?));
    calls.push(mount(c"tmpfs", c"dev/shm", RESTRICTED, &CString::new(dev::SHM_OPTIONS)?));
    Ok(calls)
}

/// What the kernel shows, taken away where it would change or tell of the machine.
fn of_kernel() -> impl Iterator<Item = Call> {
    let read_only = READ_ONLY.into_iter().flat_map(|path| {
        let less = libc::MOUNT_ATTR_RDONLY;
        [bind(path, path, MsFlags::MS_REC), Call::Allow { target: path.to_owned(), less, recursive: true }]
    });
    let files = HIDDEN_FILES.into_iter().map(|path| bind(c"dev/null", path, MsFlags::empty()));
    let directories = HIDDEN_DIRECTORIES
        .into_iter()
        .map(|path| mount(c"tmpfs", path, RESTRICTED | MsFlags::MS_RDONLY, NOTHING));
    read_only.chain(files).chain(directories)
}

fn bind(source: &CStr, target: &CStr, more: MsFlags) -> Call {
    let flags = MsFlags::MS_BIND | more;
    Call::Mount {
        source: Some(source.to_owned()),
        target: target.to_owned(),
        kind: None,
        flags,
        options: None,
    }
}

/// A mount of the file system of that name.
fn mount(kind: &'static CStr, target: &CStr, flags: MsFlags, options: &CStr) -> Call {
    let options = (!options.is_empty()).then(|| options.to_owned());
    Call::Mount { source: Some(kind.to_owned()), target: target.to_owned(), kind: Some(kind), flags, options }
}

/// The path of a name in `/dev`, from the tree.
fn inside(name: &[u8]) -> Result<CString> {
    c_path(&Path::new("dev").join(std::ffi::OsStr::from_bytes(name)))
}

/// A path for a system call.
pub(in crate::sys::process) fn c_path(path: &Path) -> Result<CString> {
    CString::new(path.as_os_str().as_bytes())
        .with_context(|| format!("the path {} contains a zero byte", path.display()))
}
