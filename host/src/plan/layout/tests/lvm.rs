//! Volume groups.

use super::impossible::refusal;
use super::*;

/// Two groups, one of which spans two partitions.
const GROUPS: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: gpt
    partitions:
      - {name: boot, size: 256MiB, mkfs: {type: ext4, mount: {mount_point: /boot}}}
      - {name: one, size: 1GiB}
      - {name: two, size: 512MiB}
      - {name: three, size: 100%}
- lvm:
    base: [one]
    pvs:
      - {name: pv_one, base: one, options: [--force]}
      - {name: pv_two, base: two}
      - {name: pv_three, base: three}
    vgs:
      - {name: system, base: [pv_three], options: [-y, -s, 8m]}
      - {name: data, base: [pv_one, pv_two]}
    lvs:
      - {name: lv_root, base: system, extents: 60%VG}
      - {name: lv_data, base: data, size: 1200MiB}
      - {name: lv_swap, base: data, extents: '10'}
      - {name: lv_var, base: system, extents: 100%FREE}
      - {name: lv_rest, base: data, extents: 50%FREE}
- mkfs: {name: mkfs_root, base: lv_root, mount: {mount_point: /}}
- mkfs: {base: lv_data, type: ext4, label: data, mount: {mount_point: /srv, fstab: {}}}
- mkfs: {base: lv_swap, type: swap, mount: {mount_point: none, fstab: {}}}
- mkfs: {base: lv_var, type: ext4, mount: {mount_point: /var}}
";

fn with_group(pvs: &str, vgs: &str, lvs: &str) -> String {
    table("gpt", &["pv 400MiB", "other 100MiB", "root 100%"])
        + &format!("- lvm: {{pvs: [{pvs}], vgs: [{vgs}], lvs: [{lvs}]}}\n")
}

const PV: &str = "{name: p, base: pv}";
const VG: &str = "{name: g, base: [p]}";

#[test]
fn groups_volumes_and_their_file_systems() {
    let layout = parse(GROUPS);
    layout.check(&DiskSpec::default()).unwrap();
    let groups: Vec<_> =
        layout.volume_groups.iter().map(|group| (&*group.name, group.extent_size / MIB)).collect();
    assert_eq!(groups, [("system", 8), ("data", 4)]);
    let volumes: Vec<_> = layout.volumes().map(|(_, volume)| &*volume.name).collect();
    assert_eq!(volumes, ["lv_root", "lv_var", "lv_data", "lv_swap", "lv_rest"]);
    let bases: Vec<_> = layout.file_systems().into_iter().map(|(base, fs)| (base, &*fs.name)).collect();
    let expected = [
        (Base::Partition(0), "mkfs_boot"),
        (Base::Volume(0), "mkfs_root"),
        (Base::Volume(1), "mkfs_lv_var"),
        (Base::Volume(2), "mkfs_lv_data"),
        (Base::Volume(3), "mkfs_lv_swap"),
    ];
    assert_eq!(bases, expected);
    assert_eq!(layout.fstab(), "LABEL=data /srv ext4 defaults 0 2\nLABEL=mkfs_lv_swap none swap sw 0 0\n");
    let json = serde_json::to_string(&layout).unwrap();
    assert_eq!(serde_json::from_str::<Layout>(&json).unwrap(), layout);
}

#[test]
fn a_group_in_a_partition_is_a_group_beside_it() {
    let lvm = |indent: &str| {
        [
            "lvm:",
            "  pvs: [{name: p, base: root}]",
            "  vgs: [{name: g, base: [p]}]",
            "  lvs: [{name: v, base: g, extents: 100%VG}]",
        ]
        .map(|line| format!("{indent}{line}\n"))
        .concat()
    };
    let disk = "- local_loop: {name: image0}\n- partitioning:\n    base: image0\n    label: gpt\n    \
                partitions:\n      - name: root\n        size: 100%\n";
    let mkfs = "- mkfs: {base: v, type: ext4, mount: {mount_point: /}}\n";
    let nested = format!("{disk}{}{mkfs}", lvm("        "));
    let beside = format!("{disk}- {}{mkfs}", lvm("  ").trim_start());
    assert_eq!(parse(&nested), parse(&beside));
}

