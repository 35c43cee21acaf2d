//! Disks made of trees: tables, file systems, sizes, growth.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use blankslate::assemble::Target;
use blankslate::plan::layout::{Layout, RootDefaults, Usage, UsageByMount};
use blankslate::sys::disk;
use blankslate::sys::loopdev::{LoopDevice, LoopOptions};
use blankslate::sys::mount::Mount;
use blankslate::sys::process::Program;
use nix::sys::statvfs::statvfs;

use crate::Test;
use crate::bench::{Bench, ONE_PARTITION, blkid, fsck, output};

pub(crate) const TESTS: &[Test] = &[
    ("image::one_bootable_partition", one_bootable_partition),
    ("image::the_build_host_does_not_show", the_build_host_does_not_show),
    ("image::several_file_systems", several_file_systems),
    ("image::no_partition_table", no_partition_table),
    ("image::an_estimate_that_was_too_small_is_mended", an_estimate_that_was_too_small_is_mended),
    ("image::a_given_size_that_is_too_small_is_an_error", a_given_size_that_is_too_small_is_an_error),
    (
        "image::a_file_system_that_cannot_be_made_leaves_nothing",
        a_file_system_that_cannot_be_made_leaves_nothing,
    ),
    ("image::the_planned_size_leaves_the_reserve", the_planned_size_leaves_the_reserve),
    ("image::what_was_deleted_takes_no_space", what_was_deleted_takes_no_space),
    ("image::a_made_image_grows", a_made_image_grows),
    ("image::a_block_device_of_the_host_is_the_disk", a_block_device_of_the_host_is_the_disk),
];

const MIB: u64 = 1 << 20;

const SEVERAL: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: gpt
    partitions:
      - {name: ESP, type: EF00, size: 34MiB, mkfs: {type: vfat, mount: {mount_point: /boot/efi, fstab: {}}}}
      - {name: swap, type: '8200', size: 8MiB, mkfs: {type: swap, mount: {mount_point: none, fstab: {}}}}
      - {name: var, size: 200MiB, mkfs: {type: ext4, mount: {mount_point: /var, fstab: {}}}}
      - {name: root, size: 100%, mkfs: {mount: {mount_point: /, fstab: {fsck-passno: 1}}}}
";

fn one_bootable_partition() {
    let bench = Bench::new(ONE_PARTITION);
    let filled = bench.fill();
    assert_eq!(fs::read_to_string(filled.image.root.join("etc/hostname")).unwrap(), "blankslate\n");
    assert!(filled.image.volumes[0].to_string_lossy().starts_with(&*filled.image.disk.to_string_lossy()));
    let plan = filled.close().unwrap();

    let partx = Program::new("partx").args([
        "--raw",
        "--noheadings",
        "--output",
        "NR,START,SECTORS,TYPE,FLAGS,SCHEME",
    ]);
    let sectors = plan.size / 512 - 2048;
    assert_eq!(output(partx.arg(bench.file())), format!("1 2048 {sectors} 0x83 0x80 dos\n"));

    let device = bench.attach(MIB, plan.size - MIB);
    assert_eq!(blkid(&device, "LABEL"), "cloudimg-rootfs");
    assert_eq!(blkid(&device, "UUID"), plan.file_systems[0].uuid);
    fsck(&device);
    let mount = Mount::device_read_only(device.path(), &bench.mount_point, "ext4", "").unwrap();
    let at = |name: &str| bench.mount_point.join(name);
    assert_eq!(fs::read_to_string(at("etc/fstab")).unwrap(), "LABEL=cloudimg-rootfs / ext4 defaults 0 1\n");
    assert_eq!(fs::metadata(at("etc/hostname")).unwrap().ino(), fs::metadata(at("etc/name")).unwrap().ino());
    assert_eq!(fs::read_link(at("etc/resolv.conf")).unwrap(), Path::new("/run/nowhere"));
    mount.close().unwrap();
    device.close().unwrap();
    bench.scratch.assert_nothing_left();
}

/// ext notes where it was mounted and when it was made, and what was copied
/// passes through its journal.
fn the_build_host_does_not_show() {
    let bench = Bench::new("");
    bench.fill().close().unwrap();
    let notes =
        output(Program::new("dumpe2fs").arg("-h").arg(bench.file()).env("TZ", "UTC").env("LC_ALL", "C"));
    let note = |name: &str| {
        let line =
            notes.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{notes}"));
        line.trim_start_matches(':').trim().to_owned()
    };
    assert_eq!((note("Last mounted on"), note("Mount count")), ("/".to_owned(), "0".to_owned()));
    for time in ["Filesystem created", "Last checked", "Last write time"] {
        assert_eq!(note(time), "Tue Nov 14 22:13:20 2023", "{time}");
    }
    let device = bench.attach(0, 0);
    fsck(&device);
    device.close().unwrap();
    let path = bench.scratch.path().to_string_lossy().into_owned();
    let disk = fs::read(bench.file()).unwrap();
    assert!(!disk.windows(path.len()).any(|window| window == path.as_bytes()), "{path} is in the image");
}

