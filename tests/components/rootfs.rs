//! The image's tree, function by function, and ways out of it.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use crate::trial::{Loaded, Trial};

fn trial(hook: &str) -> Loaded {
    Trial::new().element("rootfs", &[hook], "").start()
}

#[test]
fn whole_files() {
    let trial = trial("files");
    symlink("/etc/target", trial.path("/etc/linked")).unwrap();
    trial.succeed("rootfs", "files");
    assert_eq!(trial.read("/a/moved"), "made");
    assert!(trial.path("/etc/linked").is_symlink());
    let metadata = fs::metadata(trial.path("/a/b/new")).unwrap();
    assert_eq!((metadata.mode() & 0o7777, metadata.uid(), metadata.gid()), (0o644, 0, 0));
}

#[test]
fn attributes() {
    let trial = trial("attributes");
    trial.succeed("rootfs", "attributes");
    for (path, mode, user, group) in [
        ("/owned", 0o4750, 1000, 50),
        ("/data", 0o755, 0, 0),
        ("/data/deep", 0o2775, 0, 50),
        ("/tree", 0o750, 7, 0),
        ("/tree/plain", 0o640, 7, 0),
        ("/tree/program", 0o750, 7, 0),
    ] {
        let found = fs::metadata(trial.path(path)).unwrap();
        assert_eq!((found.mode() & 0o7777, found.uid(), found.gid()), (mode, user, group), "{path}");
    }
    assert_eq!(trial.read("/owned"), "again");
}

#[test]
fn links_and_nodes() {
    trial("links").succeed("rootfs", "links");
}

#[test]
fn attributes_of_links_are_their_own() {
    trial("link-attributes").succeed("rootfs", "link-attributes");
}

#[test]
fn what_cannot_be_done_is_told_by_its_reason() {
    trial("refused").succeed("rootfs", "refused");
}

#[test]
fn access_control_lists_are_copied() {
    trial("access").succeed("rootfs", "access");
}

#[test]
fn listings() {
    trial("listings").succeed("rootfs", "listings");
}

#[test]
fn trees() {
    trial("trees").succeed("rootfs", "trees");
}

#[test]
fn streams() {
    let trial = trial("streams");
    trial.succeed("rootfs", "streams");
    assert_eq!(trial.names("/"), ["big", "etc"]);
}

#[test]
fn files_go_where_their_path_leads_now() {
    let trial = trial("moved");
    trial.succeed("rootfs", "moved");
    for (directory, expected) in [
        ("/kept/deep", &["before", "between"][..]),
        ("/renamed/deep", &["after"]),
        ("/removed", &["after"]),
        ("/one", &["before", "between", "file"]),
        ("/two", &["after", "before", "between", "file"]),
    ] {
        assert_eq!(trial.names(directory), expected, "{directory}");
    }
}

#[test]
fn a_reader_sees_the_old_file_or_the_new_one() {
    let trial = trial("replace");
    let path = trial.path("/replaced");
    fs::write(&path, "new").unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let seen = fs::read_to_string(&path).unwrap();
                assert!(seen == "new" || seen == "the old one", "{seen}");
            }
        });
        trial.succeed("rootfs", "replace");
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn errors_say_what_was_tried() {
    let trial = trial("errors");
    symlink("loop", trial.path("/loop")).unwrap();
    let huge = fs::File::create(trial.path("/huge")).unwrap();
    huge.set_len((256 << 20) + 1).unwrap();
    trial.succeed("rootfs", "errors");
}

#[test]
fn nothing_leads_out_of_the_tree() {
    let trial = trial("escapes");
    let secret = trial.beside("secret");
    symlink(&secret, trial.path("/absolute")).unwrap();
    symlink("../secret", trial.path("/dots")).unwrap();
    symlink("absolute", trial.path("/chain")).unwrap();
    symlink("../..", trial.path("/up")).unwrap();
    trial.succeed("rootfs", "escapes");
    assert_eq!(fs::read_to_string(secret).unwrap(), "secret");
}