#[test]
fn volumes_in_bytes_of_the_disk() {
    let plan = plan(&parse(GROUPS), &sized(4 * GIB), Usage::default()).unwrap();
    let [system, data] = plan.groups.as_slice() else { panic!("{plan:?}") };
    let extents: Vec<_> = system.physical.iter().chain(&data.physical).map(|volume| volume.extents).collect();
    // 4096 - 1 - 256 - 1024 - 512 MiB, and one for the backup of the table.
    assert_eq!(extents, [(2302 - 1) / 8, 255, 127]);
    let runs = |group: &PlacedGroup| -> Vec<Vec<_>> {
        let triple = |run: &Run| (run.physical, run.first, run.count);
        group.volumes.iter().map(|volume| volume.runs.iter().map(triple).collect()).collect()
    };
    assert_eq!(runs(system), [vec![(0, 0, 172)], vec![(0, 172, 115)]]);
    // 300 extents fit on neither; ten fit behind them, and half of the rest.
    assert_eq!(runs(data), [vec![(0, 0, 255), (1, 0, 45)], vec![(1, 45, 10)], vec![(1, 55, 36)]]);
    let one = data.physical[0].extent.start;
    let two = data.physical[1].extent.start;
    let bytes = [
        Extent { start: one + MIB, length: 255 * 4 * MIB },
        Extent { start: two + MIB, length: 45 * 4 * MIB },
    ];
    assert_eq!(data.volumes[0].bytes, bytes);
    let fs = plan.file_systems.iter().find(|fs| fs.name == "mkfs_lv_data").unwrap();
    assert_eq!((fs.extents.as_slice(), fs.size()), (&bytes[..], 1200 * MIB));
}

#[test]
fn the_disk_grows_with_what_a_share_must_hold() {
    let small = plan(&parse(GROUPS), &DiskSpec::default(), Usage { bytes: 100 * MIB, inodes: 100 }).unwrap();
    let large = plan(&parse(GROUPS), &DiskSpec::default(), Usage { bytes: GIB, inodes: 100 }).unwrap();
    let root = |plan: &DiskPlan| plan.file_systems[1].size();
    assert!((GIB * 11 / 10..GIB * 13 / 10).contains(&root(&large)), "{}", root(&large));
    let grown = large.size - small.size;
    // The root has 60 per cent of its group.
    assert!((GIB * 3 / 2..GIB * 19 / 10).contains(&grown), "{grown}");
}

#[test]
fn groups_that_cannot_be() {
    let lv = |rest: &str| with_group(PV, VG, &format!("{{name: v, base: g, {rest}}}"));
    let cases = [
        (
            with_group("{name: p, base: nowhere}", VG, ""),
            "pvs 'p' stands on 'nowhere', and there is no such partition",
        ),
        (with_group("{name: p, base: root}", VG, ""), "'root' carries two of contents: 'mkfs_root' and 'p'"),
        (
            with_group("{name: p, base: pv}, {name: q, base: pv}", VG, ""),
            "'p' carries two of partitions of physical volumes",
        ),
        (with_group(PV, "", ""), "physical volume 'p' belongs to no volume group"),
        (with_group(PV, "{name: g, base: []}", ""), "vgs 'g' has no 'base'"),
        (with_group(PV, "{name: g, base: [q]}", ""), "vgs 'g' stands on 'q', and there is no such pvs"),
        (
            with_group(PV, "{name: g, base: [p]}, {name: h, base: [p]}", ""),
            "'p' carries two of volume groups: 'g' and 'h'",
        ),
        (
            with_group(PV, VG, "{name: v, base: h, size: 1GiB}"),
            "lvs 'v' stands on 'h', and there is no such vgs",
        ),
        (with_group(PV, "{name: pv, base: [p]}", ""), "the name 'pv' is used by two"),
        (with_group(PV, "{name: 'a b', base: [p]}", ""), "vgs 'a b': LVM's names have letters"),
        (with_group(PV, VG, "{name: -v, base: g, size: 8MiB}"), "lvs '-v': LVM's names"),
        (
            with_group("{name: p, base: pv, options: [--metadatasize, 4m]}", VG, ""),
            "pvs 'p': option '--metadatasize' is not understood (known: --force,",
        ),
        (
            with_group(PV, "{name: g, base: [p], options: [-s, 3m]}", ""),
            "volume group 'g': an extent of '3m'",
        ),
        (with_group(PV, "{name: g, base: [p], options: [-s]}", ""), "volume group 'g': an extent of ''"),
        (lv("size: 2MiB"), "logical volume 'v' is smaller than an extent, which is 4 MiB"),
        (lv("extents: 20%SG"), "logical volume 'v': '20%SG' is no number of extents"),
        (lv("extents: 0%VG"), "logical volume 'v': '0%VG' is no number of extents"),
        (lv("options: [-m1], size: 8MiB"), "lvs 'v': option '-m1' is not understood"),
        (lv("thin-pool: t, size: 8MiB"), "logical volume 'v' is thin: only a running kernel"),
        (lv("type: raid1, size: 8MiB"), "logical volume 'v': unknown type 'raid1'"),
        (lv("type: linear"), "lvs 'v' has no 'size'"),
        (
            lv("size: 1GiB"),
            "no room for logical volume 'v': it wants 1 GiB, and 396 MiB of volume group 'g' remain",
        ),
        (lv("extents: 100%VG"), ""),
    ];
    for (yaml, message) in cases {
        match message {
            "" => parse(&yaml).check(&DiskSpec::default()).unwrap(),
            _ => {
                let error = refusal(&yaml, &DiskSpec::default());
                assert!(error.contains(message), "{yaml}\n{error}");
            }
        }
    }
}
