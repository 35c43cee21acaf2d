//! Layouts of several partitions and file systems, judged by the tools of
//! others: `sfdisk` and `sgdisk` read the tables, each file system's own
//! program checks it, and the kernel reads what is on them.

use std::fs;
use std::path::Path;

use blankslate::plan::layout::{DiskPlan, FsKind};
use blankslate::sys::mount::Mount;
use blankslate::sys::process::Program;

use crate::Test;
use crate::bench::{Bench, blkid, output};

pub(crate) const TESTS: &[Test] = &[
    ("layouts::mbr_with_logical_partitions", mbr_with_logical_partitions),
    ("layouts::gpt_with_every_file_system", gpt_with_every_file_system),
    ("layouts::efi_and_bios", efi_and_bios),
    ("layouts::sectors_of_4096_bytes", sectors_of_4096_bytes),
    ("layouts::a_failure_in_the_middle_leaves_nothing", a_failure_in_the_middle_leaves_nothing),
];

const MBR: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: mbr
    partitions:
      - {name: boot, size: 64MiB, flags: [boot, primary], mkfs: {type: ext2, mount: {mount_point: /boot, fstab: {}}}}
      - {name: swap, size: 16MiB, type: '0x82', flags: [primary],
         mkfs: {type: swap, mount: {mount_point: none, fstab: {}}}}
      - {name: var, size: 60%, mkfs: {type: xfs, mount: {mount_point: /var, fstab: {}}}}
      - {name: log, size: 50%, mkfs: {type: ext3, mount: {mount_point: /var/log, fstab: {}}}}
      - {name: root, size: 100%, mkfs: {mount: {mount_point: /, fstab: {fsck-passno: 1}}}}
";

const GPT: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: gpt
    partitions:
      - {name: BSP, type: EF02, size: 8MiB}
      - {name: boot, size: 64MiB, mkfs: {type: vfat, mount: {mount_point: /boot, fstab: {}}}}
      - {name: swap, size: 16MiB, type: '8200', mkfs: {type: swap, mount: {mount_point: none, fstab: {}}}}
      - {name: var, size: 320MiB, mkfs: {type: xfs, opts: '-i size=1024', mount: {mount_point: /var, fstab: {}}}}
      - {name: log, size: 128MiB, mkfs: {type: btrfs, mount: {mount_point: /var/log, fstab: {options: compress}}}}
      - {name: root, size: 100%, mkfs: {type: ext4, mount: {mount_point: /, fstab: {fsck-passno: 1}}}}
";

const EFI: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: gpt
    partitions:
      - {name: ESP, type: EF00, size: 64MiB, mkfs: {type: vfat, mount: {mount_point: /boot/efi, fstab: {}}}}
      - {name: BSP, type: EF02, size: 8MiB}
      - {name: root, type: '8300', size: 100%, mkfs: {type: xfs, mount: {mount_point: /, fstab: {fsck-passno: 1}}}}
";

/// Checks every file system of a finished disk, and that the kernel reads
/// there what the tree holds.
pub(crate) fn judge(bench: &Bench, plan: &DiskPlan) {
    for (base, fs) in bench.layout.file_systems() {
        let device = bench.attach_all(&plan.extents(base), plan.block_size);
        assert_eq!(blkid(&device, "TYPE"), fs.kind.as_str(), "{}", fs.name);
        assert_eq!(blkid(&device, "LABEL"), fs.label, "{}", fs.name);
        let check = match fs.kind {
            FsKind::Ext2 | FsKind::Ext3 | FsKind::Ext4 => Program::new("e2fsck").args(["-f", "-n"]),
            FsKind::Xfs => Program::new("xfs_repair").arg("-n"),
            FsKind::Btrfs => Program::new("btrfs").args(["check", "--readonly"]),
            FsKind::Vfat => Program::new("fsck.vfat").arg("-n"),
            FsKind::Swap => Program::new("swaplabel"),
        };
        check.arg(device.path()).execute().unwrap();
        device.close().unwrap();
    }
    for (point, name, content) in [("/", "etc/hostname", "blankslate\n"), ("/var/log", "messages", "said\n")]
    {
        let mounts = bench.layout.mounts();
        let holder = mounts.iter().rev().find(|(at, _)| Path::new(point).starts_with(at)).unwrap();
        let within = Path::new(point).strip_prefix(holder.0).unwrap().join(name);
        let planned = plan.file_systems.iter().find(|planned| planned.name == holder.1.name).unwrap();
        let device = bench.attach_all(&planned.extents, plan.block_size);
        // A log that was not written out would have to be replayed.
        let kind = holder.1.kind.as_str();
        let mount = Mount::device_read_only(device.path(), &bench.mount_point, kind, "").unwrap();
        assert_eq!(fs::read_to_string(bench.mount_point.join(within)).unwrap(), content);
        mount.close().unwrap();
        device.close().unwrap();
    }
}

