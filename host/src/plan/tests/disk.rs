//! Layout, programs of the host, and the plan as a whole.

use super::support::{Made, OS, library, outcome, spec};
use crate::plan::layout::DiskContent;
use crate::spec::{Arch, DiskSpec, Format, ImageSpec};

const GPT: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: gpt
    partitions:
      - {name: root, size: 100%, mkfs: {mount: {mount_point: /}}}
";

const TWO_ROOTS: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: mbr
    partitions:
      - {name: root, size: 60%, mkfs: {mount: {mount_point: /}}}
      - {name: esp, size: 4GiB, type: '0xef', mkfs: {type: vfat, mount: {mount_point: /boot/efi}}}
";

const MANIFEST: &str = "name = \"tooled\"\nversion = \"1\"\napi = \"0.1\"\n[capabilities]\n\
    host-programs = [{ program = \"mmdebstrap\", alternative = \"debootstrap\" }, { program = \"xz\", package = \"xz-utils\" }]\n";

/// May install a boot loader.
const LOADER: &str = "name = \"loader\"\nversion = \"1\"\napi = \"0.1\"\n[[hooks]]\nphase = \"finalise\"\n\
    order = 50\nname = \"load\"\n[capabilities]\nblock-device = true\n";

/// Wants to know the disk, and has no hook in which a boot loader is installed.
const ASKS: &str = "name = \"asks\"\nversion = \"1\"\napi = \"0.1\"\n[[hooks]]\nphase = \"install\"\n\
    order = 50\nname = \"ask\"\n[capabilities]\nblock-device = true\n";

const ELEMENTS: &[Made<'_>] = &[
    OS,
    ("gpt", &[("block-device-default.yaml", GPT), ("block-device-arm64.yaml", TWO_ROOTS)]),
    ("mbr", &[("block-device-default.yaml", TWO_ROOTS)]),
    ("broken", &[("block-device-default.yaml", "- local_loop: {name: image0}\n")]),
    ("shell", &[("install.d/10-x", "#!/bin/bash\n")]),
    ("tooled", &[("element.toml", MANIFEST), ("tooled.wasm", "")]),
    ("loader", &[("element.toml", LOADER), ("loader.wasm", "")]),
    ("asks", &[("element.toml", ASKS), ("asks.wasm", "")]),
];

fn kind(spec: ImageSpec) -> String {
    match outcome(spec, &library(ELEMENTS)).unwrap().layout.content {
        DiskContent::FileSystem(_) => "whole disk".to_owned(),
        DiskContent::Partitions(table) => format!("{:?} {}", table.label, table.partitions.len()),
    }
}

#[test]
fn the_callers_layout_wins_over_the_first_elements() {
    let arm = |asked| ImageSpec { arch: Arch::Arm64, ..spec(asked) };
    let own = |asked| ImageSpec { block_device: Some(TWO_ROOTS.to_owned()), ..spec(asked) };
    let table = [
        (spec("os"), "whole disk"),
        (spec("os gpt"), "Gpt 1"),
        (spec("os mbr gpt"), "Mbr 2"),
        (spec("os gpt mbr"), "Gpt 1"),
        (arm("os gpt"), "Mbr 2"),
        (own("os gpt"), "Mbr 2"),
        (own("os"), "Mbr 2"),
    ];
    for (spec, expected) in table {
        let shown = format!("{:?} {}", spec.elements, spec.arch);
        assert_eq!(kind(spec), expected, "{shown}");
    }
}

#[test]
fn the_caller_decides_on_the_size_of_sectors() {
    let sectors = |given: &str| {
        let environment = [("DIB_BLOCK_SIZE".to_owned(), given.to_owned())].into();
        let planned = outcome(ImageSpec { environment, ..spec("os gpt") }, &library(ELEMENTS));
        planned.map(|plan| plan.layout.block_size)
    };
    assert_eq!((sectors(""), sectors("4096")), (Ok(512), Ok(4096)));
    let refusal = "DIB_BLOCK_SIZE: disk 'image0': a block_size of 1024 (known: 512, 4096)";
    assert_eq!(sectors("1024"), Err(refusal.to_owned()));
}

#[test]
fn an_impossible_disk_is_reported_with_where_it_comes_from() {
    let sized = |size| DiskSpec { image_size: Some(size), ..DiskSpec::default() };
    let table = [
        (
            spec("os broken"),
            "broken/block-device-default.yaml (built in): disk 'image0' holds nothing: give it a partitioning or a mkfs",
        ),
        (
            ImageSpec { disk: sized(1 << 30), ..spec("os mbr") },
            "mbr/block-device-default.yaml (built in): no room for partition 'esp': it wants 4 GiB, and ",
        ),
        (
            ImageSpec {
                disk: DiskSpec { root_file_system: Some("zfs".to_owned()), ..DiskSpec::default() },
                ..spec("os")
            },
            "the disk: mkfs_root: unknown file system 'zfs' (known: ",
        ),
        (
            ImageSpec {
                disk: DiskSpec {
                    root_label: Some("a-label-that-is-too-long".to_owned()),
                    ..DiskSpec::default()
                },
                ..spec("os")
            },
            "the disk: file system 'mkfs_root': label 'a-label-that-is-too-long' has 24 characters, ext4 takes 16",
        ),
    ];
    for (spec, message) in table {
        let found = outcome(spec, &library(ELEMENTS)).unwrap_err();
        assert!(found.starts_with(message), "{found}");
    }
}

#[test]
fn a_disk_with_a_boot_loader_can_be_started() {
    let refused = "gpt/block-device-default.yaml (built in): no firmware of amd64 can start the disk 'image0': it \
                   has neither an EFI system partition (EF00) nor a BIOS boot partition (EF02)\n\
                   change the layout, or take that of one of block-device-mbr, block-device-gpt and \
                   block-device-efi";
    let whole = "the disk: no firmware of amd64 can start the disk 'image0': it has no partition table\n\
                 change the layout, or take that of one of block-device-mbr, block-device-gpt and \
                 block-device-efi";
    let table = [
        ("os gpt loader", Some(refused)),
        ("os loader", Some(whole)),
        ("os mbr loader", None),
        ("os gpt asks", None),
        ("os asks", None),
        ("os gpt", None),
    ];
    for (elements, message) in table {
        let found = outcome(spec(elements), &library(ELEMENTS)).err();
        assert_eq!(found.as_deref(), message, "{elements}");
    }
}

#[test]
fn programs_are_named_once_with_their_package() {
    let formats = vec![Format::Qcow2, Format::Vmdk, Format::Tar, Format::Raw, Format::Squashfs];
    let spec = ImageSpec { formats, ..spec("os shell tooled mbr") };
    let plan = outcome(spec, &library(ELEMENTS)).unwrap();
    let tools: Vec<String> = plan
        .tools
        .iter()
        .map(|tool| {
            let instead = tool.alternative.as_deref().unwrap_or("-");
            format!("{} {instead} {} {}", tool.program, tool.package, tool.wanted_by)
        })
        .collect();
    assert_eq!(
        tools,
        [
            "bash - bash shell",
            "mmdebstrap debootstrap mmdebstrap tooled",
            "xz - xz-utils tooled",
            "mke2fs - e2fsprogs assemble",
            "mkfs.vfat - dosfstools assemble",
            "mcopy - mtools assemble",
            "qemu-img - qemu-utils export",
            "tar - tar export",
            "mksquashfs - squashfs-tools export",
        ]
    );
}