fn several_file_systems() {
    let bench = Bench::new(SEVERAL);
    let plan = bench.fill().close().unwrap();
    let extents: Vec<_> = plan.file_systems.iter().map(|fs| fs.extents[0]).collect();
    let [esp, swap, var, root] = extents.as_slice() else { panic!("{extents:?}") };

    let device = bench.attach(esp.start, esp.length);
    assert_eq!((blkid(&device, "TYPE").as_str(), blkid(&device, "LABEL").as_str()), ("vfat", "MKFS_ESP"));
    let copied = Program::new("mcopy").arg("-i").arg(device.path()).args(["::EFI/BOOT/BOOTX64.EFI", "-"]);
    assert_eq!(copied.output().unwrap().iter().filter(|byte| **byte == 0x5A).count(), 200_000);
    device.close().unwrap();

    let device = bench.attach(swap.start, swap.length);
    assert_eq!((blkid(&device, "TYPE").as_str(), blkid(&device, "LABEL").as_str()), ("swap", "mkfs_swap"));
    device.close().unwrap();

    let root = bench.attach(root.start, root.length);
    let var = bench.attach(var.start, var.length);
    fsck(&root);
    fsck(&var);
    let mounted_root = Mount::device_read_only(root.path(), &bench.mount_point, "ext4", "").unwrap();
    let at = |name: &str| bench.mount_point.join(name);
    assert_eq!(fs::read_dir(at("var")).unwrap().count(), 0, "what /var holds lies on its own file system");
    assert_eq!(fs::read_dir(at("boot/efi")).unwrap().count(), 0);
    assert_eq!(
        fs::read_to_string(at("etc/fstab")).unwrap(),
        "LABEL=cloudimg-rootfs / ext4 defaults 0 1\nLABEL=MKFS_ESP /boot/efi vfat defaults 0 2\n\
         LABEL=mkfs_var /var ext4 defaults 0 2\nLABEL=mkfs_swap none swap sw 0 0\n"
    );
    let mounted_var = Mount::device_read_only(var.path(), &at("var"), "ext4", "").unwrap();
    assert_eq!(fs::read_to_string(at("var/log/messages")).unwrap(), "said\n");
    assert_eq!(fs::metadata(at("var")).unwrap().permissions().mode() & 0o7777, 0o711);
    mounted_var.close().unwrap();
    mounted_root.close().unwrap();
    var.close().unwrap();
    root.close().unwrap();
    bench.scratch.assert_nothing_left();
}

fn no_partition_table() {
    let bench = Bench::new("");
    let plan = bench.fill().close().unwrap();
    assert_eq!(plan.table, None);
    let device = bench.attach(0, 0);
    assert_eq!(blkid(&device, "LABEL"), "cloudimg-rootfs");
    fsck(&device);
    device.close().unwrap();
    assert_eq!(fs::metadata(bench.file()).unwrap().len(), plan.size);
    let allocated = disk::allocated(bench.file()).unwrap();
    assert!(allocated < 32 * MIB, "an almost empty image takes {allocated} bytes");
}

fn an_estimate_that_was_too_small_is_mended() {
    let bench = Bench::new(ONE_PARTITION);
    fs::write(bench.tree.join("large"), vec![1; 150 << 20]).unwrap();
    let lie = UsageByMount::from([(PathBuf::from("/"), Usage { bytes: MIB, inodes: 10 })]);
    let filled = bench.recipe().fill(&lie).unwrap();
    assert_eq!(fs::metadata(filled.image.root.join("large")).unwrap().len(), 150 * MIB);
    let plan = filled.close().unwrap();
    let device = bench.attach(MIB, plan.size - MIB);
    fsck(&device);
    device.close().unwrap();
}

fn a_given_size_that_is_too_small_is_an_error() {
    let mut bench = Bench::new(ONE_PARTITION);
    fs::write(bench.tree.join("large"), vec![1; 80 << 20]).unwrap();
    bench.disk.image_size = Some(100 * MIB);
    let error = bench.recipe().fill(&bench.usage()).unwrap_err().to_string();
    assert!(error.starts_with("file system 'mkfs_root' needs "), "{error}");
    assert!(error.ends_with("raise its size or --image-size"), "{error}");

    fs::write(bench.tree.join("large"), vec![1; 90 << 20]).unwrap();
    let lie = UsageByMount::from([(PathBuf::from("/"), Usage { bytes: MIB, inodes: 10 })]);
    let error = bench.recipe().fill(&lie).unwrap_err();
    assert_eq!(error.to_string(), "the tree does not fit into the image size that was given; raise it");
    bench.scratch.assert_nothing_left();
}

