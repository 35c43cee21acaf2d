//! Places and sizes.

use super::*;

/// `number start end` in sectors, as partx prints them.
fn sectors(layout: &Layout, size: u64) -> Vec<(u32, u64, u64)> {
    let plan = plan(layout, &sized(size), Usage::default()).unwrap();
    let table = plan.table.unwrap();
    let mut all: Vec<_> = table.partitions.into_iter().chain(table.extended).collect();
    all.sort_by_key(|part| part.number);
    all.into_iter().map(|part| (part.number, part.extent.start / 512, part.extent.end() / 512 - 1)).collect()
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
        (fixed.size, fixed.file_systems[0].extents[0]),
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
    assert!(root.size() > GIB && var.size() > 2 * GIB);
    assert!(log.size() > MIB && swap.size() > MIB);
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
