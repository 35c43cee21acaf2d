//! Compares the trees that both programs made, by `differential.py`.

use std::process::Command;

use super::expect::Image;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/differential.py");

/// What came of a comparison.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) verdict: Result<(), String>,
    /// Counts, in one line.
    pub(super) summary: String,
}

/// Compares diskimage-builder's image with slate's.
pub(super) fn compare(theirs: &Image, ours: &Image) -> Compared {
    let mut script = Command::new("python3");
    let output = script.arg(SCRIPT).arg(theirs.output(".tar")).arg(ours.output(".tar")).output();
    let output = output.expect("starting Python");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    let verdict = if output.status.success() { Ok(()) } else { Err(format!("{text}{errors}")) };
    let counts = text.lines().take_while(|line| !line.is_empty() && !line.starts_with("./"));
    Compared { verdict, summary: counts.collect::<Vec<_>>().join("; ") }
}
