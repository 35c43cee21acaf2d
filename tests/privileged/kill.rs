//! SIGKILL of the command, and of nothing else, at points spread over the
//! events of a build: nothing is left running, mounted or attached, and the
//! next build takes away what is left on disk.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Test;
use crate::tooling::seed::{Seed, succeed};

pub(crate) const TESTS: &[Test] =
    &[("kill::a_build_killed_at_any_point_leaves_nothing", a_build_killed_at_any_point)];

/// How many builds are killed.
const POINTS: usize = 25;

const PHASES: [&str; 10] = [
    "root",
    "extra-data",
    "pre-install",
    "install",
    "post-install",
    "post-root",
    "block-device",
    "pre-finalise",
    "finalise",
    "cleanup",
];

/// A partitioned disk, so that there are devices of partitions too.
const LAYOUT: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: mbr
    partitions:
      - name: root
        flags: [boot, primary]
        size: 100%
        mkfs: {mount: {mount_point: /, fstab: {options: defaults, fsck-passno: 1}}}
";

/// A hook in every phase; some leave what a killed build must not leave.
fn seed() -> Seed {
    let seed = Seed::new();
    for phase in PHASES {
        seed.hook(&format!("{phase}.d/60-tell"), "echo one; echo two");
    }
    seed.hook(
        "extra-data.d/50-daemon",
        "setsid bash -c 'while :; do read -t 1 < /dev/zero || true; done' > /dev/null 2>&1 &",
    );
    seed.hook(
        "pre-finalise.d/50-mount",
        "mkdir \"$TMP_MOUNT_PATH/more\"; mount -t tmpfs tmpfs \"$TMP_MOUNT_PATH/more\"",
    );
    seed
}

fn build(seed: &Seed) -> Command {
    let mut command =
        seed.old("disk-image-create", "-n --no-tmpfs -t raw,qcow2,tar --checksum -o out/x seed probe");
    command
        .env("DIB_BLOCK_DEVICE_CONFIG", LAYOUT)
        .env("OVERWRITE_OLD_IMAGE", "1")
        .env("DIB_NO_TIMESTAMP", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Runs a build and kills it when it has told so much; returns how many lines
/// it told, and whether it was killed.
fn run(seed: &Seed, kill_after: usize) -> (usize, bool) {
    let mut child = build(seed).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut told = 0;
    while let Some(Ok(_)) = lines.next() {
        told += 1;
        if told == kill_after {
            child.kill().unwrap();
        }
    }
    let status = child.wait().unwrap();
    assert!(status.success() || status.signal() == Some(9), "{status}");
    (told, status.signal() == Some(9))
}

/// Everything on disk that a build may leave behind, by path.
fn on_disk(seed: &Seed) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for directory in ["work", "cache", "tmp", "out"] {
        walk(&seed.scratch.join(directory), &mut found);
    }
    found.sort();
    found
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten() {
        let entry = entry.unwrap();
        found.push(entry.path());
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), found);
        }
    }
}

fn a_build_killed_at_any_point() {
    let seed = seed();
    let (told, killed) = run(&seed, usize::MAX);
    assert!(!killed && told > POINTS, "a whole build tells {told} lines");
    let before = on_disk(&seed);
    for point in 1..=POINTS {
        let (_, killed) = run(&seed, point * told / (POINTS + 1));
        assert!(killed, "the build ended before point {point} of {POINTS}");
        seed.scratch.assert_nothing_left();
    }
    succeed(&mut build(&seed));
    assert_eq!(on_disk(&seed), before);
}
