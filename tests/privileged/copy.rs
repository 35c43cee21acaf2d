//! Copies of trees, compared entry by entry.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use blankslate::sys::copy::{CopyOptions, CopyStats, copy_tree, is_no_space};
use blankslate::sys::loopdev::{LoopDevice, LoopOptions};
use blankslate::sys::measure::tree_size;
use blankslate::sys::mount::Mount;
use blankslate::sys::process::Program;
use blankslate::sys::{disk, signals};

use crate::Test;
use crate::copy_fixture::{make, see};
use crate::tooling::Scratch;

pub(crate) const TESTS: &[Test] = &[
    ("copy::everything_arrives_whatever_the_threads", everything_arrives_whatever_the_threads),
    ("copy::the_files_of_the_source_are_not_touched", the_files_of_the_source_are_not_touched),
    ("copy::other_mounts_are_left_out_unless_asked", other_mounts_are_left_out_unless_asked),
    ("copy::a_bound_file_is_left_out", a_bound_file_is_left_out),
    ("copy::mounts_in_the_destination_are_filled", mounts_in_the_destination_are_filled),
    ("copy::sockets_are_left_out", sockets_are_left_out),
    ("copy::links_in_the_destination_are_not_followed", links_in_the_destination_are_not_followed),
    ("copy::an_existing_file_is_an_error_that_names_it", an_existing_file_is_an_error_that_names_it),
    ("copy::a_full_disk_is_told_apart", a_full_disk_is_told_apart),
    ("copy::progress_ends_with_the_whole", progress_ends_with_the_whole),
];

/// An ext4 file system of its own, whose reading leaves no trace.
struct Ext4 {
    mount: Mount,
    device: LoopDevice,
}

impl Ext4 {
    fn new(scratch: &Scratch, name: &str, size: u64) -> Self {
        let file = scratch.join(format!("{name}.raw"));
        drop(disk::create_sparse(&file, size).unwrap());
        Program::new("mkfs.ext4").args(["-q", "-F", "-b", "4096"]).arg(&file).execute().unwrap();
        let device = LoopDevice::attach(&file, LoopOptions::default()).unwrap();
        let mount = Mount::device(device.path(), &scratch.make_dir(name), "ext4", "noatime").unwrap();
        fs::remove_dir(mount.path().join("lost+found")).unwrap();
        Self { mount, device }
    }

    fn path(&self) -> &Path {
        self.mount.path()
    }

    fn close(self) {
        self.mount.close().unwrap();
        self.device.close().unwrap();
    }
}

fn copy(source: &Path, destination: &Path) -> CopyStats {
    copy_tree(source, destination, CopyOptions::default()).unwrap()
}

fn everything_arrives_whatever_the_threads() {
    let scratch = Scratch::new();
    let source = Ext4::new(&scratch, "source", 256 << 20);
    make(source.path());
    let expected = see(source.path());
    let counted = tree_size(source.path()).unwrap();
    for threads in [1, 2, 8] {
        let destination = Ext4::new(&scratch, &format!("copy-{threads}"), 256 << 20);
        let options = CopyOptions { threads, ..CopyOptions::default() };
        let stats = copy_tree(source.path(), destination.path(), options).unwrap();

        let found = see(destination.path());
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (path, seen) in &expected {
            assert!(&found[path] == seen, "{}: {seen:?} became {:?}", path.display(), found[path]);
        }
        assert_eq!(stats.directories + stats.files + stats.others, counted.inodes);
        assert_eq!(stats.hard_links, 3);
        assert_eq!(tree_size(destination.path()).unwrap(), counted);
        destination.close();
    }
    source.close();
}

fn the_files_of_the_source_are_not_touched() {
    let scratch = Scratch::new();
    let (source, destination) = (scratch.make_dir("source"), scratch.make_dir("destination"));
    make(&source);
    let status = |path: &Path| {
        let lines = Program::new("find")
            .arg(path)
            .args(["-type", "f", "-printf", "%P %A@ %C@ %T@ %n\n"])
            .output()
            .unwrap();
        String::from_utf8_lossy(&lines).into_owned()
    };
    let before = status(&source);
    copy(&source, &destination);
    assert!(status(&source) == before, "access times are kept too");
}

/// A source with a file system mounted at `proc`, holding one file.
fn with_mount(scratch: &Scratch) -> (PathBuf, Mount) {
    let source = scratch.make_dir("source");
    let mount = Mount::tmpfs(&scratch.make_dir("source/proc"), "mode=555").unwrap();
    fs::write(mount.path().join("secret"), "of the machine").unwrap();
    (source, mount)
}

fn other_mounts_are_left_out_unless_asked() {
    let scratch = Scratch::new();
    let (source, mount) = with_mount(&scratch);
    // A bind mount is on the same device, and yet another mount.
    let bound = Mount::bind(&scratch.make_dir("outside"), &scratch.make_dir("source/bound")).unwrap();
    fs::write(scratch.join("outside/file"), "").unwrap();

    let left_out = scratch.make_dir("left-out");
    let stats = copy(&source, &left_out);
    assert_eq!((stats.mounts, stats.files, stats.directories), (2, 0, 3));
    assert!(!left_out.join("proc/secret").exists() && left_out.join("proc").is_dir());

    let options = CopyOptions { cross_mounts: true, ..CopyOptions::default() };
    let asked = scratch.make_dir("asked");
    let stats = copy_tree(&source, &asked, options).unwrap();
    assert_eq!((stats.mounts, stats.files, stats.directories), (0, 2, 3));
    assert!(asked.join("proc/secret").exists() && asked.join("bound/file").exists());
    bound.close().unwrap();
    mount.close().unwrap();
}

