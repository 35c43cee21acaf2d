//! Options that programs of the build host refuse: told before root is needed and before the tree is built.

use std::fs;

use crate::slate::{ELEMENTS, command, command_without_rights, finish, fixtures};
use crate::tooling::Scratch;

/// Runs both commands that build, and expects the same message of both.
fn assert_refused(words: &[&str], stderr: &str) {
    for (name, status) in [("build", 2), ("disk-image-create", 1)] {
        let mut command = command();
        command.env("ELEMENTS_PATH", ELEMENTS).args([name, "tiny-os", "-o", "/tmp/x"]).args(words);
        let refused = finish(&mut command);
        assert_eq!(refused.stderr, stderr, "{name} {words:?}");
        assert_eq!((refused.status, refused.stdout.as_str()), (Some(status), ""), "{name} {words:?}");
    }
}

#[test]
fn options_of_mkfs() {
    let table = [
        ("-E bogus=1", "Bad option(s) specified: bogus"),
        ("--bogus", "invalid option -- '-'"),
        ("-i 17", "invalid inode ratio 17 (min 1024/max 67108864)"),
    ];
    for (options, why) in table {
        let stderr = format!(
            "error: mke2fs cannot make file system 'mkfs_root' as asked for: {why}\n\
             hint: correct the options (--mkfs-options for the root, 'opts' in a layout): {options}\n"
        );
        assert_refused(&[&format!("--mkfs-options={options}")], &stderr);
    }
}

#[test]
fn options_of_qemu_img() {
    for format in ["qcow2", "vmdk"] {
        let stderr = format!(
            "error: qemu-img cannot write {format} with --qemu-img-options bogus=1: Invalid parameter 'bogus'\n\
             hint: `qemu-img create -f {format} -o help` lists what there is\n"
        );
        assert_refused(&["-t", format, "--qemu-img-options", "bogus=1"], &stderr);
    }
}

#[test]
fn a_disk_that_a_format_cannot_hold() {
    assert_refused(
        &["-t", "qcow2,vhd", "--image-size", "3072"],
        "error: qemu-img cannot write a disk of 3 TiB as vhd: The image size is too large for file format 'vpc'\n\
         hint: give a smaller --image-size, or another format\n",
    );
}

/// What makes no sense for the smallest disk may for the one that the tree needs.
#[test]
fn options_that_some_size_makes_sense_of() {
    let scratch = Scratch::new();
    let elements = fixtures().join(ELEMENTS);
    let copy = scratch.make_dir("elements/tiny-os");
    fs::copy(elements.join("tiny-os/element-provides"), copy.join("element-provides"))
        .expect("copying the element");
    let mut slate = command_without_rights(scratch.path());
    slate.args(["build", "tiny-os", "--elements-path", "elements", "-t", "qcow2"]);
    let refused =
        finish(slate.args(["--mkfs-options=-N 9999999", "--qemu-img-options", "lazy_refcounts=on"]));
    assert!(refused.stderr.starts_with("error: building needs root"), "{}", refused.stderr);
}

/// Which program is missing is told before what another one refuses.
#[test]
fn a_program_that_is_not_there() {
    let mut slate = command();
    slate.env("ELEMENTS_PATH", ELEMENTS).args(["build", "tiny-os", "-o", "/tmp/x", "--mkfs-options=-i 17"]);
    let refused = finish(slate.args(["-t", "qcow2,tgz"]).env("DIB_GZIP_BIN", "no-such-packer"));
    assert!(
        refused.stderr.starts_with("error: programs that the build needs are missing:\n"),
        "{}",
        refused.stderr
    );
}
