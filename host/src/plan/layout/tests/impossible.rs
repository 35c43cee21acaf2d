//! Layouts that are refused, and the words they are refused with.

use super::*;

/// The message of parsing and checking.
pub(super) fn refusal(yaml: &str, disk: &DiskSpec) -> String {
    error(yaml, disk).to_string()
}

/// What parsing or checking fails with.
pub(super) fn error(yaml: &str, disk: &DiskSpec) -> LayoutError {
    let checked = Layout::parse(yaml, &RootDefaults::default()).and_then(|layout| layout.check(disk));
    checked.expect_err(yaml)
}

#[test]
fn layouts_that_cannot_be_read() {
    let table = [
        ("- this_is_not_a_node: {foo: bar}", "unknown field `this_is_not_a_node`"),
        ("- mkfs: {base: a, type: ext4}\n  mount: {base: b, mount_point: /}", "entry 1 has 2 of local_loop,"),
        ("- {}", "entry 1 has 0 of local_loop,"),
        ("- lvm: {name: lvm, pvs: []}", "missing field `vgs`"),
        ("- mkfs: {type: ext4}", "mkfs entry 1 has no 'base'"),
        ("[]", "no local_loop"),
        ("- local_loop: {name: a}\n- local_loop: {name: b}", "two disks, 'a' and 'b'"),
        ("- local_loop: {name: a}", "disk 'a' holds nothing"),
        ("- local_loop: {name: a, size: 1GX, mkfs: {type: ext4}}", "'a': unknown unit 'GX' in size '1GX'"),
        ("- local_loop: {name: a, block_size: 1024, mkfs: {type: ext4}}", "a block_size of 1024"),
        ("- local_loop: {name: a, mkfs: {}}", "mkfs 'mkfs_a' has no 'type'"),
        ("- local_loop: {name: a, mkfs: {type: zfs}}", "unknown file system 'zfs' (known: ext2,"),
        (
            "- local_loop: {name: a, mkfs: {type: ext4, mount: {}}}",
            "mount 'mount_mkfs_a' has no 'mount_point'",
        ),
        ("- local_loop: {name: a, mkfs: {type: ext4, lable: b}}", "unknown field `lable`"),
        (
            "- local_loop: {name: a}\n- mkfs: {base: a, name: f, type: ext4}\n- mount: {base: g, mount_point: /}",
            "mount 'mount_g' stands on 'g', and there is no such mkfs",
        ),
        (
            "- local_loop: {name: a}\n- mkfs: {base: a, type: ext4}\n- mkfs: {base: a, name: b, type: ext4}",
            "'a' carries two of file systems: 'mkfs_a' and 'b'",
        ),
        (
            "- local_loop: {name: twice}\n- mkfs: {base: image0, name: m, type: ext4}\n\
             - mount: {base: m, name: twice, mount_point: /}",
            "the name 'twice' is used by two",
        ),
        (
            "- local_loop: {name: a}\n- partitioning: {base: b, label: mbr, partitions: []}",
            "partitioning 'partitions' stands on 'b'",
        ),
        (
            "- local_loop: {name: a}\n- partitioning: {base: a, label: bsd, partitions: []}",
            "partitioning of 'a': label 'bsd' (known: mbr, gpt)",
        ),
        (
            "- local_loop: {name: a}\n- partitioning: {base: a, label: mbr}",
            "partitioning of 'a' has no 'partitions'",
        ),
    ];
    for (yaml, message) in table {
        let error = refusal(yaml, &DiskSpec::default());
        assert!(error.contains(message), "{yaml}\n{error}");
    }
}