/// Panics unless a table is without fault, in the eyes of two programs for GPT.
fn judge_table(bench: &Bench, gpt: bool) {
    let verify = Program::new("sfdisk").arg("--verify").arg(bench.file());
    let said = output(verify);
    assert!(said.contains("No errors detected"), "{said}");
    if gpt {
        let said = output(Program::new("sgdisk").arg("-v").arg(bench.file()));
        assert!(said.contains("No problems found"), "{said}");
    }
}

fn mbr_with_logical_partitions() {
    let bench = Bench::new(MBR);
    let plan = bench.fill().close().unwrap();
    judge_table(&bench, false);
    let partx = Program::new("partx").args(["--raw", "--noheadings", "--output", "NR,TYPE,FLAGS"]);
    let partitions = output(partx.arg(bench.file()));
    assert_eq!(partitions, "1 0x83 0x80\n2 0x82 0x0\n3 0xf 0x0\n5 0x83 0x0\n6 0x83 0x0\n7 0x83 0x0\n");
    judge(&bench, &plan);
    bench.scratch.assert_nothing_left();
}

fn gpt_with_every_file_system() {
    let bench = Bench::new(GPT);
    let plan = bench.fill().close().unwrap();
    judge_table(&bench, true);
    judge(&bench, &plan);
    let fstab = "LABEL=cloudimg-rootfs / ext4 defaults 0 1\nLABEL=MKFS_BOOT /boot vfat defaults 0 2\n\
                 LABEL=mkfs_var /var xfs defaults 0 2\nLABEL=mkfs_log /var/log btrfs compress 0 2\n\
                 LABEL=mkfs_swap none swap sw 0 0\n";
    assert_eq!(bench.layout.fstab(), fstab);
    bench.scratch.assert_nothing_left();
}

fn efi_and_bios() {
    let bench = Bench::new(EFI);
    let plan = bench.fill().close().unwrap();
    judge_table(&bench, true);
    let kinds = output(Program::new("sgdisk").arg("-p").arg(bench.file()));
    let codes: Vec<_> = kinds.lines().rev().take(3).map(|line| line.split_whitespace().nth(5)).collect();
    assert_eq!(codes, [Some("8300"), Some("EF02"), Some("EF00")]);
    judge(&bench, &plan);
    bench.scratch.assert_nothing_left();
}

/// File systems made for sectors of 512 bytes do not mount on such a disk.
fn sectors_of_4096_bytes() {
    let bench = Bench::new(&GPT.replace("image0}", "image0, block_size: 4096}"));
    let plan = bench.fill().close().unwrap();
    assert_eq!(plan.block_size, 4096);
    judge(&bench, &plan);
    let disk = bench.attach_sectors(0, 0, 4096);
    let dump = output(Program::new("sfdisk").arg("--dump").arg(disk.path()));
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    let lines: Vec<_> = dump.lines().map(words).collect();
    assert!(lines.contains(&"sector-size: 4096".to_owned()), "{dump}");
    assert!(lines.iter().any(|line| line.contains(": start= 256, size= 2048, ")), "{dump}");
    disk.close().unwrap();
    bench.scratch.assert_nothing_left();
}

fn a_failure_in_the_middle_leaves_nothing() {
    let before = fs::read_dir("/dev").unwrap().count();
    for (fault, message) in [
        (GPT.replace("-i size=1024", "-i size=7"), "making the file system 'mkfs_var'"),
        (
            GPT.replace("type: btrfs", "type: btrfs, opts: '--no-such-option'"),
            "making the file system 'mkfs_log'",
        ),
    ] {
        let bench = Bench::new(&fault);
        let error = bench.recipe().fill(&bench.usage()).unwrap_err();
        assert_eq!(error.to_string(), message);
        bench.scratch.assert_nothing_left();
    }
    // One that comes after some file systems are mounted.
    let bench = Bench::new(GPT);
    let usage = bench.usage();
    fs::remove_dir_all(bench.tree.join("var")).unwrap();
    fs::write(bench.tree.join("var"), "no directory").unwrap();
    let error = bench.recipe().fill(&usage).unwrap_err();
    assert_eq!(error.to_string(), "filling the image");
    assert_eq!(fs::read_dir(&bench.mount_point).unwrap().count(), 0);
    bench.scratch.assert_nothing_left();
    assert!(fs::read_dir("/dev").unwrap().count() <= before + 1, "no partition's node stays in /dev");
}
