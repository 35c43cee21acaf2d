//! The requests of `linux/loop.h` that are needed.

use std::fs::File;
use std::os::fd::{AsRawFd, RawFd};

use anyhow::{Context, Result};
use nix::errno::Errno;

use super::LoopOptions;

const LOOP_CLR_FD: libc::Ioctl = 0x4C01;
const LOOP_SET_CAPACITY: libc::Ioctl = 0x4C07;
const LOOP_CONFIGURE: libc::Ioctl = 0x4C0A;
const LOOP_CTL_GET_FREE: libc::Ioctl = 0x4C82;

const LO_FLAGS_READ_ONLY: u32 = 1;
const LO_FLAGS_AUTOCLEAR: u32 = 4;
const LO_FLAGS_PARTSCAN: u32 = 8;

/// `struct loop_info64`.
#[repr(C)]
#[derive(Debug)]
struct LoopInfo {
    device: u64,
    inode: u64,
    rdevice: u64,
    offset: u64,
    size_limit: u64,
    number: u32,
    encrypt_type: u32,
    encrypt_key_size: u32,
    flags: u32,
    file_name: [u8; 64],
    crypt_name: [u8; 64],
    encrypt_key: [u8; 32],
    init: [u64; 2],
}

/// `struct loop_config`.
#[repr(C)]
#[derive(Debug)]
struct LoopConfig {
    descriptor: u32,
    block_size: u32,
    info: LoopInfo,
    reserved: [u64; 8],
}

const _: () = assert!(size_of::<LoopInfo>() == 232 && size_of::<LoopConfig>() == 304);

/// The number of a device that no file is attached to.
#[expect(unsafe_code, reason = "ioctl")]
pub(super) fn next_free(control: &File) -> Result<u32> {
    // SAFETY: the descriptor is open; the request takes no argument.
    let number = unsafe { libc::ioctl(control.as_raw_fd(), LOOP_CTL_GET_FREE) };
    u32::try_from(Errno::result(number)?).context("the kernel named no device")
}

/// Attaches a file with everything set at once: it clears itself when last closed.
#[expect(unsafe_code, reason = "ioctl")]
pub(super) fn configure(device: &File, backing: RawFd, options: LoopOptions) -> nix::Result<()> {
    let mut flags = LO_FLAGS_AUTOCLEAR;
    if options.read_only {
        flags |= LO_FLAGS_READ_ONLY;
    }
    if options.partitions {
        flags |= LO_FLAGS_PARTSCAN;
    }
    let config = LoopConfig {
        descriptor: backing.cast_unsigned(),
        block_size: options.block_size,
        info: LoopInfo {
            device: 0,
            inode: 0,
            rdevice: 0,
            offset: options.offset,
            size_limit: options.size_limit,
            number: 0,
            encrypt_type: 0,
            encrypt_key_size: 0,
            flags,
            file_name: [0; 64],
            crypt_name: [0; 64],
            encrypt_key: [0; 32],
            init: [0; 2],
        },
        reserved: [0; 8],
    };
    // SAFETY: both descriptors are open, and `config` has the layout the request reads.
    Errno::result(unsafe { libc::ioctl(device.as_raw_fd(), LOOP_CONFIGURE, &raw const config) }).map(drop)
}

/// Detaches the file once nobody else has the device open.
#[expect(unsafe_code, reason = "ioctl")]
pub(super) fn clear(device: &File) -> nix::Result<()> {
    // SAFETY: the descriptor is open; the request ignores its argument.
    Errno::result(unsafe { libc::ioctl(device.as_raw_fd(), LOOP_CLR_FD, 0) }).map(drop)
}

/// Has the device take the present size of its file.
#[expect(unsafe_code, reason = "ioctl")]
pub(super) fn set_capacity(device: &File) -> nix::Result<()> {
    // SAFETY: the descriptor is open; the request ignores its argument.
    Errno::result(unsafe { libc::ioctl(device.as_raw_fd(), LOOP_SET_CAPACITY, 0) }).map(drop)
}
