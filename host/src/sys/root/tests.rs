//! What paths in a tree lead to, and what they do not.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use std::time::Duration;

use super::*;
use crate::sys::stop::Stopped;

/// A tree beside a secret that nothing in the tree may reach.
fn tree() -> (tempfile::TempDir, Root) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("secret"), "outside").unwrap();
    let tree = folder.path().join("tree");
    fs::create_dir_all(tree.join("etc/deep")).unwrap();
    fs::write(tree.join("etc/file"), "inside").unwrap();
    let root = Root::open(&tree).unwrap();
    (folder, root)
}

fn read(root: &Root, path: &str) -> Result<String> {
    let mut text = String::new();
    root.handle(Path::new(path), true)?.read()?.read_to_string(&mut text).unwrap();
    Ok(text)
}

#[test]
fn ends_of_paths_are_trimmed() {
    for (given, expected) in
        [("/", ""), ("//a/", "a"), ("a/.", "a"), (".", ""), ("./", ""), ("/a/..", "a/..")]
    {
        assert_eq!(trimmed(Path::new(given)), Path::new(expected), "{given}");
    }
}

#[test]
fn every_way_out_stays_inside() {
    let (folder, root) = tree();
    let tree = folder.path().join("tree");
    symlink("/etc/file", tree.join("absolute")).unwrap();
    symlink("../../../../etc/file", tree.join("etc/deep/upwards")).unwrap();
    symlink(folder.path().join("secret"), tree.join("secret")).unwrap();
    symlink("../secret", tree.join("dots")).unwrap();
    symlink("loop", tree.join("loop")).unwrap();
    for (path, expected) in [
        ("/absolute", Ok("inside".to_owned())),
        ("etc/deep/upwards", Ok("inside".to_owned())),
        ("/../../etc/file", Ok("inside".to_owned())),
        ("/secret", Err(Errno::ENOENT)),
        ("/dots", Err(Errno::ENOENT)),
        ("/loop", Err(Errno::ELOOP)),
        ("/etc", Err(Errno::EISDIR)),
        ("/etc/file/x", Err(Errno::ENOTDIR)),
    ] {
        assert_eq!(read(&root, path), expected, "{path}");
    }
}

#[test]
fn a_followed_spot_is_where_the_last_link_leads() {
    let (folder, root) = tree();
    let tree = folder.path().join("tree");
    symlink("/etc/target", tree.join("first")).unwrap();
    symlink("/first", tree.join("second")).unwrap();
    let spot = root.followed_spot(Path::new("/second")).unwrap();
    assert_eq!(spot.host_path().unwrap(), tree.join("etc/target"));
    assert_eq!(root.host_path(Path::new("/")).unwrap(), tree);
    assert_eq!(root.spot(Path::new("/")).unwrap_err(), Errno::EINVAL);
}

#[test]
fn directories_are_made_inside() {
    let (folder, root) = tree();
    let tree = folder.path().join("tree");
    symlink("/etc", tree.join("link")).unwrap();
    symlink("/nowhere", tree.join("dangling")).unwrap();
    assert_eq!(root.make_directories(Path::new("/link/a/b")), Ok(2));
    assert_eq!(root.make_directories(Path::new("/link/a/b")), Ok(0));
    assert_eq!(fs::metadata(tree.join("etc/a/b")).unwrap().permissions().mode() & 0o7777, 0o755);
    assert_eq!(root.make_directories(Path::new("/dangling/a")), Err(Errno::ENOENT));
}

#[test]
fn a_tree_is_removed_without_following_links() {
    let (folder, root) = tree();
    let tree = folder.path().join("tree");
    symlink(folder.path(), tree.join("etc/deep/out")).unwrap();
    root.spot(Path::new("/etc")).unwrap().remove_tree(Stop::default()).unwrap();
    assert!(!tree.join("etc").exists());
    assert!(folder.path().join("secret").exists());
}

#[test]
fn a_tree_of_any_depth_is_removed() {
    let (folder, root) = tree();
    let mut directory = root.handle(Path::new("/etc/deep"), true).unwrap();
    for _ in 0..3 * MAX_DEPTH {
        let below = directory.child(c"d".to_owned());
        below.make_directory().unwrap();
        directory = below.handle().unwrap();
    }
    remove_all(&folder.path().join("tree/etc")).unwrap();
    assert!(!folder.path().join("tree/etc").exists());
    assert!(folder.path().join("secret").exists());
}

