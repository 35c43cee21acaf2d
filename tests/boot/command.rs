//! Runs programs with a time limit.

use std::io::Read;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How often a running program is looked at.
const GLANCE: Duration = Duration::from_millis(50);

/// Runs a program to its end, or kills it after `limit`. Absent means the latter.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Option<Output> {
    let deadline = Instant::now() + limit;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("starting {command:?}: {error}"));
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    let status = loop {
        match child.try_wait().expect("waiting for a program") {
            Some(status) => break Some(status),
            None if Instant::now() > deadline => break None,
            None => thread::sleep(GLANCE),
        }
    };
    if status.is_none() {
        child.kill().expect("killing a program that takes too long");
        child.wait().expect("waiting for a killed program");
    }
    let (stdout, stderr) = (stdout.join().expect("reading"), stderr.join().expect("reading"));
    status.map(|status| Output { status, stdout, stderr })
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut bytes).expect("reading what a program writes");
        }
        bytes
    })
}

/// Runs a program that must succeed; gives its standard output.
pub(crate) fn output(command: &mut Command, limit: Duration) -> String {
    let Some(output) = run(command, limit) else { panic!("{command:?} took longer than {limit:?}") };
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}", output.status);
    String::from_utf8(output.stdout).expect("the output is text")
}
