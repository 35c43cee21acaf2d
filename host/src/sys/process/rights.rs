//! Which rights of root a program gives up.

use nix::errno::Errno;

/// Rights over the machine itself, as `linux/capability.h` numbers them.
/// Nothing that installs packages into a tree uses them.
///
/// `CAP_SYS_PTRACE` is not among them: it lets programs see in `/proc/1/root`
/// that they are in a chroot, which `systemctl` asks.
const OVER_THE_MACHINE: [libc::c_ulong; 11] = [
    16, // CAP_SYS_MODULE
    17, // CAP_SYS_RAWIO
    20, // CAP_SYS_PACCT
    22, // CAP_SYS_BOOT
    25, // CAP_SYS_TIME
    26, // CAP_SYS_TTY_CONFIG
    34, // CAP_SYSLOG
    35, // CAP_WAKE_ALARM
    36, // CAP_BLOCK_SUSPEND
    38, // CAP_PERFMON
    39, // CAP_BPF
];

/// Gives up the rights over the machine in all that this process executes from
/// now on. It makes system calls only, as is allowed between fork and exec.
#[expect(unsafe_code, reason = "the bounding set has no wrapper")]
pub(super) fn give_up() -> nix::Result<()> {
    for right in OVER_THE_MACHINE {
        // SAFETY: numbers are passed, and no memory.
        let result = unsafe { libc::prctl(libc::PR_CAPBSET_DROP, right, 0, 0, 0) };
        match Errno::result(result) {
            // EINVAL: a kernel that does not have the right yet.
            Ok(_) | Err(Errno::EINVAL) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
