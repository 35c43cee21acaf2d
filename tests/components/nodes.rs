//! Device nodes, pipes and sockets, as the kernel sees what was made.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use nix::sys::stat::{major, minor};

use crate::trial::Trial;

#[test]
fn nodes_have_the_kind_number_mode_and_owner_that_were_asked_for() {
    let trial = Trial::new().element("nodes", &["make"], "").start();
    trial.succeed("nodes", "make");
    for (path, kind, device, mode, user, group) in [
        ("/block", "block", (4095, 1_048_575), 0o660, 1000, 50),
        ("/character", "character", (204, 64), 0o620, 7, 5),
        ("/pipe", "pipe", (0, 0), 0o4711, 0, 50),
        ("/socket", "socket", (0, 0), 0, 1000, 0),
        ("/plain", "block", (8, 1), 0o644, 0, 0),
    ] {
        let found = fs::symlink_metadata(trial.path(path)).unwrap();
        assert_eq!(kind_of(found.file_type()), kind, "{path}");
        assert_eq!((major(found.rdev()), minor(found.rdev())), device, "{path}");
        assert_eq!((found.mode() & 0o7777, found.uid(), found.gid()), (mode, user, group), "{path}");
    }
}

fn kind_of(found: fs::FileType) -> &'static str {
    match found {
        _ if found.is_block_device() => "block",
        _ if found.is_char_device() => "character",
        _ if found.is_fifo() => "pipe",
        _ if found.is_socket() => "socket",
        _ => "none of these",
    }
}
