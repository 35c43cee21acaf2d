//! An image without `vm`: one file system and no partition table, in several
//! formats from one build, with nothing of the build host in it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::runner::Runner;
use crate::tooling::Scratch;
use crate::{command, image};

/// How long looking at an image may take.
const LIMIT: Duration = Duration::from_secs(120);

/// What a chroot needs in `/dev`; an image that boots needs nothing.
const DEVICES: [&str; 12] = [
    "console", "fd", "full", "null", "ptmx", "pts", "random", "stderr", "stdin", "stdout", "urandom", "zero",
];

const CHECKS: &[(&str, fn(&Plain))] = &[
    ("every_format_holds_the_same_file_system", formats_agree),
    ("the_image_is_one_labelled_file_system", one_file_system),
    ("the_tar_keeps_owners_modes_and_capabilities", metadata_is_kept),
    ("nothing_of_the_build_host_is_in_the_image", host_is_absent),
    ("nothing_of_the_build_is_in_the_image", build_is_absent),
];

/// The outputs of one build.
struct Plain {
    /// The listing of the tar: mode, owner and group, path.
    files: Vec<(String, String, String)>,
    scratch: Scratch,
}

/// Runs the checks.
pub(crate) fn run(runner: &mut Runner) {
    runner.group(CHECKS, prepare);
}

fn prepare() -> Plain {
    let scratch = Scratch::new();
    let args = ["debian", "--set", "debian.kernel=none", "-t", "raw,qcow2,tar", "-o", "plain"];
    image::build(scratch.path(), &args);
    let mut tar = Command::new("tar");
    tar.args(["--list", "--verbose", "--numeric-owner", "--file"]).arg(scratch.join("plain.tar"));
    let files = command::output(&mut tar, LIMIT).lines().filter_map(entry).collect();
    Plain { files, scratch }
}

/// `-rwxr-xr-x 0/0 1234 2026-01-01 00:00 ./usr/bin/env`
fn entry(line: &str) -> Option<(String, String, String)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let path = words.get(5)?.trim_start_matches("./").trim_end_matches('/');
    Some((words[0].to_owned(), words[1].to_owned(), path.to_owned()))
}

impl Plain {
    fn find(&self, path: &str) -> Option<&(String, String, String)> {
        self.files.iter().find(|(_, _, file)| file == path)
    }

    fn contents(&self, path: &str) -> String {
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--to-stdout", "--file"]).arg(self.scratch.join("plain.tar"));
        command::output(tar.arg(format!("./{path}")), LIMIT)
    }

    /// The names directly in a directory.
    fn names(&self, directory: &str) -> Vec<&str> {
        let names =
            self.files.iter().filter_map(|(_, _, file)| file.strip_prefix(directory)?.strip_prefix('/'));
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
    let owner_and_mode =
        |path: &str| plain.find(path).map(|(mode, owner, _)| (mode.as_str(), owner.as_str()));
    assert_eq!(owner_and_mode("usr/bin/sudo"), Some(("-rwsr-xr-x", "0/0")));
    assert_eq!(owner_and_mode("etc/shadow"), Some(("-rw-r-----", "0/42")));
    assert_eq!(owner_and_mode("tmp"), Some(("drwxrwxrwt", "0/0")));
    let mut tar = Command::new("tar");
    tar.args(["--list", "--verbose", "--verbose", "--xattrs", "--file"]).arg(plain.scratch.join("plain.tar"));
    assert!(command::output(tar.arg("./usr/bin/ping"), LIMIT).contains("security.capability"));
}

fn host_is_absent(plain: &Plain) {
    let devices = plain.names("dev");
    let leaked: Vec<&&str> = devices.iter().filter(|name| !DEVICES.contains(name)).collect();
    assert!(leaked.is_empty(), "the image's /dev has {leaked:?}");
    for empty in ["proc", "sys", "run", "tmp"] {
        assert_eq!(plain.names(empty), Vec::<&str>::new(), "/{empty}");
    }
    let host = command::output(&mut Command::new("hostname"), LIMIT);
    assert_ne!(plain.contents("etc/hostname").trim(), host.trim());
    let resolver = plain.find("etc/resolv.conf").expect("the image has a resolver");
    assert!(resolver.0.starts_with('l'), "{resolver:?}");
    assert_eq!(plain.find("etc/resolv.conf.ORIG"), None);
}

fn build_is_absent(plain: &Plain) {
    assert_eq!(plain.contents("etc/machine-id"), "");
    let name = |(_, _, file): &(String, String, String)| file.clone();
    let traces: Vec<String> = plain.files.iter().map(name).filter(|file| is_trace(file)).collect();
    assert_eq!(traces, Vec::<String>::new());
}

/// Whether a file was made by the build, or must be made by each machine.
fn is_trace(file: &str) -> bool {
    let below = ["var/lib/apt/lists/", "var/cache/apt/archives/", "etc/ssh/ssh_host_", "var/lib/cloud/"];
    let exact =
        ["usr/sbin/policy-rc.d", "etc/apt/apt.conf.d/99mmdebstrap", "etc/dpkg/dpkg.cfg.d/99mmdebstrap"];
    let kept = ["partial", "auxfiles"].iter().any(|kept| file.ends_with(kept));
    exact.contains(&file) || (!kept && below.iter().any(|start| file.starts_with(start)))
}
