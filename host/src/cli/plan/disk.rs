//! The disk of a plan, for people.

use crate::cli::table::Table;
use crate::plan::Plan;
use crate::plan::layout::{
    DiskContent, FileSystem, Human, Layout, Partition, PartitionSize, PartitionTable, TableLabel,
};

/// What is on the disk, and what the caller said of its size.
pub(super) fn render(plan: &Plan) -> String {
    let layout = &plan.layout;
    let heading = format!("  {}: {}, {}\n", layout.name, size(plan, layout), kind(layout));
    heading + &content(layout)
}

fn size(plan: &Plan, layout: &Layout) -> String {
    match plan.disk.image_size.or(layout.size) {
        Some(bytes) => Human(bytes).to_string(),
        None if plan.disk.extra_size == 0 => "as large as the tree needs".to_owned(),
        None => format!("as large as the tree needs and {} more", Human(plan.disk.extra_size)),
    }
}

fn kind(layout: &Layout) -> &'static str {
    match &layout.content {
        DiskContent::FileSystem(_) => "one file system without a partition table",
        DiskContent::Partitions(PartitionTable { label: TableLabel::Mbr, .. }) => "MBR partitions",
        DiskContent::Partitions(PartitionTable { label: TableLabel::Gpt, .. }) => "GPT partitions",
    }
}

fn content(layout: &Layout) -> String {
    let mut table = Table::default();
    match &layout.content {
        DiskContent::FileSystem(root) => {
            let [kind, label, mount] = file_system(root);
            table.row([&root.name, &kind, &label, &mount]);
        }
        DiskContent::Partitions(partitions) => {
            for partition in &partitions.partitions {
                let [kind, label, mount] = partition.content.as_ref().map(file_system).unwrap_or_default();
                let active = if partition.boot { "active" } else { "" };
                let (size, code) = (partition_size(partition), format!("type {}", partition.kind));
                table.row([&partition.name, &size, &code, active, &kind, &label, &mount]);
            }
        }
    }
    table.lines("    ")
}

fn partition_size(partition: &Partition) -> String {
    match partition.size {
        PartitionSize::Bytes(bytes) => Human(bytes).to_string(),
        PartitionSize::PercentOfRest(percent) => format!("{percent} of the rest"),
    }
}

/// Type, label and mount point.
fn file_system(file_system: &FileSystem) -> [String; 3] {
    let mount = file_system.mount.as_ref().map(|mount| format!("on {}", mount.point.display()));
    [file_system.kind.to_string(), format!("label {}", file_system.label), mount.unwrap_or_default()]
}
