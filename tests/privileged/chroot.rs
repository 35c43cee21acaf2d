//! The mounts of a chroot, seen from inside.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;

use blankslate::sys::chroot::ChrootMounts;
use blankslate::sys::disk;
use blankslate::sys::loopdev::{LoopDevice, LoopOptions};

use crate::Test;
use crate::tooling::{Scratch, mounts};
use crate::usr_tree::UsrTree;

pub(crate) const TESTS: &[Test] = &[
    ("chroot::programs_see_proc_sys_and_a_minimal_dev", programs_see_proc_sys_and_a_minimal_dev),
    ("chroot::a_device_is_shown_only_when_exposed", a_device_is_shown_only_when_exposed),
    ("chroot::a_link_as_mount_point_is_refused", a_link_as_mount_point_is_refused),
    ("chroot::nothing_stays_in_the_tree", nothing_stays_in_the_tree),
];

fn programs_see_proc_sys_and_a_minimal_dev() {
    let tree = UsrTree::new();
    let mounts = ChrootMounts::mount(&tree.path()).unwrap();

    let names = tree.shell("ls /dev");
    let names: BTreeSet<&str> = names.lines().collect();
    let expected = "console fd full null ptmx pts random shm stderr stdin stdout tty urandom zero";
    assert_eq!(names, expected.split(' ').collect());
    assert_eq!(tree.shell("ls /dev/pts"), "ptmx\n");
    let modes = "stat -c '%n %F %t:%T %a' /dev/null /dev/console /dev/tty /dev/shm";
    assert_eq!(
        tree.shell(modes),
        "/dev/null character special file 1:3 666\n/dev/console character special file 1:3 666\n\
         /dev/tty character special file 5:0 666\n/dev/shm directory 0:0 1777\n"
    );

    assert_eq!(
        tree.shell("echo out > /dev/stdout; echo x > /dev/null; head -c 3 /dev/zero | wc -c"),
        "out\n3\n"
    );
    assert_eq!(
        tree.shell("head -c 8 /dev/urandom | wc -c; pwd; ls /"),
        "8\n/\nbin\ndev\nlib\nlib64\nproc\nsbin\nsys\ntmp\nusr\n"
    );
    // A pseudo terminal of the chroot's own, in use.
    assert_eq!(tree.shell("script -qec 'tty' /dev/null").trim(), "/dev/pts/0");
    assert_eq!(tree.shell("cat /proc/1/comm > /dev/null && test -d /sys/block && echo there"), "there\n");
    assert_eq!(tree.shell("mkdir /sys/x 2>/dev/null; echo $?"), "1\n");
    let flags = tree.shell("grep ' /sys ' /proc/self/mounts");
    assert!(flags.starts_with("sysfs /sys sysfs ro,nosuid,nodev,noexec"), "{flags}");

    mounts.close().unwrap();
    tree.close();
}

fn a_device_is_shown_only_when_exposed() {
    let tree = UsrTree::new();
    let file = tree.scratch.join("disk.raw");
    drop(disk::create_sparse(&file, 1 << 20).unwrap());
    let device = LoopDevice::attach(&file, LoopOptions::default()).unwrap();
    let mounts = ChrootMounts::mount(&tree.path()).unwrap();
    let inside = tree.path().join(device.path().strip_prefix("/").unwrap());
    assert!(!inside.exists());
    mounts.expose(device.path()).unwrap();
    mounts.expose(device.path()).unwrap();

    let (shown, real) = (fs::metadata(&inside).unwrap(), fs::metadata(device.path()).unwrap());
    assert!(shown.file_type().is_block_device());
    assert_eq!(shown.rdev(), real.rdev());
    assert_eq!(shown.permissions().mode() & 0o7777, 0o660);
    assert_eq!(tree.shell(&format!("blockdev --getsize64 {}", device.path().display())), "1048576\n");
    let error = mounts.expose(Path::new("/dev/null")).unwrap_err();
    assert_eq!(error.to_string(), "/dev/null is no block device");

    mounts.close().unwrap();
    device.close().unwrap();
    tree.close();
}

fn a_link_as_mount_point_is_refused() {
    let scratch = Scratch::new();
    let tree = scratch.make_dir("tree");
    let outside = scratch.make_dir("outside");
    std::os::unix::fs::symlink(&outside, tree.join("dev")).unwrap();
    let error = ChrootMounts::mount(&tree).unwrap_err();
    assert!(
        error.to_string().ends_with("tree/dev must be a directory to mount on, and is none"),
        "{error:#}"
    );
    assert!(mounts(scratch.path()).is_empty(), "what was mounted before the failure is gone");
}

fn nothing_stays_in_the_tree() {
    let scratch = Scratch::new();
    let tree = scratch.make_dir("tree");
    drop(ChrootMounts::mount(&tree).unwrap());
    let left: BTreeSet<_> = fs::read_dir(&tree).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["dev", "proc", "sys"].map(Into::into).into());
    assert!(
        fs::read_dir(tree.join("dev")).unwrap().next().is_none(),
        "no node is left in the image's own /dev"
    );
}