fn a_bound_file_is_left_out() {
    let scratch = Scratch::new();
    let (source, destination) = (scratch.make_dir("source"), scratch.make_dir("destination"));
    fs::write(scratch.join("secret"), "of the machine").unwrap();
    fs::write(source.join("resolv.conf"), "").unwrap();
    let bound = Mount::bind(&scratch.join("secret"), &source.join("resolv.conf")).unwrap();
    assert_eq!(copy(&source, &destination).mounts, 1);
    assert!(!destination.join("resolv.conf").exists());
    bound.close().unwrap();
}

fn mounts_in_the_destination_are_filled() {
    let scratch = Scratch::new();
    let source = scratch.make_dir("source");
    fs::create_dir(source.join("boot")).unwrap();
    fs::write(source.join("vmlinuz"), "a kernel").unwrap();
    fs::hard_link(source.join("vmlinuz"), source.join("boot/vmlinuz")).unwrap();
    let destination = Ext4::new(&scratch, "destination", 16 << 20);
    let boot = Mount::tmpfs(&scratch.make_dir("destination/boot"), "").unwrap();

    let stats = copy(&source, destination.path());

    assert_eq!((stats.files, stats.hard_links), (2, 0), "a link does not reach into another file system");
    assert_eq!(fs::read_to_string(boot.path().join("vmlinuz")).unwrap(), "a kernel");
    boot.close().unwrap();
    destination.close();
}

fn sockets_are_left_out() {
    let scratch = Scratch::new();
    let (source, destination) = (scratch.make_dir("source"), scratch.make_dir("destination"));
    let listener = UnixListener::bind(source.join("socket")).unwrap();
    fs::hard_link(source.join("socket"), source.join("twice")).unwrap();
    let stats = copy(&source, &destination);
    drop(listener);
    assert_eq!((stats.sockets, stats.hard_links), (1, 0));
    assert!(fs::read_dir(&destination).unwrap().next().is_none());
}

fn links_in_the_destination_are_not_followed() {
    let scratch = Scratch::new();
    let (source, destination) = (scratch.make_dir("source"), scratch.make_dir("destination"));
    let outside = scratch.make_dir("outside");
    fs::create_dir(source.join("etc")).unwrap();
    fs::write(source.join("etc/passwd"), "").unwrap();
    std::os::unix::fs::symlink(&outside, destination.join("etc")).unwrap();
    let error = copy_tree(&source, &destination, CopyOptions::default()).unwrap_err();
    assert!(format!("{error:#}").contains("copying /etc: opening its copy: "), "{error:#}");
    assert!(fs::read_dir(outside).unwrap().next().is_none());
}

fn an_existing_file_is_an_error_that_names_it() {
    let scratch = Scratch::new();
    let (source, destination) = (scratch.make_dir("source"), scratch.make_dir("destination"));
    fs::write(source.join("file"), "new").unwrap();
    fs::write(destination.join("file"), "old").unwrap();
    let error = copy_tree(&source, &destination, CopyOptions::default()).unwrap_err();
    let expected = format!(
        "copying {} to {}: copying /file: creating the copy: EEXIST: File exists",
        source.display(),
        destination.display()
    );
    assert_eq!(format!("{error:#}"), expected);
    assert!(!is_no_space(&error));
    assert_eq!(fs::read_to_string(destination.join("file")).unwrap(), "old");
}

fn a_full_disk_is_told_apart() {
    let scratch = Scratch::new();
    let source = scratch.make_dir("source");
    fs::write(source.join("large"), vec![1; 4 << 20]).unwrap();
    let small = Mount::tmpfs(&scratch.make_dir("small"), "size=1m").unwrap();
    let error = copy_tree(&source, small.path(), CopyOptions::default()).unwrap_err();
    assert!(is_no_space(&error), "{error:#}");
    assert!(format!("{error:#}").contains("copying /large: writing its content"), "{error:#}");
    small.close().unwrap();

    let inodes = Mount::tmpfs(&scratch.join("small"), "nr_inodes=2").unwrap();
    fs::write(source.join("another"), "").unwrap();
    let error = copy_tree(&source, inodes.path(), CopyOptions::default()).unwrap_err();
    assert!(is_no_space(&error), "{error:#}");
    inodes.close().unwrap();
}

fn progress_ends_with_the_whole() {
    let scratch = Scratch::new();
    let (source, destination) = (scratch.make_dir("source"), scratch.make_dir("destination"));
    make(&source);
    let reports = Mutex::new(Vec::new());
    let progress = |stats: CopyStats| reports.lock().unwrap().push(stats.files + stats.hard_links);
    let options = CopyOptions { progress: Some(&progress), ..CopyOptions::default() };
    let stats = copy_tree(&source, &destination, options).unwrap();
    let reports = reports.into_inner().unwrap();
    assert!(reports.len() > 10);
    assert_eq!(reports.into_iter().max(), Some(stats.files + stats.hard_links));
    assert!(!signals::interrupted());
}