#[test]
fn work_on_a_tree_stops_when_it_must() {
    let (folder, root) = tree();
    let etc = root.spot(Path::new("/etc")).unwrap();
    assert_eq!(etc.remove_tree(Stop::after(Duration::ZERO)), Err(Errno::ECANCELED));
    let stage = Stage::beside(root.spot(Path::new("/copy")).unwrap()).unwrap();
    let stopped = stage.copy(&etc, Owners::Kept, Stop::after(Duration::ZERO)).unwrap_err();
    assert!(stopped.downcast_ref::<Stopped>().is_some(), "{stopped:#}");
    drop(stage);
    let left: Vec<_> = fs::read_dir(folder.path().join("tree")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn what_the_kernel_shows_is_not_found() {
    let root = Root::open(Path::new("/")).unwrap();
    for path in ["/dev/null", "/proc/self/environ", "/proc/sys/kernel/hostname", "/proc", "/sys/kernel"] {
        assert_eq!(root.handle(Path::new(path), true).err(), Some(Errno::EACCES), "{path}");
    }
    for path in ["/proc/sys/x", "/dev/new"] {
        assert_eq!(root.spot(Path::new(path)).err(), Some(Errno::EACCES), "{path}");
    }
    let proc = root.spot(Path::new("/proc")).unwrap().handle().unwrap();
    assert!(proc.entries().unwrap().is_empty());
}

#[test]
fn attributes_of_a_link_are_its_own() {
    let (folder, root) = tree();
    let link = folder.path().join("tree/link");
    symlink("/etc/file", &link).unwrap();
    let handle = root.handle(Path::new("/link"), false).unwrap();
    handle.set_modified(nix::sys::time::TimeSpec::new(1000, 0)).unwrap();
    assert_eq!(handle.link_target().unwrap(), "/etc/file");
    assert_eq!(fs::symlink_metadata(&link).unwrap().mtime(), 1000);
    assert_ne!(fs::metadata(folder.path().join("tree/etc/file")).unwrap().mtime(), 1000);
}

#[test]
fn a_copy_is_put_in_place_and_merged() {
    let (folder, root) = tree();
    let tree = folder.path().join("tree");
    fs::create_dir_all(tree.join("to/deep")).unwrap();
    fs::write(tree.join("to/file"), "old").unwrap();
    fs::write(tree.join("to/other"), "kept").unwrap();
    let copy = |existing| {
        let stage = Stage::beside(root.spot(Path::new("/to")).unwrap()).unwrap();
        let copy = stage.copy(&root.spot(Path::new("/etc")).unwrap(), Owners::Root, Stop::default()).unwrap();
        stage.put(&copy, existing)
    };
    assert_eq!(copy(Existing::Fail), Err(Errno::EEXIST));
    copy(Existing::Keep).unwrap();
    assert_eq!(read(&root, "/to/file").unwrap(), "old");
    copy(Existing::Replace).unwrap();
    assert_eq!(read(&root, "/to/file").unwrap(), "inside");
    assert_eq!(read(&root, "/to/other").unwrap(), "kept");
    let names = fs::read_dir(&tree).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with(".slate")));
}

#[test]
fn a_ledger_takes_what_only_root_may_do() {
    let (folder, root) = tree();
    let ledger = std::sync::Arc::new(Ledger::default());
    let root = root.with_ledger(Some(ledger));
    let place = |path: &str| root.spot(Path::new(path)).unwrap();
    let stat = |path: &str| {
        let stat = root.handle(Path::new(path), false).unwrap().stat().unwrap();
        (stat.st_mode & 0o7777, stat.st_uid, stat.st_gid)
    };
    let owned = Attributes {
        mode: Some(0o4750),
        user: Some(1000),
        group: Some(50),
        extended: vec![("security.capability".into(), b"x".to_vec())],
        ..Attributes::default()
    };
    write(place("etc/new"), b"text", &owned, Existing::Fail).unwrap();
    place("null").make_node(SFlag::S_IFCHR, nix::sys::stat::makedev(1, 3)).unwrap();
    assert_eq!(stat("etc/new"), (0o4750, 1000, 50));
    assert_eq!(stat("etc/file"), (0o644, 0, 0));
    let null = root.handle(Path::new("null"), false).unwrap();
    assert_eq!((null.kind(), null.read().err()), (Ok(SFlag::S_IFCHR), Some(Errno::ENXIO)));

    // A copy takes over what is written down, and so does a file that replaces another.
    let stage = Stage::beside(place("copy")).unwrap();
    let made = stage.copy(&place("etc"), Owners::Kept, Stop::default()).unwrap();
    stage.put(&made, Existing::Fail).unwrap();
    write(place("copy/new"), b"other", &Attributes::default(), Existing::Replace).unwrap();
    assert_eq!(stat("copy/new"), (0o4750, 1000, 50));
    let copy = root.handle(Path::new("copy/new"), false).unwrap();
    assert_eq!(copy.extended("security.capability".as_ref()).unwrap().as_deref(), Some(&b"x"[..]));

    // A file that is made anew inherits nothing, whatever inode it gets.
    place("etc/new").remove_file().unwrap();
    write(place("etc/new"), b"", &Attributes::default(), Existing::Fail).unwrap();
    assert_eq!(stat("etc/new"), (0o644, 0, 0));
    let real = fs::metadata(folder.path().join("tree/copy/new")).unwrap();
    assert_eq!((real.uid(), real.mode() & 0o7777), (nix::unistd::geteuid().as_raw(), 0o600));
    assert!(fs::metadata(folder.path().join("tree/null")).unwrap().is_file());
}
