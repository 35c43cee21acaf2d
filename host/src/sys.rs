//! The only home of unsafe code, mounts, loop devices, namespaces, chroot and
//! process spawning.
//!
//! Stages ask for *things* here and get guards: a [`mount::Mount`], a
//! [`loopdev::LoopDevice`], a [`blkpg::Partition`], a [`chroot::ChrootMounts`].
//! Each has `close(self) -> Result<()>` for the path of success, which waits
//! until the kernel has let go and reports what went wrong, and a `Drop` that
//! does the same as well as it can and logs what it could not do. Linux 5.12
//! or newer is assumed.
//!
//! | module | what it gives |
//! | --- | --- |
//! | [`sandbox`] | a build's own namespaces, which die with it |
//! | [`elevate`] | the rights of root, by `sudo` |
//! | [`signals`], [`stop`] | whether someone asked the build to stop, or time is over |
//! | [`process`] | programs run to their end, line by line |
//! | [`mount`], [`chroot`] | mounts as guards, and the set a chroot needs |
//! | [`foreign`] | mounts that hooks made and left |
//! | [`loopdev`], [`blkpg`] | files as block devices, and their partitions |
//! | [`copy`], [`measure`] | trees: faithful copies, sizes |
//! | [`root`] | paths inside a tree, resolved as a chroot would |
//! | [`disk`], [`trim`] | sparse files, free space, flushing, discarding |
//! | [`lock`] | directories claimed by one process |
//! | [`regular`] | files of others, opened without waiting for a pipe |
//! | [`sysinfo`], [`binfmt`] | memory, rights, architectures |

pub mod attributes;
pub mod binfmt;
pub mod blkpg;
pub mod chroot;
pub mod copy;
pub mod disk;
pub mod elevate;
pub mod foreign;
pub mod lock;
pub mod loopdev;
pub mod measure;
pub mod mount;
mod node;
pub mod process;
pub mod regular;
pub mod root;
pub mod sandbox;
pub mod signals;
pub mod stop;
pub mod sysinfo;
pub mod trim;
