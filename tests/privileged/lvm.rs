//! Volume groups, judged by LVM's own programs. They read groups without the
//! kernel's device mapper; only activating volumes needs it.

use std::fs;
use std::path::Path;

use blankslate::sys::process::Program;

use crate::Test;
use crate::bench::{Bench, output};
use crate::layouts::judge;

pub(crate) const TESTS: &[Test] = &[
    ("lvm::lvm_reads_the_groups", lvm_reads_the_groups),
    ("lvm::lvm_changes_a_group", lvm_changes_a_group),
    ("lvm::the_same_plan_the_same_group", the_same_plan_the_same_group),
    ("lvm::a_volume_that_cannot_be_made_leaves_nothing", a_volume_that_cannot_be_made_leaves_nothing),
];

const GROUPS: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: gpt
    partitions:
      - {name: boot, size: 64MiB, mkfs: {type: ext4, mount: {mount_point: /boot, fstab: {}}}}
      - {name: one, type: 8E00, size: 400MiB}
      - {name: two, type: 8E00, size: 300MiB}
      - {name: three, type: 8E00, size: 100%}
- lvm:
    name: lvm
    pvs:
      - {name: pv_one, base: one}
      - {name: pv_two, base: two}
      - {name: pv_three, base: three}
    vgs:
      - {name: system, base: [pv_three], options: [-s, 8m]}
      - {name: data, base: [pv_one, pv_two]}
    lvs:
      - {name: lv_root, base: system, extents: 80%VG}
      - {name: lv_swap, base: system, extents: '2'}
      - {name: lv_var, base: data, size: 500MiB}
      - {name: lv_log, base: data, extents: 100%FREE}
- mkfs: {name: mkfs_root, base: lv_root, mount: {mount_point: /, fstab: {fsck-passno: 1}}}
- mkfs: {base: lv_swap, type: swap, mount: {mount_point: none, fstab: {}}}
- mkfs: {base: lv_var, type: xfs, mount: {mount_point: /var, fstab: {}}}
- mkfs: {base: lv_log, type: ext4, mount: {mount_point: /var/log, fstab: {}}}
";

/// Runs one of LVM's programs on the disk's physical volumes.
fn lvm(bench: &Bench, plan: &blankslate::plan::layout::DiskPlan, args: &[&str]) -> String {
    let volumes = plan.groups.iter().flat_map(|group| &group.physical);
    let devices: Vec<_> =
        volumes.map(|volume| bench.attach(volume.extent.start, volume.extent.length)).collect();
    let names: Vec<_> = devices.iter().map(|device| device.path().display().to_string()).collect();
    // Nothing of the machine's own LVM takes part: no other device, no files.
    let config = format!(
        "devices {{ use_devicesfile = 0 dir = \"/dev\" scan = [\"/dev\"] filter = [{}, \"r|.*|\"] }} \
         backup {{ backup = 0 archive = 0 }} global {{ locking_type = 1 event_activation = 0 }} \
         activation {{ udev_sync = 0 udev_rules = 0 }}",
        names.iter().map(|name| format!("\"a|^{name}$|\"")).collect::<Vec<_>>().join(", ")
    );
    let program = Program::new("lvm").args(args).args(["--config", &config]).env("LC_ALL", "C");
    let mapper = Path::new("/dev/mapper");
    let was_there = mapper.exists();
    let said = output(program.env("DM_DISABLE_UDEV", "1"));
    if !was_there && mapper.exists() {
        // LVM makes a node for the device mapper, even where there is none.
        fs::remove_dir_all(mapper).unwrap();
    }
    devices.into_iter().for_each(|device| device.close().unwrap());
    said.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

fn lvm_reads_the_groups() {
    let bench = Bench::new(GROUPS);
    let filled = bench.fill();
    let nodes: Vec<_> = filled.image.nodes().collect();
    assert_eq!(nodes.len(), 1 + 4 + 4);
    let variables = filled.image.variables();
    assert!(variables["IMAGE_BLOCK_DEVICES"].contains(" [lv_var]=/dev/loop"), "{variables:?}");
    let plan = filled.close().unwrap();
    judge(&bench, &plan);

    let report = ["--noheadings", "--separator", ",", "--units", "m"];
    let ask = |program: &str, fields: &str| {
        lvm(&bench, &plan, &[&[program][..], &report, &["-o", fields, "-O", fields]].concat())
    };
    let root = plan.groups[0].physical[0].extents;
    let fifth = root * 4 / 5;
    assert_eq!(ask("vgs", "vg_name,pv_count,lv_count,vg_extent_size"), "data,2,2,4.00m\nsystem,1,2,8.00m");
    let attributes = format!("data,a--,74\ndata,a--,99\nsystem,a--,{root}");
    assert_eq!(ask("pvs", "vg_name,pv_attr,pv_pe_count"), attributes);
    let segments = format!(
        "lv_log,linear,192.00m,1\nlv_root,linear,{}.00m,1\nlv_swap,linear,16.00m,1\nlv_var,linear,500.00m,2",
        fifth * 8
    );
    let volumes = ask("lvs", "lv_name,segtype,lv_size,seg_count");
    let mut lines: Vec<_> = volumes.lines().collect();
    lines.dedup();
    assert_eq!(lines.join("\n"), segments);
    assert_eq!(lvm(&bench, &plan, &["vgck"]), "");
    bench.scratch.assert_nothing_left();
}

/// A machine that boots the image can grow its group: LVM writes what we wrote anew.
fn lvm_changes_a_group() {
    let bench = Bench::new(GROUPS);
    let plan = bench.fill().close().unwrap();
    let renamed = lvm(&bench, &plan, &["vgchange", "--addtag", "grown", "system"]);
    assert!(renamed.contains("Volume group \"system\" successfully changed"), "{renamed}");
    let tags =
        lvm(&bench, &plan, &["vgs", "--noheadings", "--separator", ",", "-o", "vg_name,vg_tags,vg_seqno"]);
    assert_eq!(tags, "data,,1\nsystem,grown,2");
    judge(&bench, &plan);
}

fn the_same_plan_the_same_group() {
    let heads = [(); 2].map(|()| {
        let bench = Bench::new(GROUPS);
        let plan = bench.fill().close().unwrap();
        let start = plan.groups[1].physical[1].extent.start as usize;
        fs::read(bench.file()).unwrap()[start..start + (1 << 20)].to_vec()
    });
    assert!(heads[0] == heads[1], "labels and descriptions differ");
    assert!(heads[0][512..].starts_with(b"LABELONE"));
}

fn a_volume_that_cannot_be_made_leaves_nothing() {
    let bench =
        Bench::new(&GROUPS.replace("base: lv_var, type: xfs", "base: lv_var, type: xfs, opts: '-i size=7'"));
    let error = bench.recipe().fill(&bench.usage()).unwrap_err();
    assert_eq!(error.to_string(), "making the file system 'mkfs_lv_var'");
    let names: Vec<_> =
        fs::read_dir(bench.scratch.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().starts_with("runs-")), "{names:?}");
    bench.scratch.assert_nothing_left();
}
