//! Loop devices, partitions, file systems on them, and discarding.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use blankslate::sys::blkpg::add_partition;
use blankslate::sys::loopdev::{LoopDevice, LoopOptions};
use blankslate::sys::mount::Mount;
use blankslate::sys::process::Program;
use blankslate::sys::{disk, trim};

use crate::Test;
use crate::tooling::{Scratch, loop_devices};

pub(crate) const TESTS: &[Test] = &[
    ("disk::a_file_is_attached_and_detached", a_file_is_attached_and_detached),
    ("disk::a_part_of_a_file_is_a_device", a_part_of_a_file_is_a_device),
    ("disk::a_read_only_device_cannot_be_written", a_read_only_device_cannot_be_written),
    ("disk::many_devices_are_attached_at_once", many_devices_are_attached_at_once),
    ("disk::a_device_follows_the_size_of_its_file", a_device_follows_the_size_of_its_file),
    ("disk::a_device_clears_itself_after_its_last_mount", a_device_clears_itself_after_its_last_mount),
    ("disk::partitions_are_devices", partitions_are_devices),
    ("disk::a_partition_that_does_not_fit_is_an_error", a_partition_that_does_not_fit_is_an_error),
    ("disk::trimming_shrinks_the_file", trimming_shrinks_the_file),
    ("disk::what_is_discarded_takes_no_space", what_is_discarded_takes_no_space),
];

const MIB: u64 = 1 << 20;

fn sparse(scratch: &Scratch, size: u64) -> std::path::PathBuf {
    let path = scratch.join("disk.raw");
    drop(disk::create_sparse(&path, size).unwrap());
    path
}

fn device_size(device: &Path) -> u64 {
    File::open(device).unwrap().seek(SeekFrom::End(0)).unwrap()
}

fn a_file_is_attached_and_detached() {
    let scratch = Scratch::new();
    let file = sparse(&scratch, 8 * MIB);
    let device = LoopDevice::attach(&file, LoopOptions::default()).unwrap();
    assert_eq!(device.path(), Path::new("/dev").join(device.name()));
    assert_eq!(device_size(device.path()), 8 * MIB);
    assert_eq!(loop_devices(scratch.path()).len(), 1);
    device.close().unwrap();
    assert!(loop_devices(scratch.path()).is_empty());
    drop(LoopDevice::attach(&file, LoopOptions::default()).unwrap());
    assert!(loop_devices(scratch.path()).is_empty());

    let error = LoopDevice::attach(&scratch.join("none"), LoopOptions::default()).unwrap_err();
    assert!(error.to_string().starts_with("attaching "), "{error:#}");
}

fn a_part_of_a_file_is_a_device() {
    let scratch = Scratch::new();
    let file = sparse(&scratch, 8 * MIB);
    let options = LoopOptions { offset: MIB, size_limit: 2 * MIB, ..LoopOptions::default() };
    let device = LoopDevice::attach(&file, options).unwrap();
    assert_eq!(device_size(device.path()), 2 * MIB);
    let mut open = File::options().write(true).open(device.path()).unwrap();
    open.write_all(b"first bytes of the part").unwrap();
    open.sync_all().unwrap();
    drop(open);
    device.close().unwrap();
    let mut read = [0; 23];
    let mut file = File::open(&file).unwrap();
    file.seek(SeekFrom::Start(MIB)).unwrap();
    file.read_exact(&mut read).unwrap();
    assert_eq!(&read, b"first bytes of the part");
}

fn a_read_only_device_cannot_be_written() {
    let scratch = Scratch::new();
    let file = sparse(&scratch, MIB);
    let options = LoopOptions { read_only: true, ..LoopOptions::default() };
    let device = LoopDevice::attach(&file, options).unwrap();
    let written = File::options().write(true).open(device.path()).and_then(|mut open| {
        open.write_all(&[1; 4096])?;
        open.sync_all()
    });
    assert!(written.is_err());
    device.close().unwrap();
}

fn many_devices_are_attached_at_once() {
    let scratch = Scratch::new();
    let file = sparse(&scratch, 32 * MIB);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let file = &file;
            scope.spawn(move || {
                for round in 0..4 {
                    let offset = (thread * 4 + round) * MIB;
                    let options = LoopOptions { offset, size_limit: MIB, ..LoopOptions::default() };
                    let device = LoopDevice::attach(file, options).unwrap();
                    assert_eq!(device_size(device.path()), MIB);
                    device.close().unwrap();
                }
            });
        }
    });
}

fn a_device_follows_the_size_of_its_file() {
    let scratch = Scratch::new();
    let file = sparse(&scratch, MIB);
    let device = LoopDevice::attach(&file, LoopOptions::default()).unwrap();
    disk::resize(&file, 3 * MIB).unwrap();
    device.refresh_size().unwrap();
    assert_eq!(device_size(device.path()), 3 * MIB);
    device.close().unwrap();
}

