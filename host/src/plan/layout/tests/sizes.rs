//! Sizes that a caller cannot mean, refused before any work.

use super::*;

const GIB: u64 = 1 << 30;

fn checked(disk: &DiskSpec) -> Result<(), LayoutError> {
    let root = RootDefaults::new(disk.root_file_system.as_deref().map_or(FsKind::Ext4, kind), disk);
    Layout::whole_disk(&root).check(disk)
}

fn kind(name: &str) -> FsKind {
    name.parse().expect("a file system")
}

#[test]
fn sizes_that_cannot_be() {
    let disk = DiskSpec::default;
    let mkfs = |words: &str| words.split(' ').map(str::to_owned).collect();
    let table = [
        (
            DiskSpec { image_size: Some(0), ..disk() },
            "file system 'mkfs_root' needs 8 MiB, and there are 0 B for it; raise its size or --image-size",
        ),
        (
            DiskSpec { image_size: Some(u64::MAX), ..disk() },
            "'image0' is to reach 16384.0 PiB: disks end at 1024 PiB",
        ),
        (
            DiskSpec { image_size: Some(1 << 56), ..disk() },
            "file system 'mkfs_root' is to have 64 PiB: ext4 ends at 32.0 PiB",
        ),
        (
            DiskSpec { extra_size: u64::MAX, ..disk() },
            "'image0' is to reach 16384.0 PiB: disks end at 1024 PiB",
        ),
        (
            DiskSpec { extra_size: 1 << 56, ..disk() },
            "file system 'mkfs_root' is to have 65.0 PiB: ext4 ends at 32.0 PiB",
        ),
        (
            DiskSpec { max_online_resize: Some(0), ..disk() },
            "file system 'mkfs_root' is to grow to 0 B (--max-online-resize), and takes 103 MiB from the beginning",
        ),
        (
            DiskSpec { image_size: Some(5 * GIB), max_online_resize: Some(4 * GIB), ..disk() },
            "file system 'mkfs_root' is to grow to 4 GiB (--max-online-resize), and takes 5 GiB from the beginning",
        ),
        (
            DiskSpec { journal_size: Some(3), ..disk() },
            "file system 'mkfs_root': a journal of 3 MiB (journals have 4 to 40000 MiB)",
        ),
        (
            DiskSpec { journal_size: Some(u32::MAX), ..disk() },
            "file system 'mkfs_root': a journal of 4294967295 MiB (journals have 4 to 40000 MiB)",
        ),
        (
            DiskSpec { mkfs_options: mkfs("-J size=2"), ..disk() },
            "file system 'mkfs_root': a journal of 2 MiB (journals have 4 to 40000 MiB)",
        ),
        (
            DiskSpec { image_size: Some(5 * GIB), journal_size: Some(10_000), ..disk() },
            "file system 'mkfs_root': a journal of 10000 MiB is more than a quarter of its 5 GiB",
        ),
    ];
    for (disk, message) in table {
        assert_eq!(checked(&disk).unwrap_err().to_string(), message, "{disk:?}");
    }
}

#[test]
fn sizes_at_the_limits() {
    let disk = DiskSpec::default;
    let table = [
        DiskSpec { image_size: Some(8 << 20), ..disk() },
        DiskSpec { image_size: Some(1 << 54), ..disk() },
        DiskSpec { extra_size: 1 << 54, ..disk() },
        DiskSpec { image_size: Some(4 * GIB), max_online_resize: Some(4 * GIB), ..disk() },
        DiskSpec { journal_size: Some(4), ..disk() },
        DiskSpec { journal_size: Some(40_000), ..disk() },
        DiskSpec { image_size: Some(4 * GIB), journal_size: Some(1024), ..disk() },
        // What other file systems do not read is not theirs to refuse.
        DiskSpec { root_file_system: Some("xfs".into()), journal_size: Some(3), ..disk() },
        DiskSpec { root_file_system: Some("ext2".into()), journal_size: Some(3), ..disk() },
        DiskSpec { root_file_system: Some("xfs".into()), image_size: Some(1 << 59), ..disk() },
    ];
    for disk in table {
        assert_eq!(checked(&disk), Ok(()), "{disk:?}");
    }
}

#[test]
fn a_journal_of_size_0_is_of_the_usual_size() {
    let mkfs = |journal_size| {
        let disk = DiskSpec { journal_size, ..DiskSpec::default() };
        let layout = Layout::whole_disk(&RootDefaults::new(FsKind::Ext4, &disk));
        let planned = plan_disk(&layout, &disk, &UsageByMount::new(), &Identity::new(b"")).unwrap();
        planned.file_systems[0].mkfs.clone()
    };
    assert_eq!(mkfs(Some(0)), mkfs(None));
}
