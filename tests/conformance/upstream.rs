//! diskimage-builder's own unit tests, with slate's planners in place of its functions.

use std::collections::BTreeMap;
use std::process::Command;

use super::environment::Environment;
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

/// Tests of Python classes and of the environment of a Python process, which
/// have no counterpart to put in their place. What they stand for is tested in
/// slate's own terms: in `legacy::definition`, for the order in which upstream
/// creates nodes in `plan::layout`, and in whole builds by
/// `tests/privileged/legacy.rs`.
const PYTHON_ONLY: [&str; 11] = [
    "TestCreateGraph.test_deep_graph_generator",
    "TestCreateGraph.test_multiple_partitions_graph_generator",
    "TestDib.test_command_merged_env",
    "TestDib.test_env",
    "TestDib.test_main",
    "TestDib.test_main_continue_on_failure",
    "TestDib.test_main_dry_run",
    "TestDib.test_main_stop_on_failure",
    "TestDib.test_schema_property",
    "TestElements.test_depends_on_env",
    "TestElements.test_env_not_set",
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
    let results: BTreeMap<String, String> = serde_json::from_slice(last)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    for (name, result) in results {
        let (file, case) = name.split_once('.').expect("a module and a test");
        if PYTHON_ONLY.contains(&case) {
            continue;
        }
        let result = if result == "passed" { Ok(()) } else { Err(result) };
        outcome.note(file, case, result, &DIFFERENCES);
    }
}
