//! Short commands: the median of several runs.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::report;

/// How often each command runs.
const RUNS: usize = 20;

/// Measures the planner, beside a shell that does nothing.
pub(crate) fn run() {
    let mut plan = Command::new(env!("CARGO_BIN_EXE_slate"));
    plan.args(["plan", "debian", "vm", "serial-console"]);
    report::print_short("slate plan debian vm serial-console", median(&mut plan));
    report::print_short("bash -c :", median(Command::new("bash").args(["-c", ":"])));
}

fn median(command: &mut Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut times: Vec<Duration> = (0..RUNS).map(|_| once(command)).collect();
    times.sort_unstable();
    times[RUNS / 2]
}

fn once(command: &mut Command) -> Duration {
    let started = Instant::now();
    let status = command.status().unwrap_or_else(|error| panic!("starting {command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
    started.elapsed()
}
