//! File systems that hold no files: the kernel shows there what it and the
//! processes of the machine are at, and heeds what is written.

use std::os::fd::AsFd;

use nix::Result;
use nix::errno::Errno;
use nix::fcntl::AtFlags;
use nix::sys::stat::fstatat;
use nix::sys::statfs::{self, FsType, fstatfs};

/// `SYSFS_MAGIC` and what nix does not name, of `linux/magic.h`.
const SYSFS: FsType = FsType(0x6265_6572);
const DEVPTS: FsType = FsType(0x1cd1);
const CONFIGFS: FsType = FsType(0x6265_6570);
const BINFMT: FsType = FsType(0x4249_4e4d);
const EFIVARFS: FsType = FsType(0xde5e_81e4);
const PSTORE: FsType = FsType(0x6165_676c);
const MQUEUE: FsType = FsType(0x1980_0202);
const SELINUX: FsType = FsType(0xf97c_ff8c);

const FUSECTL: FsType = FsType(0x6573_5543);

const ALL: [FsType; 17] = [
    statfs::PROC_SUPER_MAGIC,
    SYSFS,
    DEVPTS,
    CONFIGFS,
    BINFMT,
    EFIVARFS,
    PSTORE,
    MQUEUE,
    SELINUX,
    statfs::BPF_FS_MAGIC,
    statfs::CGROUP_SUPER_MAGIC,
    statfs::CGROUP2_SUPER_MAGIC,
    statfs::DEBUGFS_MAGIC,
    statfs::NSFS_MAGIC,
    statfs::SECURITYFS_MAGIC,
    statfs::TRACEFS_MAGIC,
    FUSECTL,
];

/// Whether a file is one of those.
pub(super) fn shows(file: impl AsFd) -> Result<bool> {
    let kind = fstatfs(file)?.filesystem_type();
    Ok(ALL.contains(&kind))
}

/// The device of the file system that is mounted on the `dev` of a tree, whose own device is given.
pub(super) fn mounted_dev(tree: impl AsFd, own: u64) -> Result<Option<u64>> {
    match fstatat(tree, "dev", AtFlags::AT_SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat.st_dev).filter(|device| *device != own)),
        Err(Errno::ENOENT) => Ok(None),
        Err(error) => Err(error),
    }
}
