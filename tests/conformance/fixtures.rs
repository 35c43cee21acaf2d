//! diskimage-builder's block device configurations, read by the planner of layouts.

use std::fs;
use std::path::Path;

use blankslate::plan::Layout;
use blankslate::plan::layout::{FsKind, Identity, RootDefaults, UsageByMount, parse_size, plan_disk};
use blankslate::spec::DiskSpec;

use super::environment::Environment;
use super::outcome::{Difference, Outcome};

const FILE: &str = "block_device/tests/config";

/// The same files as disks that could be made, which upstream's tests do not ask.
const DISKS: &str = "block_device/tests/config as disks";

const DIFFERENCES: [Difference; 2] = [
    (
        "lvm_tree_multiple_partitions.yaml",
        "it misspells a key, and EF00 is no type of an MBR: upstream's own writer fails on it",
    ),
    (
        "lvm_tree_thin_provision.yaml",
        "thin volumes are refused: only a running kernel with device-mapper makes them",
    ),
];

const SMALL_XFS: &str = "mkfs.xfs refuses file systems below 300 MB; slate says so before any work";

const DISK_DIFFERENCES: [Difference; 4] = [
    ("lvm_graph.yaml", SMALL_XFS),
    ("lvm_tree.yaml", SMALL_XFS),
    ("lvm_tree_multiple_pv.yaml", SMALL_XFS),
    ("lvm_tree_multiple_pv_vg.yaml", SMALL_XFS),
];

/// Configurations that upstream refuses, with a word of our reason. Two of
/// them use plugins that exist in upstream's tests only.
const REFUSED: [(&str, &str); 8] = [
    ("bad_edge_graph.yaml", "this_is_not_a_node"),
    ("bad_plugin.yaml", "this_is_not_a_plugin_name"),
    ("cmd_create.yaml", "test_a"),
    ("duplicate_fs_labels.yaml", "is used by file systems"),
    ("duplicate_name.yaml", "this_is_a_duplicate"),
    ("multi_key_node.yaml", "takes exactly one"),
    ("rollback.yaml", "test_a"),
    ("too_long_fs_label.yaml", "characters"),
];

/// Trees and the graphs that they equal.
const EQUAL: [(&str, &str); 3] = [
    ("simple_tree.yaml", "simple_graph.yaml"),
    ("deep_tree.yaml", "deep_graph.yaml"),
    ("multiple_partitions_tree.yaml", "multiple_partitions_graph.yaml"),
];

/// Sizes of `test_utils`; absent means refused.
const SIZES: [(&str, Option<u64>); 9] = [
    ("154MiB", Some(154 << 20)),
    ("198", Some(198)),
    ("747InVaLiDUnIt", None),
    ("_+!HuHi+-=", None),
    ("20TiB", Some(20 << 40)),
    ("1024KiB", Some(1 << 20)),
    ("1.2TB", Some(1_200_000_000_000)),
    ("2.4T", Some(2_400_000_000_000)),
    ("512B", Some(512)),
];

