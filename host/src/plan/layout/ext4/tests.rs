use std::path::PathBuf;

use super::command::EXT4_FEATURES;
use super::*;
use crate::plan::layout::{Identity, Mount};

const MIB: u64 = 1 << 20;

fn file_system(options: &str) -> FileSystem {
    FileSystem {
        name: "mkfs_root".to_owned(),
        kind: FsKind::Ext4,
        label: "cloudimg-rootfs".to_owned(),
        options: options.split_whitespace().map(str::to_owned).collect(),
        uuid: Some("2f0c7f0e-0000-4000-8000-000000000001".to_owned()),
        mount: Some(Mount { point: PathBuf::from("/"), fstab: None }),
    }
}

fn growing(max_online_resize: Option<u64>) -> DiskSpec {
    DiskSpec { max_online_resize, ..DiskSpec::default() }
}

#[test]
fn copies_of_the_superblock() {
    let table = [(1, 1), (2, 2), (3, 2), (4, 3), (8, 5), (10, 6), (50, 9), (1 << 23, 2 + 14 + 9 + 8)];
    for (groups, copies) in table {
        assert_eq!(groups_with_backup(groups), copies, "{groups}");
    }
}

/// Growth in bytes, inodes per group, and where 2^32 inodes end it.
#[test]
fn inode_density_follows_growth() {
    let table = [
        (None, 8192),
        (Some(1 << 40), 8192),
        (Some(64 << 40), 8176),
        (Some(256 << 40), 2032),
        (Some(1_000_000_000_000_000), 576),
        (Some(1 << 50), 496),
    ];
    for (growth, per_group) in table {
        let fs = file_system("");
        let ext = Ext::new(&fs, true, &growing(growth)).unwrap();
        assert_eq!(ext.inodes_per_group, per_group, "{growth:?}");
        assert!(ext.growth >= growth.unwrap_or(0));
        assert!(ext.growth.div_ceil(GROUP) * per_group <= MAX_INODES, "{growth:?}");
    }
}

#[test]
fn growth_has_an_end() {
    let fs = file_system("");
    let error = Ext::new(&fs, true, &growing(Some(32 << 50))).err().unwrap().to_string();
    assert_eq!(
        error,
        "file system 'mkfs_root' cannot grow to 32 PiB (--max-online-resize): ext4 ends at 32.0 PiB"
    );
}

#[test]
fn only_the_root_grows() {
    let fs = file_system("");
    let ext = Ext::new(&fs, false, &growing(Some(1 << 50))).unwrap();
    assert_eq!(ext.inodes_per_group, INODES_PER_GROUP);
}

#[test]
fn many_files_make_a_larger_disk_where_growth_leaves_few_inodes() {
    let fs = file_system("");
    let usage = Usage { bytes: 500 * MIB, inodes: 40_000 };
    let size = |growth| Ext::new(&fs, true, &growing(growth)).unwrap().minimum(usage, 64 * MIB);
    assert!(size(None) < 800 * MIB, "{}", size(None));
    let petabyte = size(Some(1 << 50));
    assert!(petabyte / GROUP * 496 >= 40_000 && petabyte < 12 << 30, "{petabyte}");
}

#[test]
fn the_minimum_leaves_the_reserve_and_no_group_too_small() {
    let fs = file_system("");
    let ext = Ext::new(&fs, true, &growing(None)).unwrap();
    for mib in (50..3000).step_by(7) {
        let usage = Usage { bytes: mib * MIB, inodes: 1000 };
        let size = ext.minimum(usage, 64 * MIB);
        let free = ext.room(size / BLOCK) * BLOCK - usage.bytes;
        assert!(free >= 64 * MIB, "{mib}: {free}");
        let last = (size / BLOCK - 1) % GROUP_BLOCKS + 1;
        assert!(last > ext.overhead_of_last_group(size.div_ceil(GROUP)) + 50, "{mib}: {last}");
    }
}

#[test]
fn journals_fit_their_file_system() {
    let fs = file_system("");
    let journal = |is_root, size, asked| {
        let disk = DiskSpec { journal_size: asked, ..DiskSpec::default() };
        Ext::new(&fs, is_root, &disk).unwrap().journal_mib(size * MIB / BLOCK)
    };
    let table =
        [(4, 0, 0), (8, 2, 2), (100, 25, 4), (200, 50, 16), (256, 64, 16), (1500, 64, 32), (1 << 20, 64, 64)];
    for (mib, root, other) in table {
        assert_eq!((journal(true, mib, None), journal(false, mib, None)), (root, other), "{mib} MiB");
    }
    assert_eq!((journal(true, 4096, Some(128)), journal(false, 4096, Some(128))), (128, 64));

    let disk = DiskSpec { journal_size: Some(512), ..DiskSpec::default() };
    let size = Ext::new(&fs, true, &disk).unwrap().minimum(Usage { bytes: MIB, inodes: 10 }, 0);
    assert_eq!(size, 2048 * MIB, "a journal of a quarter");
}

#[test]
fn the_command() {
    let fs = file_system("-O ^metadata_csum -m 0 -E stride=4");
    let command = Ext::new(&fs, true, &growing(None)).unwrap().command(1 << 30, &Identity::new(b"test"));
    let seed = Identity::new(b"test").uuid("hash seed mkfs_root");
    let expected = format!(
        "mke2fs -q -F -t ext4 -m 1 -b 4096 -I 256 -L cloudimg-rootfs -U 2f0c7f0e-0000-4000-8000-000000000001 \
         -N 65536 -J size=64 -O {EXT4_FEATURES},^metadata_csum \
         -E resize=17179836416,hash_seed={seed},lazy_itable_init=0,lazy_journal_init=1,root_owner=0:0,stride=4 -m 0"
    );
    assert_eq!(command.join(" "), expected);
}

#[test]
fn what_the_caller_decides_is_not_decided_twice() {
    let table = [
        ("-i 4096", "-N", 32_768),
        ("-i8192", "-N", 16_384),
        ("-N 70000", "-N 65", INODES_PER_GROUP),
        ("-J size=16", "size=64", INODES_PER_GROUP),
    ];
    for (options, absent, per_group) in table {
        let fs = file_system(options);
        let ext = Ext::new(&fs, true, &growing(None)).unwrap();
        assert_eq!(ext.inodes_per_group, per_group, "{options}");
        let command = ext.command(1 << 30, &Identity::new(b"test")).join(" ");
        assert!(!command.contains(absent), "{command}");
    }
    let fs = file_system("-i 4096");
    assert_eq!(Ext::new(&fs, true, &growing(None)).unwrap().growth, MAX_INODES / 32_768 * GROUP, "16 TiB");
}
