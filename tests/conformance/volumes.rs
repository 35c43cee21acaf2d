//! What upstream's `test_lvm` expects of its configurations: the volumes made,
//! with names, and sizes as it would pass them to `lvcreate`; a tree equal to a
//! graph; and what is refused.

use std::fs;
use std::path::Path;

use blankslate::plan::Layout;
use blankslate::plan::layout::VolumeSize;

use super::environment::Environment;
use super::fixtures;
use super::outcome::Outcome;

const FILE: &str = "block_device/tests/test_lvm.py";

/// Its test of thin volumes, which are refused here, and of a configuration
/// with types that its table cannot have; see the fixtures.
const UNREADABLE: [&str; 2] = ["lvm_tree_thin_provision.yaml", "lvm_tree_multiple_partitions.yaml"];

/// What `test_lvm_invalid_config` changes in a configuration, and a part of our reason.
const INVALID: [(&str, &str, &str); 3] = [
    ("base: [\"pv\"]", "base: [\"invalid_pv\"]", "'invalid_pv'"),
    ("base: vg", "base: invalid_vg", "'invalid_vg'"),
    ("        size: 1800M\n", "", "lvs 'lv_root' has no 'size'"),
];

/// Runs what stands for each test of `test_lvm`.
pub(crate) fn check(environment: &Environment, outcome: &mut Outcome) {
    let source = fs::read_to_string(environment.package().join(FILE)).expect("upstream's test");
    let directory = environment.package().join("block_device/tests/config");
    for test in source.split("    def test_").skip(1) {
        let name = test.split('(').next().unwrap_or_default();
        let loaded = test.split("load_config_file('").nth(1).and_then(|rest| rest.split('\'').next());
        let Some(file) = loaded.filter(|file| !UNREADABLE.contains(file)) else { continue };
        let expected = expected(test);
        if expected.is_empty() {
            continue;
        }
        let result = fixtures::read(&directory, file).and_then(|layout| compare(&layout, &expected));
        outcome.note(FILE, &format!("test_{name}"), result, &[]);
    }
    outcome.note(FILE, "test_lvm_tree_to_graph", equal(&directory), &[]);
    outcome.note(FILE, "test_lvm_invalid_config", refused(&directory), &[]);
}

fn equal(directory: &Path) -> Result<(), String> {
    let (tree, graph) =
        (fixtures::read(directory, "lvm_tree.yaml")?, fixtures::read(directory, "lvm_graph.yaml")?);
    if tree == graph { Ok(()) } else { Err(format!("{tree:?} is not {graph:?}")) }
}

fn refused(directory: &Path) -> Result<(), String> {
    let good = fs::read_to_string(directory.join("lvm_graph.yaml")).expect("a fixture of upstream's");
    for (from, to, reason) in INVALID {
        let bad = good.replacen(from, to, 1);
        assert_ne!(good, bad, "upstream's lvm_graph.yaml has no {from}");
        match fixtures::parse(&bad) {
            Err(error) if error.contains(reason) => {}
            other => return Err(format!("{to:?} for {from:?} gives {other:?}")),
        }
    }
    Ok(())
}

fn compare(layout: &Layout, expected: &[[String; 3]]) -> Result<(), String> {
    let volumes = layout.volumes().map(|(group, volume)| match volume.size {
        VolumeSize::Extents(count) => {
            [volume.name.clone(), "-L".to_owned(), format!("{}B", count * group.extent_size)]
        }
        VolumeSize::PercentOfGroup(percent) => [volume.name.clone(), "-l".to_owned(), format!("{percent}VG")],
        VolumeSize::PercentOfFree(percent) => {
            [volume.name.clone(), "-l".to_owned(), format!("{percent}FREE")]
        }
    });
    let volumes: Vec<_> = volumes.collect();
    if volumes == expected { Ok(()) } else { Err(format!("{volumes:?}, not {expected:?}")) }
}

/// Name, flag and size of each call of `lvcreate` in a test.
fn expected(test: &str) -> Vec<[String; 3]> {
    let calls = test.split("'lvcreate'").skip(1);
    let words = calls.map(|call| {
        let call = call.split(']').next().unwrap_or_default();
        let mut words = call.split('\'').skip(1).step_by(2).map(str::to_owned).skip(1);
        [(); 3].map(|()| words.next().unwrap_or_default())
    });
    words.collect()
}
