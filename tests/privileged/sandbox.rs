//! The sandbox: what dies with whom, and what is passed on.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::stat::{Mode, umask};
use nix::unistd::Pid;

use crate::tooling::{Scratch, mounts};
use crate::{SCENARIO, Test};

pub(crate) const TESTS: &[Test] = &[
    ("sandbox::it_has_its_own_namespaces", it_has_its_own_namespaces),
    ("sandbox::exit_status_and_signal_are_passed_through", exit_status_and_signal_are_passed_through),
    ("sandbox::it_must_come_before_threads", it_must_come_before_threads),
    ("sandbox::killing_the_supervisor_leaves_nothing", killing_the_supervisor_leaves_nothing),
    ("sandbox::killing_init_or_worker_leaves_nothing", killing_init_or_worker_leaves_nothing),
    ("sandbox::killing_at_any_moment_leaves_nothing", killing_at_any_moment_leaves_nothing),
    ("sandbox::a_signal_ends_the_hook_and_cleans_up", a_signal_ends_the_hook_and_cleans_up),
    ("sandbox::a_key_at_the_terminal_ends_the_hook_and_cleans_up", a_key_at_the_terminal_ends_the_hook),
    ("sandbox::what_nohup_has_ignored_stays_ignored", what_nohup_has_ignored_stays_ignored),
    ("sandbox::daemons_that_hooks_leave_are_killed", daemons_that_hooks_leave_are_killed),
];

/// How long a scenario may take to get where its test wants it.
const PATIENCE: Duration = Duration::from_secs(30);

fn command(scenario: &str, scratch: &Scratch) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([SCENARIO, scenario]).arg(scratch.path()).stdin(Stdio::null());
    command
}

fn output(scenario: &str, scratch: &Scratch) -> Output {
    command(scenario, scratch).output().unwrap()
}

fn wait_for(file: &Path) {
    let started = Instant::now();
    while !file.exists() {
        assert!(started.elapsed() < PATIENCE, "{} does not appear", file.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Starts a scenario and waits until it is ready.
fn start(scenario: &str, scratch: &Scratch) -> Child {
    let child = command(scenario, scratch).spawn().unwrap();
    wait_for(&scratch.join("ready"));
    child
}

fn signal(pid: u32, signal: Signal) {
    kill(Pid::from_raw(pid.cast_signed()), signal).unwrap();
}

/// The one child of a process.
fn only_child(pid: u32) -> u32 {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    children.trim().parse().unwrap_or_else(|_| panic!("{pid} has the children {children:?}"))
}

fn it_has_its_own_namespaces() {
    let scratch = Scratch::new();
    let habit = umask(Mode::from_bits_truncate(0o077));
    let mut child = start("namespaces", &scratch);
    umask(habit);
    assert!(mounts(scratch.path()).is_empty(), "its mounts are not seen outside");
    fs::write(scratch.join("seen"), "").unwrap();
    assert!(child.wait().unwrap().success());
    let made = fs::metadata(scratch.join("mnt")).unwrap();
    assert_eq!(made.permissions().mode() & 0o777, 0o755, "the caller's umask has no say");
}

fn exit_status_and_signal_are_passed_through() {
    let scratch = Scratch::new();
    assert_eq!(output("exit-7", &scratch).status.code(), Some(7));
    assert_eq!(output("killed", &scratch).status.code(), Some(137));
}

fn it_must_come_before_threads() {
    let scratch = Scratch::new();
    let output = output("threads", &scratch);
    assert_eq!(output.status.code(), Some(101));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message, "the sandbox must be entered before threads are started\n");
}

fn killing_the_supervisor_leaves_nothing() {
    let scratch = Scratch::new();
    let mut child = start("busy", &scratch);
    signal(child.id(), Signal::SIGKILL);
    child.wait().unwrap();
    scratch.assert_nothing_left();
}

fn killing_init_or_worker_leaves_nothing() {
    for depth in [1, 2] {
        let scratch = Scratch::new();
        let mut child = start("busy", &scratch);
        let victim = (0..depth).fold(child.id(), |pid, _| only_child(pid));
        signal(victim, Signal::SIGKILL);
        assert_eq!(child.wait().unwrap().code(), Some(137));
        scratch.assert_nothing_left();
    }
}

fn killing_at_any_moment_leaves_nothing() {
    for round in 0..40 {
        let scratch = Scratch::new();
        let mut child = command("busy", &scratch).stderr(Stdio::null()).spawn().unwrap();
        // From before the namespaces to after the last mount: that takes some 60 ms.
        std::thread::sleep(Duration::from_micros(round * round * 50));
        signal(child.id(), Signal::SIGKILL);
        child.wait().unwrap();
        scratch.assert_nothing_left();
    }
}

fn a_signal_ends_the_hook_and_cleans_up() {
    for (sent, status, words) in [
        (Signal::SIGINT, 130, "interrupted by SIGINT"),
        (Signal::SIGTERM, 143, "interrupted by SIGTERM"),
        (Signal::SIGHUP, 129, "interrupted by SIGHUP"),
    ] {
        let scratch = Scratch::new();
        let mut child = start("hook", &scratch);
        signal(child.id(), sent);
        assert_eq!(child.wait().unwrap().code(), Some(status));
        assert_eq!(fs::read_to_string(scratch.join("cleaned")).unwrap(), words);
        scratch.assert_nothing_left();
    }
}

/// `script` gives the scenario a terminal and types what it reads.
fn a_key_at_the_terminal_ends_the_hook() {
    use std::io::Write;
    let scratch = Scratch::new();
    let program = std::env::current_exe().unwrap();
    let line = format!("'{}' {SCENARIO} hook '{}'", program.display(), scratch.path().display());
    let mut terminal = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(&scratch.join("ready"));
    terminal.stdin.take().unwrap().write_all(b"\x03").unwrap();
    assert_eq!(terminal.wait().unwrap().code(), Some(130));
    assert_eq!(fs::read_to_string(scratch.join("cleaned")).unwrap(), "interrupted by SIGINT");
    scratch.assert_nothing_left();
}

fn what_nohup_has_ignored_stays_ignored() {
    let scratch = Scratch::new();
    let mut child = Command::new("nohup")
        .arg(std::env::current_exe().unwrap())
        .args([SCENARIO, "hook"])
        .arg(scratch.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(&scratch.join("ready"));
    signal(child.id(), Signal::SIGHUP);
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "the end of its terminal does not end it");
    signal(child.id(), Signal::SIGTERM);
    assert_eq!(child.wait().unwrap().code(), Some(143));
    scratch.assert_nothing_left();
}

fn daemons_that_hooks_leave_are_killed() {
    let scratch = Scratch::new();
    let output = output("daemons", &scratch);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
