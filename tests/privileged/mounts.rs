//! Mount guards.

use std::fs;

use blankslate::sys::mount::Mount;

use crate::Test;
use crate::tooling::{Scratch, mounts};

pub(crate) const TESTS: &[Test] = &[
    ("mounts::a_guard_unmounts_when_closed_and_when_dropped", a_guard_unmounts_when_closed_and_when_dropped),
    ("mounts::a_bind_mount_shows_the_source_and_its_content_stays", a_bind_mount_shows_the_source),
    ("mounts::a_read_only_bind_mount_cannot_be_written", a_read_only_bind_mount_cannot_be_written),
    ("mounts::a_mount_in_use_is_waited_for", a_mount_in_use_is_waited_for),
    ("mounts::a_mount_that_stays_busy_names_its_holder", a_mount_that_stays_busy_names_its_holder),
];

fn a_guard_unmounts_when_closed_and_when_dropped() {
    let scratch = Scratch::new();
    let target = scratch.make_dir("mnt");
    let mount = Mount::tmpfs(&target, "size=1m,mode=700").unwrap();
    assert_eq!(mount.path(), target);
    assert_eq!(mounts(scratch.path()).len(), 1);
    mount.close().unwrap();
    assert!(mounts(scratch.path()).is_empty());

    drop(Mount::tmpfs(&target, "").unwrap());
    assert!(mounts(scratch.path()).is_empty());
}

fn a_bind_mount_shows_the_source() {
    let scratch = Scratch::new();
    let (source, target) = (scratch.make_dir("source"), scratch.make_dir("target"));
    let bound = Mount::bind(&source, &target).unwrap();
    fs::write(target.join("file"), "through the mount").unwrap();
    bound.close().unwrap();
    assert_eq!(fs::read_to_string(source.join("file")).unwrap(), "through the mount");
    assert!(!target.join("file").exists());
}

fn a_read_only_bind_mount_cannot_be_written() {
    let scratch = Scratch::new();
    let (source, target) = (scratch.make_dir("source"), scratch.make_dir("target"));
    let bound = Mount::bind_read_only(&source, &target).unwrap();
    let error = fs::write(target.join("file"), "").unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ReadOnlyFilesystem);
    fs::write(source.join("file"), "").unwrap();
    bound.close().unwrap();
}

fn a_mount_in_use_is_waited_for() {
    let scratch = Scratch::new();
    let mount = Mount::tmpfs(&scratch.make_dir("mnt"), "").unwrap();
    let file = fs::File::create(mount.path().join("file")).unwrap();
    let holder = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        drop(file);
    });
    mount.close().unwrap();
    holder.join().unwrap();
}

fn a_mount_that_stays_busy_names_its_holder() {
    let scratch = Scratch::new();
    let target = scratch.make_dir("mnt");
    let mount = Mount::tmpfs(&target, "").unwrap();
    let file = fs::File::create(target.join("file")).unwrap();
    let error = format!("{:#}", mount.close().unwrap_err());
    drop(file);
    nix::mount::umount(&target).unwrap();
    assert!(error.starts_with(&format!("unmounting {} (in use by ", target.display())), "{error}");
    assert!(error.contains(&format!("({})", std::process::id())), "{error}");
}
