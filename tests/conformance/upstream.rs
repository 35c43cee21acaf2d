//! diskimage-builder's own unit tests, with slate's planners in place of its functions.

use std::collections::BTreeMap;
use std::process::Command;

use super::environment::Environment;
use super::left_out;
use super::outcome::{Difference, Outcome};

/// The script that runs them.
const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/upstream.py");

const DIFFERENCES: [Difference; 2] = [
    (
        "TestElementDeps.test_circular",
        "slate refuses elements that depend on each other in a cycle, and names the cycle",
    ),
    ("TestMBR.test_zero_partitions", "a partition table without partitions is refused, before any work"),
];

/// Runs them.
pub(crate) fn check(environment: &Environment, outcome: &mut Outcome) {
    let probe = std::env::current_exe().expect("the path of this program");
    let output = Command::new(environment.python())
        .arg(DRIVER)
        .arg(probe)
        .arg(env!("CARGO_BIN_EXE_slate"))
        .output()
        .expect("running upstream's tests");
    // The tests print too; the results are the last line.
    let last = output.stdout.trim_ascii().rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let results: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_slice(last)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    for (file, cases) in &results {
        for (case, result) in cases {
            let test = case.rsplit('.').next().unwrap_or(case);
            if !left_out::lists(file, test) {
                let result = if result == "passed" { Ok(()) } else { Err(result.clone()) };
                outcome.note(file, case, result, &DIFFERENCES);
            }
        }
    }
}
