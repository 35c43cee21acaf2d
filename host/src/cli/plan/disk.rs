//! The disk of a plan, for people.

use crate::cli::table::Table;
use crate::plan::Plan;
use crate::plan::layout::{
    DiskContent, FileSystem, Human, Layout, LogicalVolume, Partition, PartitionSize, PartitionTable,
    TableLabel, VolumeGroup, VolumeSize,
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
            for (index, partition) in partitions.partitions.iter().enumerate() {
                let member = member(layout, index);
                let [kind, label, mount] = partition.content.as_ref().map(file_system).unwrap_or(member);
                let active = if partition.boot { "active" } else { "" };
                let (size, code) = (partition_size(partition), format!("type {}", partition.kind));
                table.row([&partition.name, &size, &code, active, &kind, &label, &mount]);
            }
        }
    }
    for (group, volume) in layout.volumes() {
        let [kind, label, mount] = volume.content.as_ref().map(file_system).unwrap_or_default();
        let of_group = format!("of group {}", group.name);
        table.row([&volume.name, &volume_size(group, volume), &of_group, "", &kind, &label, &mount]);
    }
    table.lines("    ")
}

/// What a partition without a file system is shown as.
fn member(layout: &Layout, partition: usize) -> [String; 3] {
    let mut groups = layout.volume_groups.iter();
    let group = groups.find(|group| group.physical.iter().any(|volume| volume.partition == partition));
    group.map(|group| ["lvm".to_owned(), format!("group {}", group.name), String::new()]).unwrap_or_default()
}

fn volume_size(group: &VolumeGroup, volume: &LogicalVolume) -> String {
    match volume.size {
        VolumeSize::Extents(count) => Human(count * group.extent_size).to_string(),
        VolumeSize::PercentOfGroup(percent) => format!("{percent} of the group"),
        VolumeSize::PercentOfFree(percent) => format!("{percent} of the rest"),
    }
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