/// What the death of a process does: descriptors are closed, mounts may last longer.
fn a_device_clears_itself_after_its_last_mount() {
    let scratch = Scratch::new();
    let file = sparse(&scratch, 16 * MIB);
    let device = LoopDevice::attach(&file, LoopOptions::default()).unwrap();
    make_ext4(device.path());
    let mount = Mount::device(device.path(), &scratch.make_dir("mnt"), "ext4", "").unwrap();
    let path = device.path().to_owned();
    let closed = std::thread::spawn(move || device.close());
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(loop_devices(scratch.path()).len(), 1, "the mount keeps it");
    mount.close().unwrap();
    closed.join().unwrap().unwrap();
    assert_eq!(device_size(&path), 0, "the device has no file any more");
}

fn make_ext4(device: &Path) {
    Program::new("mkfs.ext4").args(["-q", "-F"]).arg(device).execute().unwrap();
}

fn partitions_are_devices() {
    let scratch = Scratch::new();
    let file = sparse(&scratch, 64 * MIB);
    let options = LoopOptions { partitions: true, ..LoopOptions::default() };
    let device = LoopDevice::attach(&file, options).unwrap();
    let one = add_partition(&device, 1, MIB, 16 * MIB).unwrap();
    let two = add_partition(&device, 2, 17 * MIB, 32 * MIB).unwrap();
    assert_eq!(one.path(), Path::new(&format!("{}p1", device.path().display())));
    assert_eq!((device_size(one.path()), device_size(two.path())), (16 * MIB, 32 * MIB));

    for (partition, word) in [(&one, "one"), (&two, "two")] {
        make_ext4(partition.path());
        let mount = Mount::device(partition.path(), &scratch.make_dir("mnt"), "ext4", "").unwrap();
        fs::write(mount.path().join("word"), word).unwrap();
        mount.close().unwrap();
    }
    let nodes = [one.path().to_owned(), two.path().to_owned()];
    one.close().unwrap();
    drop(two);
    assert!(nodes.iter().all(|node| !node.exists()));
    device.close().unwrap();

    // The same place in the file, seen another way.
    let options = LoopOptions { offset: 17 * MIB, size_limit: 32 * MIB, ..LoopOptions::default() };
    let device = LoopDevice::attach(&file, options).unwrap();
    let mount = Mount::device(device.path(), &scratch.join("mnt"), "ext4", "ro").unwrap();
    assert_eq!(fs::read_to_string(mount.path().join("word")).unwrap(), "two");
    assert!(fs::write(mount.path().join("word"), "").is_err());
    mount.close().unwrap();
    device.close().unwrap();
}

fn a_partition_that_does_not_fit_is_an_error() {
    let scratch = Scratch::new();
    let file = sparse(&scratch, 8 * MIB);
    let options = LoopOptions { partitions: true, ..LoopOptions::default() };
    let device = LoopDevice::attach(&file, options).unwrap();
    let first = add_partition(&device, 1, MIB, 4 * MIB).unwrap();
    let expected = format!("adding the partition {}p1 (1048576 bytes at 6291456)", device.path().display());
    let twice = add_partition(&device, 1, 6 * MIB, MIB).unwrap_err();
    assert_eq!(twice.to_string(), expected);
    add_partition(&device, 2, 2 * MIB, MIB).expect_err("partitions may not overlap");
    first.close().unwrap();
    device.close().unwrap();
}

fn trimming_shrinks_the_file() {
    let scratch = Scratch::new();
    let file = sparse(&scratch, 256 * MIB);
    let device = LoopDevice::attach(&file, LoopOptions::default()).unwrap();
    make_ext4(device.path());
    let mount = Mount::device(device.path(), &scratch.make_dir("mnt"), "ext4", "").unwrap();
    let big = mount.path().join("big");
    fs::write(&big, vec![7; 64 * MIB as usize]).unwrap();
    disk::sync_filesystem(mount.path()).unwrap();
    let full = disk::allocated(&file).unwrap();
    assert!(full > 64 * MIB);
    fs::remove_file(&big).unwrap();
    disk::sync_filesystem(mount.path()).unwrap();
    let discarded = trim::fstrim(mount.path()).unwrap();
    mount.close().unwrap();
    device.close().unwrap();
    assert!(discarded >= 64 * MIB, "{discarded}");
    let left = disk::allocated(&file).unwrap();
    assert!(left + 60 * MIB < full, "{full} bytes became {left}");

    let error = trim::fstrim(Path::new("/proc")).unwrap_err();
    assert_eq!(error.to_string(), "discarding the unused blocks of /proc");
}

/// On disk and in memory, where builds keep their image if they can.
fn what_is_discarded_takes_no_space() {
    let scratch = Scratch::new();
    let memory = Mount::tmpfs(&scratch.make_dir("memory"), "").unwrap();
    for directory in [scratch.path(), memory.path()] {
        let path = directory.join("disk.raw");
        fs::write(&path, vec![7; 8 * MIB as usize]).unwrap();
        let device = LoopDevice::attach(&path, LoopOptions::default()).unwrap();
        let open = File::options().read(true).write(true).open(device.path()).unwrap();
        trim::discard(&open, MIB, 6 * MIB).unwrap();
        open.sync_all().unwrap();
        drop(open);
        device.close().unwrap();
        let left = disk::allocated(&path).unwrap();
        assert!(left <= 2 * MIB + 64 * 1024, "{left} bytes of {}", path.display());
        let content = fs::read(&path).unwrap();
        assert_eq!(content.iter().filter(|byte| **byte == 7).count(), 2 * MIB as usize);
    }
    memory.close().unwrap();
}
