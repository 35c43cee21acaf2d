//! Calls of the host that go on for long, ended by a signal and by the time of the hook.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::trial::{Trial, hook_entry};

/// Makes `/many` in the tree, with as many files as keep a call busy for
/// longer than a signal takes.
const FILES: &str = "\
mkdir \"$TARGET_ROOT/many\"
cd \"$TARGET_ROOT/many\"
seq 10001 30000 | sed 's/$/END/' | xargs touch
";

/// Gives the last of them a second name outside.
const LAST: &str = "chmod 644 30000; ln 30000 OUTSIDE/last\n";

/// Shows a directory from outside in the tree, for what is to be seen when the tree is gone.
const MOUNT: &str = "mkdir \"$TARGET_ROOT/outside\"; mount --bind OUTSIDE \"$TARGET_ROOT/outside\"\n";

/// Makes `/ring`, below which there are more paths than anyone can count.
const RING: &str =
    "mkdir \"$TARGET_ROOT/ring\"; for n in 0 1 2 3 4 5 6 7 8 9; do ln -s . \"$TARGET_ROOT/ring/$n\"; done\n";

/// No UTF-8, so that a listing tells of every file.
const ODD: &str = "\\xff";

/// What the guest logs before it calls.
const BEGUN: &str = "for ever";

/// What a hook has that is to end at its time, and what is left of it for its call.
const TIME: Duration = Duration::from_secs(2);
const SHORTLY: Duration = Duration::from_millis(20);

/// After how long a build is killed that nothing has ended.
const PATIENCE: Duration = Duration::from_secs(60);

/// When a call is to end.
#[derive(Clone, Copy, Debug)]
enum When {
    /// When a line with this text has come. Nobody reads on before it is over, which the call waits for.
    Line(&'static str),
    /// When something has come to the directory outside.
    Copying,
    /// Nearly all of the hook's time is over before the call.
    Late,
}

/// What ends a call: a signal, or the time of the hook.
type End = (Option<Signal>, When);

/// What was said, and the directory outside.
struct Ended {
    said: String,
    outside: PathBuf,
    _trial: Trial,
}

/// Builds with a hook that calls the host once, upon a tree that a script makes.
#[track_caller]
fn ended(hook: &str, script: &str, (signal, when): End) -> Ended {
    let trial = Trial::beside_a_system();
    let outside = trial.join("outside");
    fs::create_dir(&outside).unwrap();
    let trees = trial.join("elements/trees");
    let script = script.replace("OUTSIDE", outside.to_str().unwrap());
    write_program(&trees.join("root.d/20-fill"), &format!("#!/bin/bash\nset -e\nexport LC_ALL=C\n{script}"));
    let delay = if matches!(when, When::Late) { TIME - SHORTLY } else { Duration::ZERO }.as_millis();
    let manifest = format!("parameters.delay = {{ type = 'integer', default = {delay} }}\n");
    let trial = trial.path(&trees).manifest("attack-tree", &(manifest + &hook_entry("install", hook)));
    let limit = format!("time={}s", signal.map_or(TIME, |_| PATIENCE).as_secs());

    let (status, said) = run(trial.command(&["--limit", &limit]), &outside, (signal, when));
    let (code, expected) = match signal {
        Some(signal) => (128 + signal as i32, "interrupted in hook HOOK, phase install (in the chroot)"),
        None => (
            124,
            "hook HOOK failed in phase install (in the chroot): ran longer than its limit of 2 s; raise it with --limit time=4s",
        ),
    };
    let expected = expected.replace("HOOK", &format!("50-{hook} of element attack-tree"));
    let end = said.lines().rev().take(8).collect::<Vec<_>>();
    assert_eq!(status.code(), Some(code), "{end:?}");
    assert!(said.contains(&expected), "{end:?}");
    Ended { said, outside, _trial: trial }
}

/// Runs a build until something ends it; gives what it said.
fn run(mut slate: Command, outside: &Path, (signal, when): End) -> (ExitStatus, String) {
    let mut child = slate.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let process = Pid::from_raw(child.id().cast_signed());
    let (over, is_over) = mpsc::channel::<()>();
    let watch = thread::spawn(move || match is_over.recv_timeout(PATIENCE) {
        Err(RecvTimeoutError::Timeout) => kill(process, Signal::SIGKILL),
        _ => Ok(()),
    });
    let pieces = BufReader::new(child.stderr.take().unwrap()).split(b'\n');
    let mut lines = pieces.map(|line| String::from_utf8_lossy(&line.unwrap()).into_owned());
    let text = if let When::Line(text) = when { text } else { BEGUN };
    let mut said: Vec<String> = lines.by_ref().take_while(|line| !line.contains(text)).collect();
    if matches!(when, When::Copying) {
        while child.try_wait().unwrap().is_none() && fs::read_dir(outside).unwrap().next().is_none() {}
    }
    match signal {
        Some(signal) => kill(process, signal).unwrap(),
        None => thread::sleep(TIME),
    }
    said.extend(lines);
    drop(over);
    watch.join().unwrap().unwrap();
    (child.wait().unwrap(), said.join("\n"))
}

fn write_program(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[track_caller]
fn a_walk_ends_with(end: End) {
    let walk = ended("walk", &FILES.replace("END", ODD), end);
    assert!(!walk.said.contains("/many/30000"), "the walk came to its end: {end:?}");
}

#[track_caller]
fn attributes_end_with(end: End) {
    let change = ended("attributes", &(FILES.replace("END", "") + LAST), end);
    let mode = fs::metadata(change.outside.join("last")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644, "the last file was reached: {end:?}");
}

#[track_caller]
fn a_copy_ends_with(end: End) {
    let copy = ended("copy", &(FILES.replace("END", "") + MOUNT), end);
    let left: Vec<_> = fs::read_dir(&copy.outside).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{end:?} left {left:?}\n{}", copy.said);
}

#[test]
fn a_walk_is_interrupted() {
    a_walk_ends_with((Some(Signal::SIGINT), When::Line("/many/10001")));
}

#[test]
fn a_walk_ends_at_the_time_of_the_hook() {
    a_walk_ends_with((None, When::Line("/many/10001")));
}

#[test]
fn a_search_is_interrupted() {
    ended("glob", RING, (Some(Signal::SIGTERM), When::Line(BEGUN)));
}

#[test]
fn a_search_ends_at_the_time_of_the_hook() {
    ended("glob", RING, (None, When::Line(BEGUN)));
}

#[test]
fn attributes_of_a_tree_are_interrupted() {
    attributes_end_with((Some(Signal::SIGINT), When::Line(BEGUN)));
}

#[test]
fn attributes_of_a_tree_end_at_the_time_of_the_hook() {
    attributes_end_with((None, When::Late));
}

#[test]
fn a_copy_is_interrupted_before_and_while_it_copies_and_leaves_nothing() {
    a_copy_ends_with((Some(Signal::SIGTERM), When::Line(BEGUN)));
    a_copy_ends_with((Some(Signal::SIGTERM), When::Copying));
}

#[test]
fn a_copy_ends_at_the_time_of_the_hook_and_leaves_nothing() {
    a_copy_ends_with((None, When::Late));
}
