use std::collections::BTreeMap;

use super::*;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// One bootable MBR partition, in tree notation.
const MBR: &str = "
- local_loop:
    name: image0
- partitioning:
    base: image0
    label: mbr
    partitions:
      - name: root
        flags: [ boot, primary ]
        size: 100%
        mkfs:
          mount:
            mount_point: /
            fstab:
              options: \"defaults\"
              fsck-passno: 1
";

/// EFI and BIOS on one GPT disk.
const EFI: &str = "
- local_loop: { name: image0 }
- partitioning:
    base: image0
    label: gpt
    partitions:
      - name: ESP
        type: 'EF00'
        size: 550MiB
        mkfs:
          type: vfat
          mount:
            mount_point: /boot/efi
            fstab: { options: defaults, fsck-passno: 2 }
      - { name: BSP, type: EF02, size: 8MiB }
      - name: root
        type: 8300
        size: 100%
        mkfs:
          type: ext4
          mount:
            mount_point: /
            fstab: { options: defaults, fsck-passno: 1 }
";

const FOUR_TREE: &str = "
- local_loop:
    name: image0
- partitioning:
    base: image0
    name: mbr
    label: mbr
    partitions:
      - name: root
        flags: [boot, primary]
        size: 54%
        mkfs:
          type: xfs
          uuid: 2f0c7f0e-0000-4000-8000-000000000001
          mount: { mount_point: /, fstab: { options: defaults, fsck-passno: 1 } }
      - name: var
        size: 40%
        mkfs:
          type: xfs
          mount: { mount_point: /var, fstab: { options: noatime } }
      - name: var_log
        size: 5%
        mkfs:
          type: vfat
          label: varlog
          mount: { mount_point: /var/log, fstab: {} }
      - name: swap
        size: 1%
        mkfs:
          type: swap
          mount: { mount_point: none, fstab: { fsck-passno: 0, options: sw } }
";

const FOUR_GRAPH: &str = "
- fstab: { base: mount_mkfs_swap, name: fstab_mount_mkfs_swap, fsck-passno: 0, options: sw }
- mount: { base: mkfs_root, name: mount_mkfs_root, mount_point: / }
- mkfs: { base: root, name: mkfs_root, type: xfs, uuid: 2f0c7f0e-0000-4000-8000-000000000001 }
- local_loop:
    name: image0
- fstab: { base: mount_mkfs_root, name: fstab_mount_mkfs_root, fsck-passno: 1, options: defaults }
- mkfs: { base: var, type: xfs }
- mount: { base: mkfs_var, mount_point: /var }
- fstab: { base: mount_mkfs_var, options: noatime }
- mkfs: { base: var_log, name: mkfs_var_log, type: vfat, label: varlog }
- mount: { base: mkfs_var_log, name: mount_mkfs_var_log, mount_point: /var/log }
- fstab: { base: mount_mkfs_var_log }
- partitioning:
    base: image0
    name: mbr
    label: mbr
    partitions:
      - { name: root, base: image0, flags: [boot, primary], size: 54% }
      - { name: var, base: image0, size: 40% }
      - { name: var_log, base: image0, size: 5% }
      - { name: swap, base: image0, size: 1% }
- mkfs: { base: swap, type: swap }
- mount: { base: mkfs_swap, name: mount_mkfs_swap, mount_point: none }
";