/// Reads every configuration.
pub(crate) fn check(environment: &Environment, outcome: &mut Outcome) {
    let directory = environment.package().join(FILE);
    for name in &names(&directory) {
        let layout = read(&directory, name);
        if let Ok(layout) = &layout
            && !REFUSED.iter().any(|(file, _)| file == name)
        {
            let checked = layout.check(&DiskSpec::default()).map_err(|error| error.to_string());
            outcome.note(DISKS, name, checked, &DISK_DIFFERENCES);
        }
        let refused = REFUSED.iter().find(|(file, _)| file == name).map(|(_, word)| *word);
        outcome.note(FILE, name, judge(layout, refused), &DIFFERENCES);
    }
    for (tree, graph) in EQUAL {
        let result = match (read(&directory, tree), read(&directory, graph)) {
            (Ok(from_tree), Ok(from_graph)) if from_tree == from_graph => Ok(()),
            (from_tree, from_graph) => Err(format!("{from_tree:?} is not {from_graph:?}")),
        };
        outcome.note("block_device/tests/config, trees and graphs", tree, result, &[]);
    }
    let order = |file: &str, expected: &[&str]| mount_order(read(&directory, file), expected);
    let file = "block_device/tests/test_mount_order.py";
    let result = order("multiple_partitions_graph.yaml", &["/", "/var", "/var/log"]);
    outcome.note(file, "test_mfks_and_mount_order", result, &[]);
    let result = order("lvm_tree_partition_ordering.yaml", &["/", "/boot", "/var"]);
    outcome.note(file, "test_mount_order_unsorted", result, &[]);
    outcome.note("block_device/tests/test_gpt.py", "test_gpt_efi", gpt_efi(&directory), &[]);
    for (text, expected) in SIZES {
        let parsed = parse_size(text).ok();
        let result = if parsed == expected { Ok(()) } else { Err(format!("{parsed:?}, not {expected:?}")) };
        outcome.note("block_device/tests/test_utils.py, its table", text, result, &[]);
    }
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .expect("upstream's fixtures")
        .map(|entry| entry.expect("a fixture").file_name().into_string().expect("a name"))
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    names.sort();
    names
}

/// Reads a configuration in whichever notation.
pub(crate) fn read(directory: &Path, name: &str) -> Result<Layout, String> {
    parse(&fs::read_to_string(directory.join(name)).expect("a fixture of upstream's"))
}

/// Reads the text of one.
pub(crate) fn parse(text: &str) -> Result<Layout, String> {
    let root = RootDefaults::new(FsKind::Ext4, &DiskSpec::default());
    Layout::parse(&completed(text), &root).map_err(|error| error.to_string())
}

/// Some fixtures lack the disk, which upstream's tests do not look at, and
/// name UUIDs that are none.
fn completed(text: &str) -> String {
    let mut text = text.to_owned();
    for base in ["root_part", "fake"] {
        if text.contains(&format!("base: {base}")) && !text.contains("local_loop") {
            let disk = "- local_loop: {name: image0}\n- partitioning: {base: image0, label: mbr, partitions:";
            text = format!("{disk} [{{name: {base}, size: 100%}}]}}\n{text}\n");
        }
    }
    for (index, name) in ["root-uuid-1234", "var-uuid-1234", "swap-uuid-1234"].into_iter().enumerate() {
        text = text.replace(name, &format!("00000000-0000-4000-8000-00000000000{index}"));
    }
    text
}

/// Labels are checked, not read: a refusal of theirs comes from the check.
fn judge(parsed: Result<Layout, String>, refused: Option<&str>) -> Result<(), String> {
    let Some(word) = refused else { return parsed.map(drop) };
    let checked =
        parsed.and_then(|layout| layout.check(&DiskSpec::default()).map_err(|error| error.to_string()));
    match checked {
        Err(error) if error.contains(word) => Ok(()),
        Err(error) => Err(error),
        Ok(()) => Err(format!("accepted, and upstream refuses it: {word}")),
    }
}

fn mount_order(layout: Result<Layout, String>, expected: &[&str]) -> Result<(), String> {
    let layout = layout?;
    let points: Vec<String> =
        layout.mounts().into_iter().map(|(point, _)| point.display().to_string()).collect();
    if points == expected { Ok(()) } else { Err(format!("mounted in the order {points:?}")) }
}

/// What upstream tells sgdisk to make of a disk of a gibibyte.
fn gpt_efi(directory: &Path) -> Result<(), String> {
    let layout = read(directory, "gpt_efi.yaml")?;
    let disk = DiskSpec { image_size: Some(1 << 30), ..DiskSpec::default() };
    let plan = plan_disk(&layout, &disk, &UsageByMount::new(), &Identity::new(b"upstream"));
    let plan = plan.map_err(|error| error.to_string())?;
    let placed = plan.table.map(|table| table.partitions).unwrap_or_default();
    let sizes: Vec<u64> = placed.iter().map(|partition| partition.extent.length >> 20).collect();
    if sizes == [8, 8, 1006] { Ok(()) } else { Err(format!("{sizes:?} MiB, not 8, 8 and 1006")) }
}
