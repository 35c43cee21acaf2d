//! Steps of progress without end: what the host keeps of them is bounded.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::trial::Trial;

/// What the host may need more after the steps, in KiB: a quarter of what the labels hold.
const MORE: u64 = 128 << 10;

/// How much memory the processes of a build hold, in KiB.
fn memory(process: u32) -> u64 {
    let own = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let field = own.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process with memory");
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap();
    let own: u64 = field.trim().trim_end_matches(" kB").parse().unwrap();
    own + children.split_whitespace().map(|child| memory(child.parse().unwrap())).sum::<u64>()
}

#[track_caller]
fn bounded(hook: &str) {
    let trial = Trial::beside_a_system().element("attack-steps", &[hook], "");
    for options in [&["--log-format", "json"][..], &["--log-format", "text"]] {
        let mut slate = trial.command(options);
        let mut child = slate.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let mut at = |text: &str| {
            let line = lines.by_ref().find(|line| line.contains(text));
            line.unwrap_or_else(|| panic!("no line has '{text}'"));
            memory(child.id())
        };
        let (before, after) = (at("steps begin"), at("steps end"));
        kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
        lines.for_each(drop);
        child.wait().unwrap();
        assert!(after < before + MORE, "{hook} {options:?}: {before} KiB before, {after} KiB after");
    }
}

#[test]
fn steps_that_are_kept_take_little_memory() {
    bounded("kept");
}

#[test]
fn steps_that_are_gone_take_no_memory() {
    bounded("gone");
}