fn parse(yaml: &str) -> Layout {
    Layout::parse(yaml, &RootDefaults::default()).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

/// The message of parsing and checking.
fn refusal(yaml: &str, disk: &DiskSpec) -> String {
    let checked = Layout::parse(yaml, &RootDefaults::default()).and_then(|layout| layout.check(disk));
    checked.expect_err(yaml).to_string()
}

/// A table of partitions, `name size flags type` each, a root in the last one.
fn table(label: &str, partitions: &[&str]) -> String {
    let mut yaml = format!(
        "- local_loop: {{name: image0}}\n- partitioning: {{base: image0, label: {label}, partitions: ["
    );
    for (index, line) in partitions.iter().enumerate() {
        let words: Vec<_> = line.split(' ').collect();
        let flags = words.get(2).unwrap_or(&"");
        yaml += &format!("{{name: {}, size: {}, flags: [{flags}]", words[0], words[1]);
        yaml += &words.get(3).map(|kind| format!(", type: '{kind}'")).unwrap_or_default();
        let root = ", mkfs: {name: mkfs_root, type: ext4, mount: {mount_point: /}}";
        yaml += if index + 1 == partitions.len() { root } else { "" };
        yaml += "},";
    }
    yaml + "]}\n"
}

fn sized(image_size: u64) -> DiskSpec {
    DiskSpec { image_size: Some(image_size), ..DiskSpec::default() }
}

fn plan(layout: &Layout, disk: &DiskSpec, root: Usage) -> Result<DiskPlan, LayoutError> {
    let usage = BTreeMap::from([(PathBuf::from("/"), root)]);
    plan_disk(layout, disk, &usage, &Identity::new(b"test"))
}

/// `number start end` in sectors, as partx prints them.
fn sectors(layout: &Layout, size: u64) -> Vec<(u32, u64, u64)> {
    let plan = plan(layout, &sized(size), Usage::default()).unwrap();
    let table = plan.table.unwrap();
    let mut all: Vec<_> = table.partitions.into_iter().chain(table.extended).collect();
    all.sort_by_key(|part| part.number);
    all.into_iter().map(|part| (part.number, part.extent.start / 512, part.extent.end() / 512 - 1)).collect()
}

#[test]
fn tree_and_graph_are_equal() {
    assert_eq!(parse(FOUR_TREE), parse(FOUR_GRAPH));
}

#[test]
fn defaults_of_the_root() {
    let root = parse(MBR);
    let fs = root.root().unwrap();
    assert_eq!((fs.name.as_str(), fs.kind, fs.label.as_str()), (ROOT_NODE, FsKind::Ext4, ROOT_LABEL));
    assert_eq!(root.fstab(), "LABEL=cloudimg-rootfs / ext4 defaults 0 1\n");

    let chosen = RootDefaults { kind: FsKind::Xfs, label: None, options: vec!["-K".to_owned()] };
    let layout = Layout::parse(MBR, &chosen).unwrap();
    let fs = layout.root().unwrap();
    assert_eq!(
        (fs.kind, fs.label.as_str(), fs.options.join(" ")),
        (FsKind::Xfs, ROOT_LABEL_XFS, "-K".to_owned())
    );

    let labelled = RootDefaults { label: Some("mine".to_owned()), ..RootDefaults::default() };
    assert_eq!(Layout::whole_disk(&labelled).root().unwrap().label, "mine");
    assert!(Layout::whole_disk(&labelled).check(&DiskSpec::default()).is_ok());
}

#[test]
fn whole_disk_as_a_tree() {
    let yaml = "
- local_loop:
    name: image0
    mkfs:
      name: mkfs_root
      mount: { mount_point: /, fstab: { fsck-passno: 1 } }";
    assert_eq!(parse(yaml), Layout::whole_disk(&RootDefaults::default()));
}

#[test]
fn names_labels_and_mounts_of_four_partitions() {
    let layout = parse(FOUR_TREE);
    let labels: Vec<_> =
        layout.file_systems().into_iter().map(|(index, fs)| (index, fs.label.as_str())).collect();
    let expected =
        [(Some(0), "img-rootfs"), (Some(1), "mkfs_var"), (Some(2), "VARLOG"), (Some(3), "mkfs_swap")];
    assert_eq!(labels, expected);
    let points: Vec<_> = layout.mounts().into_iter().map(|(point, _)| point.to_str().unwrap()).collect();
    assert_eq!(points, ["/", "/var", "/var/log"]);
    assert_eq!(
        layout.fstab(),
        "LABEL=img-rootfs / xfs defaults 0 1\n\
         LABEL=mkfs_var /var xfs noatime 0 2\n\
         LABEL=VARLOG /var/log vfat defaults 0 2\n\
         LABEL=mkfs_swap none swap sw 0 0\n"
    );
}

#[test]
fn a_layout_survives_json() {
    for yaml in [MBR, EFI, FOUR_TREE] {
        let layout = parse(yaml);
        let json = serde_json::to_string(&layout).unwrap();
        assert_eq!(serde_json::from_str::<Layout>(&json).unwrap(), layout, "{json}");
    }
}

#[test]
fn mbr_tables_in_sectors() {
    let primary = "primary";
    let ten = |name: &str, flags: &str| format!("{name} 10MiB {flags}");
    let (p, l) = (|name: &str| ten(name, primary), |name: &str| ten(name, ""));
    let cases: [(Vec<String>, Vec<(u32, u64, u64)>); 4] = [
        (vec![l("a")], vec![(1, 2048, 2_097_151), (5, 4096, 24_575)]),
        (vec![p("a")], vec![(1, 2048, 22_527)]),
        (vec![p("a"), p("b"), p("c")], vec![(1, 2048, 22_527), (2, 22_528, 43_007), (3, 43_008, 63_487)]),
        (
            vec![p("a"), p("b"), p("c"), l("d"), l("e"), l("f")],
            vec![
                (1, 2048, 22_527),
                (2, 22_528, 43_007),
                (3, 43_008, 63_487),
                (4, 63_488, 2_097_151),
                (5, 65_536, 86_015),
                (6, 88_064, 108_543),
                (7, 110_592, 131_071),
            ],
        ),
    ];
    for (partitions, expected) in cases {
        let lines: Vec<_> = partitions.iter().map(String::as_str).collect();
        assert_eq!(sectors(&parse(&table("mbr", &lines)), GIB), expected, "{lines:?}");
    }
    let many: Vec<_> = (0..64).map(|number| l(&format!("p{number}"))).collect();
    let lines: Vec<_> = many.iter().map(String::as_str).collect();
    let placed = sectors(&parse(&table("mbr", &lines)), GIB);
    assert_eq!(placed.len(), 65);
    assert_eq!(placed[64], (68, 4096 + 63 * 22_528, 24_575 + 63 * 22_528));
}

#[test]
fn percentages_are_of_what_remains() {
    let lines = ["a 50% primary", "b 50% primary", "root 100% primary"];
    let placed = sectors(&parse(&table("mbr", &lines)), 1025 * MIB);
    let lengths: Vec<_> = placed.iter().map(|(_, start, end)| (end + 1 - start) / 2048).collect();
    assert_eq!(lengths, [512, 256, 256]);

    let placed =
        sectors(&parse(&table("gpt", &["ESP 8MiB  EF00", "BSP 8MiB  EF02", "root 100%  8300"])), GIB);
    let lengths: Vec<_> = placed.iter().map(|(_, start, end)| (end + 1 - start) / 2048).collect();
    assert_eq!(lengths, [8, 8, 1006]);
}

#[test]
fn layouts_that_cannot_be_read() {
    let table = [
        ("- this_is_not_a_node: {foo: bar}", "unknown field `this_is_not_a_node`"),
        ("- mkfs: {base: a, type: ext4}\n  mount: {base: b, mount_point: /}", "entry 1 has 2 of local_loop,"),
        ("- {}", "entry 1 has 0 of local_loop,"),
        ("- lvm: {name: lvm, pvs: []}", "not supported yet: lvm"),
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
            mkfs(&format!("type: ext4, uuid: not-one, {root}")),
            "file system 'mkfs_image0': 'not-one' is no UUID",
        ),
        (mkfs("type: ext4, mount: {mount_point: ../etc}"), "mount point '../etc' is not an absolute path"),
        (mkfs("type: ext4, mount: {mount_point: /a/../..}"), "mount point '/a/../..' is not"),
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
}

#[test]
fn just_large_enough() {
    let usage = Usage { bytes: GIB, inodes: 40_000 };
    let none = DiskSpec::default();
    let whole = plan(&Layout::whole_disk(&RootDefaults::default()), &none, usage).unwrap();
    let mbr = plan(&parse(MBR), &none, usage).unwrap();
    let efi = plan(&parse(EFI), &none, usage).unwrap();
    assert!((GIB * 11 / 10..GIB * 14 / 10).contains(&whole.size), "{}", whole.size);
    assert_eq!(mbr.size, whole.size + MIB);
    assert_eq!(efi.size, whole.size + MIB + 558 * MIB + MIB);

    let extra = DiskSpec { extra_size: GIB, ..none.clone() };
    let larger = plan(&parse(MBR), &extra, usage).unwrap().size - mbr.size;
    assert!((GIB..GIB + 64 * MIB).contains(&larger), "{larger}");

    let fixed = plan(&parse(MBR), &sized(3 * GIB), usage).unwrap();
    assert_eq!(
        (fixed.size, fixed.file_systems[0].extent),
        (3 * GIB, Extent { start: MIB, length: 3 * GIB - MIB })
    );
    let error = plan(&parse(MBR), &sized(GIB), usage).unwrap_err().to_string();
    assert!(
        error.starts_with("file system 'mkfs_root' needs 1.1 GiB, and there are 1023 MiB for it"),
        "{error}"
    );
}

#[test]
fn every_partition_holds_its_own() {
    let usage = BTreeMap::from([
        (PathBuf::from("/"), Usage { bytes: GIB, inodes: 30_000 }),
        (PathBuf::from("/var"), Usage { bytes: 2 * GIB, inodes: 1000 }),
    ]);
    let plan = plan_disk(&parse(FOUR_TREE), &DiskSpec::default(), &usage, &Identity::new(b"test")).unwrap();
    let [root, var, log, swap] = plan.file_systems.as_slice() else { panic!("{plan:?}") };
    assert!(root.extent.length > GIB && var.extent.length > 2 * GIB);
    assert!(log.extent.length > MIB && swap.extent.length > MIB);
    let smaller = sized(plan.size - 16 * MIB);
    let layout = parse(FOUR_TREE);
    assert!(
        plan_disk(&layout, &smaller, &usage, &Identity::new(b"test")).is_ok(),
        "no reserve in a given size"
    );
}

#[test]
fn the_same_plan_the_same_bytes() {
    let usage = Usage { bytes: GIB, inodes: 40_000 };
    let one = plan(&parse(EFI), &DiskSpec::default(), usage).unwrap();
    assert_eq!(one, plan(&parse(EFI), &DiskSpec::default(), usage).unwrap());
    let vfat = &one.file_systems[0];
    assert_eq!(vfat.mkfs[0], "mkfs.vfat");
    assert_eq!(vfat.mkfs[1..4], ["-S", "512", "-i"]);
    assert_eq!(vfat.mkfs[5..], ["-n", "MKFS_ESP"]);
}