fn a_file_system_that_cannot_be_made_leaves_nothing() {
    let root = RootDefaults {
        options: vec!["-O".to_owned(), "no_such_feature".to_owned()],
        ..RootDefaults::default()
    };
    let mut bench = Bench::new(ONE_PARTITION);
    bench.layout = Layout::parse(ONE_PARTITION, &root).unwrap();
    let error = bench.recipe().fill(&bench.usage()).unwrap_err();
    assert_eq!(error.to_string(), "making the file system 'mkfs_root'");
    assert!(format!("{error:#}").contains("no_such_feature"), "{error:#}");
    bench.scratch.assert_nothing_left();
}

/// What the size planner promises, against what mke2fs makes of it.
fn the_planned_size_leaves_the_reserve() {
    let mut bench = Bench::new("");
    fs::remove_dir_all(&bench.tree).unwrap();
    fs::create_dir(&bench.tree).unwrap();
    let table = [
        (10, 100, None),
        (120, 3000, None),
        (700, 40_000, None),
        (2500, 20_000, None),
        (700, 40_000, Some(1 << 50)),
    ];
    for (mib, inodes, growth) in table {
        bench.disk.max_online_resize = growth;
        let usage = UsageByMount::from([(PathBuf::from("/"), Usage { bytes: mib * MIB, inodes })]);
        let filled = bench.recipe().fill(&usage).unwrap();
        let facts = statvfs(&filled.image.root).unwrap();
        let free = facts.blocks_free() * facts.fragment_size();
        let reserve = (mib * MIB / 10).max(64 * MIB);
        assert!(free >= mib * MIB + reserve, "{mib} MiB: {free} free");
        let waste = free - mib * MIB - reserve;
        assert!(growth.is_some() || waste < 8 * MIB + mib * MIB / 64, "{mib} MiB: {waste} more than needed");
        assert!(facts.files_free() >= inodes, "{mib} MiB: {} inodes", facts.files_free());
        filled.close().unwrap();
    }
}

fn what_was_deleted_takes_no_space() {
    let bench = Bench::new(ONE_PARTITION);
    fs::write(bench.tree.join("large"), vec![1; 100 << 20]).unwrap();
    let filled = bench.fill();
    disk::sync_filesystem(&filled.image.root).unwrap();
    let before = disk::allocated(bench.file()).unwrap();
    fs::remove_file(filled.image.root.join("large")).unwrap();
    filled.close().unwrap();
    let after = disk::allocated(bench.file()).unwrap();
    assert!(after + 90 * MIB < before, "{before} bytes before, {after} after");
}

/// Growing a mounted file system needs CAP_SYS_RESOURCE, which containers
/// lack; the boot test shows that. What mke2fs prepared is the same for both.
fn a_made_image_grows() {
    let bench = Bench::new("");
    bench.fill().close().unwrap();
    disk::resize(bench.file(), 1 << 40).unwrap();
    let device = bench.attach(0, 0);
    // resize2fs wants a check that is later than the last mount.
    Program::new("e2fsck").args(["-f", "-p"]).arg(device.path()).execute().unwrap();
    Program::new("resize2fs").arg(device.path()).execute().unwrap();
    fsck(&device);
    let mount = Mount::device_read_only(device.path(), &bench.mount_point, "ext4", "").unwrap();
    let facts = statvfs(&bench.mount_point).unwrap();
    let size = facts.blocks() * facts.fragment_size();
    assert!(size > 1000 << 30, "{size}");
    assert_eq!(facts.files(), 1024 * 8 * 8192, "an inode for every 16 KiB");
    assert_eq!(fs::read_to_string(bench.mount_point.join("etc/hostname")).unwrap(), "blankslate\n");
    mount.close().unwrap();
    device.close().unwrap();
}

fn a_block_device_of_the_host_is_the_disk() {
    let mut bench = Bench::new(ONE_PARTITION);
    let backing = bench.scratch.join("backing");
    drop(disk::create_sparse(&backing, 300 * MIB).unwrap());
    let host = LoopDevice::attach(&backing, LoopOptions::default()).unwrap();
    bench.target = Target::Device(host.path().to_owned(), 300 * MIB);
    let plan = bench.fill().close().unwrap();
    assert_eq!(plan.size, 300 * MIB);
    let device = bench.attach(MIB, 299 * MIB);
    assert_eq!(blkid(&device, "LABEL"), "cloudimg-rootfs");
    fsck(&device);
    device.close().unwrap();
    host.close().unwrap();
}
