//! Keeps the result of a full run in the repository.

use std::fs;
use std::process::Command;

use super::outcome::Outcome;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/result.txt");

/// Writes it.
pub(crate) fn write(outcome: &Outcome) {
    let release = fs::read_to_string("/etc/os-release").expect("reading the host's release");
    let host = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).expect("the host's name");
    let head = format!(
        "The last full run, by tests/conformance/full.\n\n{}: slate {} and diskimage-builder 3.43.0 on {}, {}\n\n",
        date(),
        env!("CARGO_PKG_VERSION"),
        host.trim_matches('"'),
        std::env::consts::ARCH,
    );
    fs::write(FILE, format!("{head}{}\n", outcome.text())).expect("recording the result");
}

fn date() -> String {
    let output = Command::new("date").args(["--utc", "+%F"]).output().expect("asking for the date");
    String::from_utf8(output.stdout).expect("a date").trim().to_owned()
}