#[test]
fn layouts_that_cannot_work() {
    let cases: [(&str, &[&str], u64, &str); 17] = [
        ("mbr", &["root 101% primary"], 0, "partition 'root': size 101% is not between 1% and 100%"),
        ("mbr", &["root 0% primary"], 0, "partition 'root': size 0% is not between"),
        ("mbr", &["root 1..5G primary"], 0, "partition 'root': '1..5G' is no size"),
        (
            "mbr",
            &["root 2GiB primary"],
            GIB,
            "no room for partition 'root': it wants 2 GiB, and 1023 MiB of the 1 GiB",
        ),
        ("mbr", &["a 100% primary", "root 100% primary"], 0, "no room for partition 'root'"),
        ("gpt", &["a 900MiB", "root 200MiB"], GIB, "no room for partition 'root': it wants 200 MiB"),
        (
            "mbr",
            &["a 1MiB primary", "b 1MiB primary", "c 1MiB primary", "d 1MiB primary", "root 100% primary"],
            0,
            "5 primary partitions on 'image0': mbr holds 4",
        ),
        (
            "mbr",
            &["a 1MiB primary", "b 1MiB primary", "c 1MiB primary", "d 1MiB primary", "root 100%"],
            0,
            "4 primary partitions on 'image0': mbr holds 3",
        ),
        ("mbr", &["a 1MiB", "root 100% primary"], 0, "primary partition 'root' stands behind 'a'"),
        (
            "mbr",
            &["a 1MiB primary,boot", "root 100% primary,boot"],
            0,
            "'a' and 'root' both have the flag 'boot'",
        ),
        (
            "mbr",
            &["root 100% bootable"],
            0,
            "partition 'root': unknown flag 'bootable' (known: boot, primary)",
        ),
        ("gpt", &["root 100% primary"], 0, "partition 'root': gpt has no primary partitions"),
        ("mbr", &["root 100% primary 8300"], 0, "partition 'root': type '8300' is not one of mbr's"),
        (
            "gpt",
            &["root 100%  83"],
            0,
            "partition 'root': type '83' is not one of gpt's: gdisk's four digits",
        ),
        ("mbr", &["a 3TiB primary", "root 100% primary"], 0, "no room for partition 'a'"),
        (
            "mbr",
            &["root 100% primary"],
            3 << 40,
            "'image0' is to reach 3 TiB: mbr addresses 2.0 TiB; use gpt",
        ),
        (
            "mbr",
            &["root 4MiB primary"],
            GIB,
            "file system 'mkfs_root' needs 8 MiB, and there are 4 MiB for it",
        ),
    ];
    for (label, partitions, image_size, message) in cases {
        let disk = DiskSpec { image_size: Some(image_size).filter(|size| *size > 0), ..DiskSpec::default() };
        let error = refusal(&table(label, partitions), &disk);
        assert!(error.contains(message), "{partitions:?}\n{error}");
    }
}

#[test]
fn file_systems_that_cannot_work() {
    let mkfs = |mkfs: &str| format!("- local_loop: {{name: image0, mkfs: {{{mkfs}}}}}");
    let root = "mount: {mount_point: /}";
    let two = |first: &str, second: &str| {
        table("gpt", &["first 40%", "root 100%"]) + &format!("- mkfs: {{base: first, {first}}}\n{second}")
    };
    let cases = [
        (mkfs("type: ext4"), "no file system is mounted on '/'"),
        (mkfs(&format!("type: vfat, {root}")), "the root file system 'mkfs_image0' is vfat"),
        (
            mkfs(&format!("type: xfs, label: this_label_is_too_long_to_work_with_xfs, {root}")),
            "label 'this_label_is_too_long_to_work_with_xfs' has 39 characters, xfs takes 12",
        ),
        (mkfs(&format!("type: ext4, label: '', {root}")), "has an empty label"),
        (
            mkfs(&format!("type: ext4, label: 'a`b', {root}")),
            "label \"a`b\" has characters that fstab and boot loaders cannot take",
        ),
        (
            mkfs(&format!("type: ext4, uuid: not-one, {root}")),
            "file system 'mkfs_image0': 'not-one' is no UUID",
        ),
        (mkfs("type: ext4, mount: {mount_point: ../etc}"), "mount point \"../etc\" is not an absolute path"),
        (mkfs("type: ext4, mount: {mount_point: '/a b'}"), "mount point \"/a b\" is not"),
        (mkfs("type: ext4, mount: {mount_point: /a/../..}"), "mount point \"/a/../..\" is not"),
        (
            two("type: ext4, label: cloudimg-rootfs", ""),
            "label 'cloudimg-rootfs' is used by file systems 'mkfs_first' and 'mkfs_root'",
        ),
        (
            two("type: ext4", "- mount: {base: mkfs_first, mount_point: /}"),
            "mount point '/' is used by file systems 'mkfs_first' and 'mkfs_root'",
        ),
    ];
    for (yaml, message) in cases {
        let error = refusal(&yaml, &DiskSpec::default());
        assert!(error.contains(message), "{yaml}\n{error}");
    }
}

#[test]
fn growth_beyond_the_table() {
    let petabyte = DiskSpec { max_online_resize: Some(1 << 50), ..DiskSpec::default() };
    let error = parse(MBR).check(&petabyte).unwrap_err().to_string();
    assert_eq!(error, "'image0' is to reach 1 PiB: mbr addresses 2.0 TiB; use gpt");
    parse(EFI).check(&petabyte).unwrap();
    let beyond = DiskSpec { max_online_resize: Some(1 << 61), ..DiskSpec::default() };
    for layout in [parse(EFI), Layout::whole_disk(&RootDefaults::default())] {
        let error = layout.check(&beyond).unwrap_err().to_string();
        assert_eq!(error, "'image0' is to reach 2048 PiB: disks end at 1024 PiB");
    }
}
