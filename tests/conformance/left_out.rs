//! Every unit test that diskimage-builder has is run, or is listed here with
//! the reason why not.

use std::fs;
use std::path::Path;

use super::environment::Environment;
use super::outcome::Outcome;

/// A file of upstream's, the tests of it (all, where none is named), and why
/// they are not run.
type LeftOut = (&'static str, &'static [&'static str], &'static str);

const LEFT_OUT: [LeftOut; 10] = [
    (
        "block_device/tests/test_config.py",
        &["test_deep_graph_generator", "test_multiple_partitions_graph_generator"],
        "they look at Python objects; slate's order of a layout's parts is tested in plan::layout",
    ),
    (
        "block_device/tests/test_lvm.py",
        &["test_lvm_multiple_partitions"],
        "its configuration differs on purpose, see lvm_tree_multiple_partitions.yaml",
    ),
    (
        "block_device/tests/test_lvm.py",
        &["test_lvm_thin_provision", "test_validate_lvs_type"],
        "their configuration differs on purpose, see lvm_tree_thin_provision.yaml",
    ),
    (
        "block_device/tests/test_state.py",
        &[],
        "slate keeps no state between commands; that failed builds are undone is tested in tests/privileged",
    ),
    (
        "elements/cache-url/tests/test_cache_url.py",
        &[],
        "the element's program is upstream's; the builds of source-repositories run it as it is",
    ),
    (
        "elements/growvols/tests/test_growvols.py",
        &[],
        "the element's program is upstream's, and goes into images as it is",
    ),
    (
        "tests/test_diskimage_builder.py",
        &[
            "test_command_merged_env",
            "test_env",
            "test_main",
            "test_main_continue_on_failure",
            "test_main_dry_run",
            "test_main_stop_on_failure",
            "test_schema_property",
        ],
        "they look at Python objects and stand-ins for processes; slate's command itself is called by this test \
         and by tests/privileged",
    ),
    (
        "tests/test_elementdeps.py",
        &["test_depends_on_env", "test_env_not_set"],
        "they look at a Python process's ELEMENTS_PATH; slate's command itself is called by this test and by tests/cli",
    ),
    ("tests/test_loggingconfig.py", &[], "how upstream sets up Python's log"),
    ("tests/test_no_dup_filenames.py", &[], "it looks at upstream's own source tree"),
];

/// Whether a test is one of these.
pub(crate) fn lists(file: &str, test: &str) -> bool {
    LEFT_OUT.iter().any(|(of, tests, _)| *of == file && (tests.is_empty() || tests.contains(&test)))
}

/// Notes these, after all others were run, and fails for each test that is neither.
pub(crate) fn check(environment: &Environment, outcome: &mut Outcome) {
    let package = environment.package();
    for (file, listed, reason) in LEFT_OUT {
        let tests = tests(package, file);
        let all = || tests.iter().map(String::as_str).collect();
        let left_out: Vec<&str> = if listed.is_empty() { all() } else { listed.to_vec() };
        for test in &left_out {
            assert!(tests.iter().any(|of_file| of_file == test), "upstream's {file} has no test {test}");
        }
        outcome.leave_out(file, &left_out, reason);
    }
    for file in &files(package) {
        for test in tests(package, file) {
            if !outcome.has_run(file, &test) && !lists(file, &test) {
                outcome.note(file, &test, Err("it is neither run nor listed".to_owned()), &[]);
            }
        }
    }
}

/// Paths of upstream's test files in the package.
fn files(package: &Path) -> Vec<String> {
    let elements = names(&package.join("elements")).into_iter().map(|name| format!("elements/{name}/tests"));
    let directories = elements.chain(["tests".to_owned(), "block_device/tests".to_owned()]);
    let files = directories.filter(|directory| package.join(directory).is_dir()).flat_map(|directory| {
        let names = names(&package.join(&directory)).into_iter();
        names
            .filter(|name| name.starts_with("test_") && name.ends_with(".py"))
            .map(move |name| format!("{directory}/{name}"))
    });
    files.collect()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("upstream's package");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("a file of upstream's").file_name().into_string().expect("a name"))
        .collect();
    names.sort();
    names
}

/// Names of the tests in a file.
fn tests(package: &Path, file: &str) -> Vec<String> {
    let source = fs::read_to_string(package.join(file)).expect("upstream's tests");
    let starts = source.lines().filter_map(|line| line.trim_start().strip_prefix("def "));
    let names = starts.filter_map(|rest| rest.split('(').next()).filter(|name| name.starts_with("test_"));
    names.map(str::to_owned).collect()
}
