//! An image without `vm`: one file system and no partition table, in several
//! formats from one build, with nothing of the build host in it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::runner::Runner;
use crate::tooling::Scratch;
use crate::{command, image, late};

/// How long looking at an image may take.
const LIMIT: Duration = Duration::from_secs(120);

/// What every chroot has in `/dev`, whatever machine it is on.
const DEVICES: [&str; 14] = [
    "console", "fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty",
    "urandom", "zero",
];

const CHECKS: &[(&str, fn(&Plain))] = &[
    ("every_format_holds_the_same_file_system", formats_agree),
    ("the_image_is_one_labelled_file_system", one_file_system),
    ("the_tar_keeps_owners_modes_and_capabilities", metadata_is_kept),
    ("nothing_of_the_build_host_is_in_the_image", host_is_absent),
    ("nothing_of_the_build_is_in_the_image", build_is_absent),
    ("the_logs_are_empty", logs_are_empty),
    ("a_package_can_come_late", late_package),
];

/// A file in the tar.
#[derive(Debug, PartialEq)]
struct File {
    /// Kind and permissions, as `ls` shows them.
    mode: String,
    /// Numbers of user and group.
    owner: String,
    size: String,
    path: String,
}

/// The outputs of one build.
struct Plain {
    files: Vec<File>,
    scratch: Scratch,
}

/// Runs the checks.
pub(crate) fn run(runner: &mut Runner) {
    runner.group(CHECKS, prepare);
}

fn prepare() -> Plain {
    let scratch = Scratch::new();
    let late = late::element(scratch.path());
    let args = ["debian", &late, "--set", "late.package=hello", "--set", "debian.kernel=none"];
    let args = [&args[..], &["-t", "raw,qcow2,tar", "-o", "plain"]].concat();
    image::build(scratch.path(), &args);
    let mut tar = Command::new("tar");
    tar.args(["--list", "--verbose", "--numeric-owner", "--file"]).arg(scratch.join("plain.tar"));
    let files = command::output(&mut tar, LIMIT).lines().filter_map(entry).collect();
    Plain { files, scratch }
}

/// `-rwxr-xr-x 0/0 1234 2026-01-01 00:00 ./usr/bin/env`
fn entry(line: &str) -> Option<File> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let path = words.get(5)?.trim_start_matches("./").trim_end_matches('/');
    let [mode, owner, size] = [0, 1, 2].map(|index| words[index].to_owned());
    Some(File { mode, owner, size, path: path.to_owned() })
}

impl Plain {
    fn find(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    fn contents(&self, path: &str) -> String {
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--to-stdout", "--file"]).arg(self.scratch.join("plain.tar"));
        command::output(tar.arg(format!("./{path}")), LIMIT)
    }

    /// The names directly in a directory.
    fn names(&self, directory: &str) -> Vec<&str> {
        let names = self.files.iter().filter_map(|file| file.path.strip_prefix(directory)?.strip_prefix('/'));
        names.filter(|name| !name.contains('/')).collect()
    }
}

fn formats_agree(plain: &Plain) {
    let raw = plain.scratch.join("plain.raw");
    let size = std::fs::metadata(&raw).expect("the raw image exists").len();
    assert_eq!(information(&plain.scratch.join("plain.qcow2"))["virtual-size"], size);
    let mut compare = Command::new("qemu-img");
    compare.args(["compare", "-f", "raw", "-F", "qcow2"]).arg(&raw).arg(plain.scratch.join("plain.qcow2"));
    command::output(&mut compare, LIMIT);
}

fn information(image: &Path) -> serde_json::Value {
    let mut info = Command::new("qemu-img");
    let text = command::output(info.args(["info", "--output=json"]).arg(image), LIMIT);
    serde_json::from_str(&text).expect("qemu-img's JSON")
}

fn one_file_system(plain: &Plain) {
    let raw = plain.scratch.join("plain.raw");
    let label = command::output(Command::new("e2label").arg(&raw), LIMIT);
    assert_eq!(label.trim(), "cloudimg-rootfs");
    command::output(Command::new("e2fsck").args(["-f", "-n"]).arg(&raw), LIMIT);
    assert!(
        plain.contents("etc/fstab").contains("LABEL=cloudimg-rootfs / ext4"),
        "{}",
        plain.contents("etc/fstab")
    );
}

fn metadata_is_kept(plain: &Plain) {
    let owner_and_mode = |path: &str| plain.find(path).map(|file| (file.mode.as_str(), file.owner.as_str()));
    assert_eq!(owner_and_mode("usr/bin/sudo"), Some(("-rwsr-xr-x", "0/0")));
    assert_eq!(owner_and_mode("etc/shadow"), Some(("-rw-r-----", "0/42")));
    assert_eq!(owner_and_mode("tmp"), Some(("drwxrwxrwt", "0/0")));
    let mut tar = Command::new("tar");
    tar.args(["--list", "-vv", "--xattrs", "--xattrs-include=*", "--file"])
        .arg(plain.scratch.join("plain.tar"));
    assert!(command::output(tar.arg("./usr/bin/ping"), LIMIT).contains("security.capability"));
}

fn host_is_absent(plain: &Plain) {
    let devices = plain.names("dev");
    let leaked: Vec<&&str> = devices.iter().filter(|name| !DEVICES.contains(name)).collect();
    assert!(leaked.is_empty(), "the image's /dev has {leaked:?}");
    for empty in ["proc", "sys", "tmp"] {
        assert_eq!(plain.names(empty), Vec::<&str>::new(), "/{empty}");
    }
    let host = command::output(&mut Command::new("hostname"), LIMIT);
    assert_ne!(plain.contents("etc/hostname").trim(), host.trim());
    let resolver = plain.find("etc/resolv.conf").expect("the image has a resolver");
    assert!(resolver.mode.starts_with('l'), "{resolver:?}");
    for copy in ["etc/resolv.conf.ORIG", "etc/.resolv.conf.systemd-resolved.bak"] {
        assert_eq!(plain.find(copy), None);
    }
}

fn build_is_absent(plain: &Plain) {
    assert_eq!(plain.contents("etc/machine-id"), "");
    let traces: Vec<&str> =
        plain.files.iter().map(|file| file.path.as_str()).filter(|path| is_trace(path)).collect();
    assert_eq!(traces, Vec::<&str>::new());
}

fn logs_are_empty(plain: &Plain) {
    let is_log = |file: &&File| file.path.starts_with("var/log/") && file.mode.starts_with('-');
    let written: Vec<&File> = plain.files.iter().filter(is_log).filter(|file| file.size != "0").collect();
    assert_eq!(written, Vec::<&File>::new());
}

/// With nothing else of apt's, as the other checks have it.
fn late_package(plain: &Plain) {
    assert!(plain.find("usr/bin/hello").is_some_and(|program| program.mode == "-rwxr-xr-x"));
}

/// Whether a file was made by the build, or must be made by each machine.
fn is_trace(path: &str) -> bool {
    let below = ["var/lib/apt/lists/", "var/cache/apt/archives/", "etc/ssh/ssh_host_", "var/lib/cloud/"];
    let exact =
        ["usr/sbin/policy-rc.d", "etc/apt/apt.conf.d/99mmdebstrap", "etc/dpkg/dpkg.cfg.d/99mmdebstrap"];
    let kept = ["partial", "auxfiles"].iter().any(|kept| path.ends_with(kept));
    exact.contains(&path) || (!kept && below.iter().any(|start| path.starts_with(start)))
}
