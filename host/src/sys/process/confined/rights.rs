//! Which rights of root a confined program keeps.

use nix::errno::Errno;

/// The rights that stay, as `linux/capability.h` numbers them.
///
/// The first eleven are what buildah and podman leave to the programs of a
/// build (`default_capabilities` of containers-common). Two are added for what
/// package installations do:
///
/// - `CAP_MKNOD`: packages bring device nodes, and what makes a ramdisk puts
///   some into it. No file system that a confined program sees lets it open
///   one that it made.
/// - `CAP_AUDIT_WRITE`: where PAM and the tools that make users know the
///   kernel's audit log they fail as root if they may not write to it.
///
/// Whoever is not named here was not needed: `CAP_SYS_ADMIN` mounts,
/// `CAP_SYS_PTRACE` sees into other processes, `CAP_DAC_READ_SEARCH` opens
/// files by handle, wherever they are.
const KEPT: [u32; 13] = [
    0,  // CAP_CHOWN
    1,  // CAP_DAC_OVERRIDE
    3,  // CAP_FOWNER
    4,  // CAP_FSETID
    5,  // CAP_KILL
    6,  // CAP_SETGID
    7,  // CAP_SETUID
    8,  // CAP_SETPCAP
    10, // CAP_NET_BIND_SERVICE
    18, // CAP_SYS_CHROOT
    31, // CAP_SETFCAP
    27, // CAP_MKNOD
    29, // CAP_AUDIT_WRITE
];

/// The numbers that the kernel's sets have room for.
const ROOM: u32 = 64;

/// The layout of [`Set`], `_LINUX_CAPABILITY_VERSION_3` of `linux/capability.h`.
const VERSION: u32 = 0x2008_0522;

/// Whose sets are meant.
#[repr(C)]
struct Header {
    version: u32,
    process: libc::c_int,
}

/// Half of the sets of a process.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Set {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// Takes from this process, and all that it executes from now on, every right
/// but those that stay. It makes system calls only, as is allowed between fork
/// and exec.
pub(in crate::sys::process) fn limit() -> nix::Result<()> {
    for right in (0..ROOM).filter(|right| !KEPT.contains(right)) {
        match control(libc::PR_CAPBSET_DROP, right.into()) {
            // A number that this kernel does not know.
            Ok(()) | Err(Errno::EINVAL) => {}
            Err(error) => return Err(error),
        }
    }
    control(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL as libc::c_ulong)?;
    let kept = KEPT.iter().fold(0_u64, |set, right| set | 1 << right);
    change(|set, half| {
        let kept = (kept >> (32 * half)) as u32;
        Set { effective: set.effective & kept, permitted: set.permitted & kept, inheritable: 0 }
    })
}

#[expect(unsafe_code, reason = "what nix does not wrap of prctl")]
fn control(operation: libc::c_int, argument: libc::c_ulong) -> nix::Result<()> {
    let none: libc::c_ulong = 0;
    // SAFETY: numbers are passed, and no memory.
    Errno::result(unsafe { libc::prctl(operation, argument, none, none, none) }).map(drop)
}

#[expect(unsafe_code, reason = "capget and capset have no wrapper")]
fn change(change: impl Fn(Set, usize) -> Set) -> nix::Result<()> {
    let mut header = Header { version: VERSION, process: 0 };
    let mut sets = [Set::default(); 2];
    // SAFETY: both structures are laid out as this version says, and live.
    Errno::result(unsafe { libc::syscall(libc::SYS_capget, &raw mut header, sets.as_mut_ptr()) })?;
    for (half, set) in sets.iter_mut().enumerate() {
        *set = change(*set, half);
    }
    // SAFETY: as above; the kernel only reads them.
    Errno::result(unsafe { libc::syscall(libc::SYS_capset, &raw mut header, sets.as_ptr()) }).map(drop)
}
