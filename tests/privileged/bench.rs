//! A small tree, and a disk made of it.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use blankslate::assemble::{FilledImage, Recipe, Target, measure};
use blankslate::plan::layout::{Extent, Identity, Layout, RootDefaults, UsageByMount};
use blankslate::spec::{Arch, DiskSpec};
use blankslate::sys::copy::copy_range;
use blankslate::sys::disk::create_sparse;
use blankslate::sys::loopdev::{LoopDevice, LoopOptions};
use blankslate::sys::process::Program;

use crate::tooling::Scratch;

/// When the file systems are made: 2023-11-14 22:13:20.
const SOURCE_DATE: u64 = 1_700_000_000;

/// A disk with one partition.
pub(crate) const ONE_PARTITION: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: mbr
    partitions:
      - name: root
        flags: [boot, primary]
        size: 100%
        mkfs: {mount: {mount_point: /, fstab: {options: defaults, fsck-passno: 1}}}
";

/// A tree in a scratch directory, and what an image is made with.
pub(crate) struct Bench {
    pub(crate) scratch: Scratch,
    pub(crate) tree: PathBuf,
    pub(crate) mount_point: PathBuf,
    pub(crate) target: Target,
    pub(crate) layout: Layout,
    pub(crate) disk: DiskSpec,
    pub(crate) identity: Identity,
}

impl Bench {
    pub(crate) fn new(layout: &str) -> Bench {
        let scratch = Scratch::new();
        let tree = scratch.make_dir("tree");
        for name in ["etc", "boot/efi/EFI/BOOT", "var/log"] {
            fs::create_dir_all(tree.join(name)).unwrap();
        }
        fs::write(tree.join("etc/hostname"), "blankslate\n").unwrap();
        fs::hard_link(tree.join("etc/hostname"), tree.join("etc/name")).unwrap();
        std::os::unix::fs::symlink("/run/nowhere", tree.join("etc/resolv.conf")).unwrap();
        fs::set_permissions(tree.join("var"), fs::Permissions::from_mode(0o711)).unwrap();
        fs::write(tree.join("var/log/messages"), "said\n").unwrap();
        fs::write(tree.join("boot/efi/EFI/BOOT/BOOTX64.EFI"), vec![0x5A; 200_000]).unwrap();
        let (mount_point, target) = (scratch.make_dir("mnt"), Target::File(scratch.join("disk.raw")));
        let layout = match layout {
            "" => Layout::whole_disk(&RootDefaults::default()),
            yaml => Layout::parse(yaml, &RootDefaults::default()).unwrap(),
        };
        let (disk, identity) = (DiskSpec::default(), Identity::new(b"test"));
        Bench { scratch, tree, mount_point, target, layout, disk, identity }
    }

    pub(crate) fn recipe(&self) -> Recipe<'_> {
        Recipe {
            tree: &self.tree,
            mount_point: &self.mount_point,
            scratch: self.scratch.path(),
            target: &self.target,
            layout: &self.layout,
            disk: &self.disk,
            identity: &self.identity,
            arch: Arch::Amd64,
            source_date: Some(SOURCE_DATE),
            threads: 2,
            progress: &|_, _| {},
        }
    }

    pub(crate) fn usage(&self) -> UsageByMount {
        measure(&self.tree, &self.layout).unwrap()
    }

    pub(crate) fn fill(&self) -> FilledImage {
        self.recipe().fill(&self.usage()).unwrap()
    }

    pub(crate) fn file(&self) -> &Path {
        self.target.path()
    }

    /// Attaches `length` bytes of the disk; 0 for all.
    pub(crate) fn attach(&self, offset: u64, length: u64) -> LoopDevice {
        self.attach_sectors(offset, length, 0)
    }

    /// The same with another size of sectors.
    pub(crate) fn attach_sectors(&self, offset: u64, length: u64, block_size: u32) -> LoopDevice {
        let options = LoopOptions { offset, size_limit: length, block_size, ..LoopOptions::default() };
        LoopDevice::attach(self.file(), options).unwrap()
    }

    /// Attaches runs of the disk's bytes as one device: where there are
    /// several, that is a copy of them.
    pub(crate) fn attach_all(&self, extents: &[Extent], block_size: u32) -> LoopDevice {
        if let [extent] = extents {
            return self.attach_sectors(extent.start, extent.length, block_size);
        }
        let disk = File::open(self.file()).unwrap();
        let path = self.scratch.join("copy");
        let _ = fs::remove_file(&path);
        let copy = create_sparse(&path, extents.iter().map(|extent| extent.length).sum()).unwrap();
        let mut at = 0;
        for extent in extents {
            copy_range(&disk, extent.start, &copy, at, extent.length).unwrap();
            at += extent.length;
        }
        LoopDevice::attach(&path, LoopOptions { block_size, ..LoopOptions::default() }).unwrap()
    }
}

pub(crate) fn output(program: Program) -> String {
    String::from_utf8(program.output().unwrap()).unwrap()
}

pub(crate) fn blkid(device: &LoopDevice, tag: &str) -> String {
    let blkid = Program::new("blkid").args(["--probe", "--output", "value", "--match-tag", tag]);
    output(blkid.arg(device.path())).trim().to_owned()
}

/// Panics unless a file system is without fault.
pub(crate) fn fsck(device: &LoopDevice) {
    Program::new("e2fsck").args(["-f", "-n"]).arg(device.path()).execute().unwrap();
}
