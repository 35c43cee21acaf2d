//! Disks that no firmware can start.

use super::*;
use crate::spec::Arch;

const ESP: &str = "- mkfs: {base: esp, type: vfat, mount: {mount_point: /boot/efi}}\n";

fn check(yaml: &str, disk: &DiskSpec, arch: Arch) -> Result<(), String> {
    parse(yaml).check_boot(disk, arch).map_err(|error| error.to_string())
}

#[test]
fn what_some_machine_can_start() {
    let esp = |label: &str, kind: &str, more: &str| {
        table(label, &[&format!("esp 64MiB  {kind}"), "root 100%"]) + ESP + more
    };
    let (amd64, arm64) = (Arch::Amd64, Arch::Arm64);
    let cases = [
        (MBR.to_owned(), amd64),
        (EFI.to_owned(), amd64),
        (EFI.to_owned(), arm64),
        (esp("gpt", "EF00", ""), amd64),
        (esp("mbr", "0xef", ""), arm64),
        // No BIOS has to start it.
        (esp("gpt", "EF00", "").replace("image0}", "image0, block_size: 4096}"), amd64),
        (esp("mbr", "0xef", "").replace("label: mbr", "label: mbr, align: 4KiB"), amd64),
        (table("gpt", &["bsp 128KiB  EF02", "root 100%"]), amd64),
        // How large it becomes is not known before the tree.
        (table("gpt", &["bsp 1%  EF02", "root 100%"]), amd64),
    ];
    for (yaml, arch) in cases {
        assert_eq!(check(&yaml, &DiskSpec::default(), arch), Ok(()), "{arch}\n{yaml}");
    }
}

#[test]
fn what_no_machine_can_start() {
    let bsp = |size: &str| table("gpt", &[&format!("bsp {size}  EF02"), "root 100%"]);
    let no_room = |size: &str| {
        format!(
            "no room for the boot loader of a BIOS in partition 'bsp': it takes up to 128 KiB, and there are {size}"
        )
    };
    let cases = [
        (
            "- local_loop: {name: image0, mkfs: {name: mkfs_root, mount: {mount_point: /}}}".to_owned(),
            Arch::Amd64,
            "no firmware of amd64 can start the disk 'image0': it has no partition table".to_owned(),
        ),
        (
            table("gpt", &["root 100%"]),
            Arch::Amd64,
            "no firmware of amd64 can start the disk 'image0': it has neither an EFI system partition (EF00) nor \
             a BIOS boot partition (EF02)"
                .to_owned(),
        ),
        (
            bsp("8MiB"),
            Arch::Arm64,
            "no firmware of arm64 can start the disk 'image0': it has no EFI system partition (EF00)".to_owned(),
        ),
        (
            MBR.to_owned(),
            Arch::Arm64,
            "no firmware of arm64 can start the disk 'image0': it has no EFI system partition (0xEF)".to_owned(),
        ),
        (
            MBR.replace("label: mbr", "label: mbr\n    align: 4KiB"),
            Arch::Amd64,
            "no room for the boot loader of a BIOS before the first partition of 'image0': it takes up to 128 \
             KiB, and there are 3.5 KiB"
                .to_owned(),
        ),
        (bsp("8KiB"), Arch::Amd64, no_room("8 KiB")),
        (
            bsp("8MiB").replace("image0}", "image0, block_size: 4096}"),
            Arch::Amd64,
            "a BIOS cannot start the disk 'image0': it reads sectors of 512 bytes, and the block_size is 4096"
                .to_owned(),
        ),
        (
            table("gpt", &["esp 64MiB  EF00", "root 100%"]),
            Arch::Arm64,
            "EFI system partition 'esp' has no vfat file system that is mounted".to_owned(),
        ),
    ];
    for (yaml, arch, message) in cases {
        assert_eq!(check(&yaml, &DiskSpec::default(), arch), Err(message), "{yaml}");
    }
    let small = table("gpt, align: 4KiB", &["bsp 1%  EF02", "root 100%"]);
    let small = check(&small, &sized(10 * MIB), Arch::Amd64);
    assert_eq!(small, Err(no_room("100 KiB")));
}
