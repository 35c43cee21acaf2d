//! Paths that lead outside.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};

use blankslate::sys::mount::Mount;
use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};

use super::{outside, refused, ungranted};
use crate::trial::{Loaded, Trial};

#[test]
fn dots_stay_at_the_root() {
    let trial = ungranted("attack-dots", &["read", "append", "write", "remove", "rename", "glob", "scratch"]);
    refused(
        &trial,
        "attack-dots",
        &[
            ("read", "reading /etc/../../../secret in the image: no such file or directory"),
            ("remove", "removing /../tree/../secret in the image: no such file or directory"),
            ("glob", "looking for /../* in the image: a pattern has no '..'"),
            ("scratch", "copying to /copied in the image: no such file or directory"),
        ],
    );
    let before = outside(&trial);
    for hook in ["append", "write", "rename"] {
        trial.succeed("attack-dots", hook);
    }
    assert_eq!(outside(&trial), before);
    assert_eq!(trial.read("/secret"), "attacked");
    assert!(trial.path("/stolen").exists());
}

#[test]
fn an_absolute_link_stays_inside() {
    let hooks = ["read", "append", "attributes", "remove", "write"];
    let trial = ungranted("attack-absolute-link", &hooks);
    refused(
        &trial,
        "attack-absolute-link",
        &[
            ("read", "reading /link in the image: no such file or directory"),
            ("append", "appending to /link in the image: no such file or directory"),
            ("attributes", "changing attributes of /link in the image: no such file or directory"),
            ("write", "writing /link in the image: no such file or directory"),
        ],
    );
    let before = outside(&trial);
    trial.succeed("attack-absolute-link", "remove");
    // The link leads to a path of the same name inside.
    let inside = trial.path(trial.beside("secret").to_str().unwrap());
    fs::create_dir_all(inside.parent().unwrap()).unwrap();
    trial.succeed("attack-absolute-link", "write");
    assert_eq!(outside(&trial), before);
    assert_eq!(fs::read_to_string(inside).unwrap(), "inside");
}

#[test]
fn a_chain_of_links_stays_inside() {
    let hooks = ["read", "append", "remove-tree", "list", "endless"];
    let trial = ungranted("attack-link-chain", &hooks);
    refused(
        &trial,
        "attack-link-chain",
        &[
            ("read", "reading /third in the image: no such file or directory"),
            ("append", "appending to /second/tree/../secret in the image: no such file or directory"),
            ("list", "listing /second/elements in the image: no such file or directory"),
            ("endless", "reading /endless in the image: too many symbolic links"),
        ],
    );
    let before = outside(&trial);
    trial.succeed("attack-link-chain", "remove-tree");
    assert_eq!(outside(&trial), before);
}

/// Turns `swap` in a trial's tree from a directory into a link to the outside
/// and back, in one step each time, while something runs.
fn while_swapping(trial: &Loaded, work: impl FnOnce()) {
    let (swap, aside) = (trial.path("/swap"), trial.path("/aside"));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                renameat2(AT_FDCWD, &swap, AT_FDCWD, &aside, RenameFlags::RENAME_EXCHANGE).unwrap();
            }
        });
        work();
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_link_swapped_meanwhile_leads_nowhere() {
    let trial = ungranted("attack-link-swap", &["read", "write", "append", "remove"]);
    fs::create_dir(trial.beside("private")).unwrap();
    fs::write(trial.beside("private/secret"), "outside").unwrap();
    fs::create_dir_all(trial.beside("private/victim/deep")).unwrap();
    fs::create_dir(trial.path("/swap")).unwrap();
    fs::write(trial.path("/swap/secret"), "inside").unwrap();
    symlink(trial.beside("private"), trial.path("/aside")).unwrap();
    let before = outside(&trial);
    for hook in ["read", "write", "append", "remove"] {
        while_swapping(&trial, || trial.succeed("attack-link-swap", hook));
        assert_eq!(outside(&trial), before, "{hook}");
    }
}

#[test]
fn what_the_kernel_shows_is_no_part_of_the_image() {
    let hooks = ["environ", "root", "descriptor", "kernel", "link", "create", "copy", "mode", "walk"];
    let trial = ungranted("attack-proc", &hooks);
    fs::create_dir(trial.path("/proc")).unwrap();
    let proc = Mount::proc(&trial.path("/proc")).unwrap();
    let domain = fs::read_to_string("/proc/sys/kernel/domainname").unwrap();
    let why = "it is what the kernel shows there, and no part of the image";
    refused(
        &trial,
        "attack-proc",
        &[
            ("environ", &format!("reading /proc/self/environ in the image: {why}")),
            ("root", "reading /proc/self/root/etc/hostname in the image: too many symbolic links"),
            ("descriptor", &format!("appending to /proc/self/fd/3 in the image: {why}")),
            ("kernel", &format!("appending to /proc/sys/kernel/domainname in the image: {why}")),
            ("link", &format!("reading /link/environ in the image: {why}")),
            ("create", &format!("writing /proc/sys/kernel/new in the image: {why}")),
            ("copy", &format!("copying to /copied in the image: {why}")),
        ],
    );
    trial.succeed("attack-proc", "mode");
    trial.succeed("attack-proc", "walk");
    assert_eq!(trial.read("/walked"), "/etc\n/etc/group\n/etc/passwd\n/link\n/proc");
    assert_eq!(fs::read_to_string("/proc/sys/kernel/domainname").unwrap(), domain);
    proc.close().unwrap();
}

#[test]
fn a_hard_link_to_the_outside_is_not_made() {
    let trial = ungranted("attack-hard-link", &["dots", "absolute", "link"]);
    let missing = "making the hard link /stolen in the image: no such file or directory";
    refused(
        &trial,
        "attack-hard-link",
        &[
            ("dots", missing),
            ("absolute", missing),
            ("link", "reading /stolen in the image: no such file or directory"),
        ],
    );
    assert!(trial.path("/stolen").is_symlink());
}

#[test]
fn elements_share_neither_memory_nor_scratch_directories() {
    let hooks = ["own", "dots", "absolute", "link", "copy"];
    let trial = Trial::new().element("attack-neighbour", &hooks, "").start();
    fs::create_dir_all(trial.beside("scratch/other")).unwrap();
    fs::write(trial.beside("scratch/other/secret"), "secret").unwrap();
    trial.succeed("attack-neighbour", "own");
    assert_eq!(trial.read("/own"), "own");
    refused(
        &trial,
        "attack-neighbour",
        &[
            ("dots", "opening ../other/secret: not-permitted"),
            ("absolute", "opening /etc/passwd: not-permitted"),
            ("link", "opening link: not-permitted"),
            ("copy", "copying to /stolen in the image: no such file or directory"),
        ],
    );
    assert_eq!(fs::read_to_string(trial.beside("scratch/other/secret")).unwrap(), "secret");
}
