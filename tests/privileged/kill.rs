//! SIGKILL and SIGINT of the command, and of nothing else, at points spread
//! over the events of a build: nothing is left running, mounted or attached.
//! What SIGKILL leaves on disk the next build takes away; SIGINT leaves logs.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Test;
use crate::bench::ONE_PARTITION;
use crate::tooling::seed::{Seed, succeed};

pub(crate) const TESTS: &[Test] = &[
    ("kill::a_build_killed_at_any_point_leaves_nothing", a_build_killed_at_any_point),
    ("kill::a_build_interrupted_at_any_point_cleans_up", a_build_interrupted_at_any_point),
];

/// How many builds are killed, and how many interrupted.
const POINTS: usize = 25;

/// Name of the outputs of builds that go on to their end.
const WHOLE: &str = "x";

/// Begin of those of builds that are killed.
const KILLED: &str = "killed-";

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

fn build(seed: &Seed, output: &str) -> Command {
    let words = format!("-n --no-tmpfs -t raw,qcow2,tar --checksum -o out/{output} seed probe");
    let mut command = seed.old("disk-image-create", &words);
    command
        // A partitioned disk, so that there are devices of partitions too.
        .env("DIB_BLOCK_DEVICE_CONFIG", ONE_PARTITION)
        .env("OVERWRITE_OLD_IMAGE", "1")
        .env("DIB_NO_TIMESTAMP", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Runs a build and signals it when it has told so much; returns how many
/// lines it told, and how it ended.
fn run(seed: &Seed, output: &str, signal: Signal, after: usize) -> (usize, ExitStatus) {
    let mut child = build(seed, output).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut told = 0;
    while let Some(Ok(_)) = lines.next() {
        told += 1;
        if told == after {
            kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
        }
    }
    (told, child.wait().unwrap())
}

/// Runs a build to its end; returns how many lines it told.
fn run_whole(seed: &Seed) -> usize {
    let (told, status) = run(seed, WHOLE, Signal::SIGKILL, usize::MAX);
    assert!(status.success() && told > POINTS, "{status}: a whole build tells {told} lines");
    told
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
    let told = run_whole(&seed);
    let before = on_disk(&seed);
    for point in 1..=POINTS {
        // Names that no later build has, as those of services that build images.
        let output = format!("{KILLED}{point}");
        let (_, status) = run(&seed, &output, Signal::SIGKILL, point * told / (POINTS + 1));
        assert_eq!(status.signal(), Some(9), "the build ended before point {point} of {POINTS}");
        seed.scratch.assert_nothing_left();
    }
    succeed(&mut build(&seed, WHOLE));
    // What was complete stays.
    let complete = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(KILLED);
    assert_eq!(on_disk(&seed).into_iter().filter(|path| !complete(path)).collect::<Vec<_>>(), before);
}

fn a_build_interrupted_at_any_point() {
    let seed = seed();
    let told = run_whole(&seed);
    let outputs = seed.outputs();
    let mut interrupted = 0;
    for point in 1..=POINTS {
        std::fs::remove_dir_all(seed.output("")).unwrap();
        seed.scratch.make_dir("out");
        let (_, status) = run(&seed, WHOLE, Signal::SIGINT, point * told / (POINTS + 1));
        seed.scratch.assert_nothing_left();
        match status.code() {
            Some(130) => {
                assert_eq!(seed.outputs(), [] as [&str; 0], "point {point}");
                interrupted += 1;
            }
            // All was written already.
            code => assert_eq!((code, seed.outputs()), (Some(0), outputs.clone()), "point {point}"),
        }
        let areas = on_disk(&seed).into_iter().filter(|path| path.ends_with("area"));
        assert_eq!(areas.collect::<Vec<_>>(), [] as [PathBuf; 0], "point {point}");
    }
    assert!(interrupted >= POINTS - 3, "only {interrupted} builds were interrupted");
}
