//! What cannot work, found before any work is done.

use std::collections::BTreeMap;
use std::path::Component;

use super::*;

/// The four entries of a master boot record.
const MBR_PRIMARIES: usize = 4;

/// The entries of a GUID partition table of the usual size.
const GPT_PARTITIONS: usize = 128;

/// Finds the first impossibility.
pub(super) fn check(layout: &Layout, disk: &DiskSpec) -> Result<(), LayoutError> {
    if let DiskContent::Partitions(table) = &layout.content {
        check_table(layout, table)?;
    }
    check_volume_names(layout)?;
    let file_systems: Vec<_> = layout.file_systems().into_iter().map(|(_, fs)| fs).collect();
    file_systems.iter().try_for_each(|fs| check_file_system(fs))?;
    check_labels(&file_systems)?;
    check_mounts(&file_systems)?;
    check_root(layout)?;
    // A tree of no size shows whether the layout can be placed at all.
    let planned = plan_disk(layout, disk, &UsageByMount::new(), &Identity::new(b""))?;
    check_growth(layout, disk, &planned)
}

/// A root that is to grow becomes larger than it is.
fn check_growth(layout: &Layout, disk: &DiskSpec, planned: &DiskPlan) -> Result<(), LayoutError> {
    let (Some(growth), Some(root)) = (disk.max_online_resize, layout.root()) else { return Ok(()) };
    let size = planned.file_systems.iter().find(|fs| fs.name == root.name).map_or(0, PlannedFileSystem::size);
    if root.kind.is_ext() && growth < size {
        return Err(LayoutError::GrowthTooSmall { node: root.name.clone(), growth, size });
    }
    Ok(())
}

/// LVM takes fewer names than YAML.
fn check_volume_names(layout: &Layout) -> Result<(), LayoutError> {
    let groups = layout.volume_groups.iter().map(|group| ("vgs", &group.name));
    let volumes = layout.volumes().map(|(_, volume)| ("lvs", &volume.name));
    let fits = |name: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || "+_.-".contains(c);
        name.chars().all(known) && !name.starts_with('-') && !["", ".", ".."].contains(&name)
    };
    match groups.chain(volumes).find(|(_, name)| !fits(name)) {
        Some((kind, name)) => Err(LayoutError::VolumeName { kind, node: name.clone() }),
        None => Ok(()),
    }
}

/// What a table is called in messages.
pub(super) fn table_name(table: TableLabel) -> &'static str {
    match table {
        TableLabel::Mbr => "mbr",
        TableLabel::Gpt => "gpt",
    }
}

fn check_table(layout: &Layout, table: &PartitionTable) -> Result<(), LayoutError> {
    let disk = &layout.name;
    if table.partitions.is_empty() {
        return Err(LayoutError::EmptyDisk(disk.clone()));
    }
    if table.align == 0 || !table.align.is_multiple_of(layout.block_size.into()) {
        return Err(LayoutError::Align {
            disk: disk.clone(),
            align: table.align,
            block_size: layout.block_size,
        });
    }
    for partition in &table.partitions {
        if let PartitionSize::PercentOfRest(percent) = partition.size
            && !percent.is_share()
        {
            return Err(LayoutError::PercentRange { partition: partition.name.clone(), percent });
        }
    }
    match table.label {
        TableLabel::Mbr => check_mbr(disk, table),
        TableLabel::Gpt if table.partitions.len() > GPT_PARTITIONS => Err(LayoutError::TooManyPartitions {
            disk: disk.clone(),
            count: table.partitions.len(),
            table: table_name(table.label),
            limit: GPT_PARTITIONS,
        }),
        TableLabel::Gpt => Ok(()),
    }
}

fn check_mbr(disk: &str, table: &PartitionTable) -> Result<(), LayoutError> {
    let logical = table.partitions.iter().position(|part| !part.primary);
    if let Some(first) = logical
        && let Some(primary) = table.partitions[first..].iter().find(|part| part.primary)
    {
        let logical = table.partitions[first].name.clone();
        return Err(LayoutError::PrimaryAfterLogical { partition: primary.name.clone(), logical });
    }
    let count = table.partitions.iter().filter(|part| part.primary).count();
    // The extended partition that holds the logical ones takes an entry too.
    let limit = if logical.is_some() { MBR_PRIMARIES - 1 } else { MBR_PRIMARIES };
    if count > limit {
        return Err(LayoutError::TooManyPrimaries { disk: disk.to_owned(), count, limit });
    }
    let mut active = table.partitions.iter().filter(|part| part.boot);
    match (active.next(), active.next()) {
        (Some(first), Some(second)) => {
            Err(LayoutError::TwoBootFlags(first.name.clone(), second.name.clone()))
        }
        _ => Ok(()),
    }
}

fn check_file_system(fs: &FileSystem) -> Result<(), LayoutError> {
    let node = || fs.name.clone();
    let (label, limit) = (&fs.label, fs.kind.label_limit());
    if label.is_empty() {
        return Err(LayoutError::EmptyLabel { node: node() });
    }
    if label.chars().count() > limit {
        return Err(LayoutError::LabelTooLong { node: node(), label: label.clone(), kind: fs.kind, limit });
    }
    if label.contains(|c: char| c.is_control() || matches!(c, '"' | '\'' | '\\' | '$' | '`')) {
        return Err(LayoutError::LabelCharacters { node: node(), label: label.clone() });
    }
    if let Some(given) = &fs.uuid
        && uuid::Uuid::try_parse(given).is_err()
    {
        return Err(LayoutError::Uuid { node: node(), given: given.clone() });
    }
    match &fs.mount {
        Some(mount) if fs.kind != FsKind::Swap && !is_inside(&mount.point) => {
            Err(LayoutError::MountPoint { node: node(), point: mount.point.display().to_string() })
        }
        _ => Ok(()),
    }
}

/// Whether a path names a place below the image's root by itself, in a way that fstab can say.
fn is_inside(path: &Path) -> bool {
    let mut components = path.components();
    components.next() == Some(Component::RootDir)
        && components.all(|part| matches!(part, Component::Normal(_)))
        && !path.to_string_lossy().contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\')
}

fn check_labels(file_systems: &[&FileSystem]) -> Result<(), LayoutError> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for fs in file_systems {
        if let Some(first) = seen.insert(&fs.label, &fs.name) {
            let (first, second) = (first.to_owned(), fs.name.clone());
            return Err(LayoutError::DuplicateLabel { label: fs.label.clone(), first, second });
        }
    }
    Ok(())
}

fn check_mounts(file_systems: &[&FileSystem]) -> Result<(), LayoutError> {
    let mut seen: BTreeMap<&Path, &str> = BTreeMap::new();
    for fs in file_systems.iter().filter(|fs| fs.kind != FsKind::Swap) {
        let Some(mount) = &fs.mount else { continue };
        if let Some(first) = seen.insert(&mount.point, &fs.name) {
            let point = mount.point.display().to_string();
            return Err(LayoutError::DuplicateMount {
                point,
                first: first.to_owned(),
                second: fs.name.clone(),
            });
        }
    }
    Ok(())
}

fn check_root(layout: &Layout) -> Result<(), LayoutError> {
    let root = layout.root().ok_or(LayoutError::NoRoot)?;
    match root.kind.keeps_owners() {
        true => Ok(()),
        false => Err(LayoutError::UnsuitableRoot { node: root.name.clone(), kind: root.kind }),
    }
}
