//! Ctrl-C and SIGTERM while an element keeps the host busy.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use blankslate_element_build::embed_manifest;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::tooling::Scratch;
use crate::trial::{component, hook_entry};

/// What a guest logs when it begins to keep the host busy.
const BUSY: &str = "for ever";

/// How long a build may take to end after the signal.
const PATIENCE: Duration = Duration::from_secs(10);

/// Builds with a hook of phase root that never ends; a signal ends it.
#[track_caller]
fn interrupted(guest: &str, hook: &str, more: &str, arguments: &[&str], signal: Signal) {
    let scratch = Scratch::new();
    let head = "version = '0.1.0'\napi = '0.1'\nprovides = ['operating-system']";
    let manifest = format!("name = '{guest}'\n{head}\n{more}\n{}", hook_entry("root", hook));
    let element = scratch.join("element.wasm");
    fs::write(&element, embed_manifest(component(guest).to_vec(), &manifest)).unwrap();
    let (out, work) = (scratch.make_dir("out"), scratch.make_dir("work"));

    let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
    slate.args(["build", "--verbose", "-t", "raw"]).arg(&element).arg("-o").arg(out.join("image.raw"));
    slate.arg("--work-dir").arg(&work).arg("--cache-dir").arg(scratch.join("cache")).args(arguments);
    let mut child = slate.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let begun: Vec<String> = lines.by_ref().take_while(|line| !line.contains(BUSY)).collect();
    let started = Instant::now();
    kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
    let said: Vec<String> = lines.collect();
    let status = child.wait().unwrap();

    let (begun, said) = (begun.join("\n"), said.join("\n"));
    assert_eq!(status.code(), Some(128 + signal as i32), "{begun}\n{said}");
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    let expected =
        format!("interrupted in hook 50-{hook} of element {guest}, phase root (outside the chroot)");
    assert!(said.contains(&expected), "{begun}\n{said}");
    for directory in [out, work] {
        let left: Vec<_> =
            fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(
            left.iter().all(|name| name == "logs" || name.to_string_lossy().starts_with("slate-")),
            "{left:?}"
        );
    }
    scratch.assert_nothing_left();
}

#[test]
fn a_guest_that_computes_is_interrupted() {
    interrupted("attack-loop", "forever", "", &[], Signal::SIGINT);
}

#[test]
fn a_guest_that_waits_is_interrupted() {
    interrupted("attack-wait", "time", "", &[], Signal::SIGTERM);
}

#[test]
fn a_guest_whose_program_runs_is_interrupted() {
    let asks = "capabilities.host-programs = [{ program = 'sleep' }]";
    let grant = ["--grant", "attack-wait:host-program=sleep"];
    interrupted("attack-wait", "program", asks, &grant, Signal::SIGINT);
    interrupted("attack-wait", "ignored", asks, &grant, Signal::SIGTERM);
}
