//! System calls that are prepared before a fork and made after it.

use std::ffi::{CStr, CString};
use std::fmt;

use nix::errno::Errno;
use nix::fcntl::AT_FDCWD;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::sys::stat::{Mode, SFlag, mknod};
use nix::unistd::{chdir, mkdir, pivot_root, symlinkat};

/// A system call with all that it needs.
#[derive(Debug)]
pub(super) enum Call {
    /// Leaves namespaces for new ones.
    Unshare(CloneFlags),
    /// Mounts something.
    Mount {
        source: Option<CString>,
        target: CString,
        kind: Option<&'static CStr>,
        flags: MsFlags,
        options: Option<CString>,
    },
    /// Changes what a mount allows: `MOUNT_ATTR_...`; those below it too where it is recursive.
    Allow { target: CString, less: u64, recursive: bool },
    /// Changes the working directory.
    Enter(CString),
    /// Makes a directory.
    Directory(CString),
    /// Makes a device node.
    Node { path: CString, kind: SFlag, mode: Mode, device: u64 },
    /// Makes a symbolic link.
    Link { target: CString, path: CString },
    /// Makes the working directory the root directory, the old one on top of it.
    Pivot,
    /// Takes away what is mounted there, with all that is mounted in it.
    Detach(CString),
}

impl Call {
    /// Makes the call. No memory is taken or given back.
    pub(super) fn make(&self) -> nix::Result<()> {
        match self {
            Call::Unshare(namespaces) => unshare(*namespaces),
            Call::Mount { source, target, kind, flags, options } => {
                mount(source.as_deref(), target.as_c_str(), *kind, *flags, options.as_deref())
            }
            Call::Allow { target, less, recursive } => allow_less(target, *less, *recursive),
            Call::Enter(path) => chdir(path.as_c_str()),
            Call::Directory(path) => mkdir(path.as_c_str(), Mode::from_bits_truncate(0o755)),
            Call::Node { path, kind, mode, device } => mknod(path.as_c_str(), *kind, *mode, *device),
            Call::Link { target, path } => symlinkat(target.as_c_str(), AT_FDCWD, path.as_c_str()),
            Call::Pivot => pivot_root(c".", c"."),
            Call::Detach(path) => umount2(path.as_c_str(), MntFlags::MNT_DETACH),
        }
    }
}

#[expect(unsafe_code, reason = "mount_setattr has no wrapper")]
fn allow_less(target: &CStr, less: u64, recursive: bool) -> nix::Result<()> {
    let attributes = libc::mount_attr { attr_set: less, attr_clr: 0, propagation: 0, userns_fd: 0 };
    let flags = if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the path and the structure live through the call, which only reads them.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            target.as_ptr(),
            flags,
            &raw const attributes,
            size_of_val(&attributes),
        )
    };
    Errno::result(result).map(drop)
}

/// What it does, for the message about one that failed.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Call::Unshare(_) => f.write_str("making mount and IPC namespaces"),
            Call::Mount { source: None, target, .. } => write!(f, "making the mounts of {} private", text(target)),
            Call::Mount { source: Some(source), target, .. } => {
                write!(f, "mounting {} on {}", text(source), text(target))
            }
            Call::Allow { target, .. } => write!(f, "restricting the mount {}", text(target)),
            Call::Enter(path) => write!(f, "entering {}", text(path)),
            Call::Directory(path) => write!(f, "making the directory {}", text(path)),
            Call::Node { path, .. } => write!(f, "making the device node {}", text(path)),
            Call::Link { path, .. } => write!(f, "making the link {}", text(path)),
            Call::Pivot => f.write_str(
                "making it the root directory (that needs a build host whose own root is no plain chroot and no initramfs)",
            ),
            Call::Detach(path) => write!(f, "taking away what is mounted on {}", text(path)),
        }
    }
}

fn text(path: &CStr) -> std::borrow::Cow<'_, str> {
    path.to_string_lossy()
}
