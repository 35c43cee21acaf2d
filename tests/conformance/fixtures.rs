//! diskimage-builder's block device configurations, read by the planner of layouts.

use std::fs;

use blankslate::plan::Layout;
use blankslate::plan::layout::{FsKind, RootDefaults, parse_size};
use blankslate::spec::DiskSpec;

use super::environment::Environment;
use super::outcome::{Difference, Outcome};

const FILE: &str = "block_device/tests/config";

const NO_LVM: &str = "layouts with LVM are refused, before any work";

const DIFFERENCES: [Difference; 9] = [
    ("lvm_graph.yaml", NO_LVM),
    ("lvm_tree.yaml", NO_LVM),
    ("lvm_tree_multiple_partitions.yaml", NO_LVM),
    ("lvm_tree_multiple_pv.yaml", NO_LVM),
    ("lvm_tree_multiple_pv_vg.yaml", NO_LVM),
    ("lvm_tree_partition_ordering.yaml", NO_LVM),
    ("lvm_tree_spanned_vg.yaml", NO_LVM),
    ("lvm_tree_thin_provision.yaml", NO_LVM),
    ("test_mount_order_unsorted", NO_LVM),
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
    let read = |name: &str| {
        let text = fs::read_to_string(directory.join(name)).expect("a fixture of upstream's");
        parse(&completed(&text))
    };
    let mut names: Vec<String> = fs::read_dir(&directory)
        .expect("upstream's fixtures")
        .map(|entry| entry.expect("a fixture").file_name().into_string().expect("a name"))
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    names.sort();
    for name in &names {
        let refused = REFUSED.iter().find(|(file, _)| file == name).map(|(_, word)| *word);
        outcome.note(FILE, name, judge(read(name), refused), &DIFFERENCES);
    }
    for (tree, graph) in EQUAL {
        let result = match (read(tree), read(graph)) {
            (Ok(from_tree), Ok(from_graph)) if from_tree == from_graph => Ok(()),
            (from_tree, from_graph) => Err(format!("{from_tree:?} is not {from_graph:?}")),
        };
        outcome.note("block_device/tests/test_config.py", tree, result, &[]);
    }
    mount_order(
        outcome,
        "test_mfks_and_mount_order",
        read("multiple_partitions_graph.yaml"),
        &["/", "/var", "/var/log"],
    );
    mount_order(
        outcome,
        "test_mount_order_unsorted",
        read("lvm_tree_partition_ordering.yaml"),
        &["/", "/boot", "/var"],
    );
    for (text, expected) in SIZES {
        let parsed = parse_size(text).ok();
        let result = if parsed == expected { Ok(()) } else { Err(format!("{parsed:?}, not {expected:?}")) };
        outcome.note("block_device/tests/test_utils.py", text, result, &[]);
    }
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

fn parse(text: &str) -> Result<Layout, String> {
    let disk = DiskSpec::default();
    let layout =
        Layout::parse(text, &RootDefaults::new(FsKind::Ext4, &disk)).map_err(|error| error.to_string())?;
    layout.check(&disk).map_err(|error| error.to_string())?;
    Ok(layout)
}

fn judge(parsed: Result<Layout, String>, refused: Option<&str>) -> Result<(), String> {
    match (parsed, refused) {
        (Ok(_), None) => Ok(()),
        (Err(error), Some(word)) if error.contains(word) => Ok(()),
        (Err(error), _) => Err(error),
        (Ok(_), Some(word)) => Err(format!("accepted, and upstream refuses it: {word}")),
    }
}

fn mount_order(outcome: &mut Outcome, case: &str, layout: Result<Layout, String>, expected: &[&str]) {
    let result = layout.and_then(|layout| {
        let points: Vec<String> =
            layout.mounts().into_iter().map(|(point, _)| point.display().to_string()).collect();
        if points == expected { Ok(()) } else { Err(format!("mounted in the order {points:?}")) }
    });
    outcome.note("block_device/tests/test_mount_order.py", case, result, &DIFFERENCES);
}
