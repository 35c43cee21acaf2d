//! Which firmware can start a disk.

use blankslate_sdk::block_device::{Disk, Table, Volume};
use blankslate_sdk::boot::Firmware;
use blankslate_sdk::{Error, Result};

/// Partition types of the EFI system partition: GPT and MBR.
const EFI_SYSTEM: [&str; 2] = ["ef00", "0xef"];

/// GPT's partition for the core of a BIOS boot loader; MBR has room before the first partition.
const BIOS_BOOT: &str = "ef02";

/// The architectures whose machines have a BIOS.
const WITH_BIOS: [&str; 2] = ["amd64", "i386"];

/// The architectures whose machines have neither a BIOS nor UEFI.
const WITH_NEITHER: [&str; 2] = ["ppc64el", "s390x"];

/// Every firmware of an architecture's machines that can start the disk.
pub(crate) fn all(disk: &Disk, arch: &str) -> Result<Vec<Firmware>> {
    let has = |kinds: &[&str]| disk.volumes.iter().any(|volume| is_of(volume, kinds));
    let efi = has(&EFI_SYSTEM).then_some(Firmware::Efi);
    let bios = match disk.table {
        Table::Mbr => !has(&EFI_SYSTEM),
        Table::Gpt => has(&[BIOS_BOOT]),
        Table::None => false,
    };
    let bios = (bios && WITH_BIOS.contains(&arch)).then_some(Firmware::Bios);
    let found: Vec<Firmware> = bios.into_iter().chain(efi).collect();
    if found.is_empty() || WITH_NEITHER.contains(&arch) { Err(unbootable(disk, arch)) } else { Ok(found) }
}

fn is_of(volume: &Volume, kinds: &[&str]) -> bool {
    kinds.contains(&volume.partition_type.to_ascii_lowercase().as_str())
}

fn unbootable(disk: &Disk, arch: &str) -> Error {
    let bios = WITH_BIOS.contains(&arch);
    let why = match disk.table {
        _ if WITH_NEITHER.contains(&arch) => "its machines start by neither BIOS nor UEFI",
        Table::None => "it has no partition table",
        _ if bios => "it has neither an EFI system partition (EF00) nor a BIOS boot partition (EF02)",
        _ => "it has no EFI system partition (EF00)",
    };
    let hint = if WITH_NEITHER.contains(&arch) {
        "leave out 'vm', or let elements of the distribution install a boot loader"
    } else if bios {
        "add one of the elements block-device-mbr, block-device-gpt and block-device-efi, or change your layout"
    } else {
        "add the element block-device-efi, or change your layout"
    };
    Error::new(format!("no firmware of {arch} can start the disk {}: {why}", disk.name)).hint(hint)
}

/// The generic name of the package with the firmware's boot loader.
pub(crate) fn package(firmware: Firmware, arch: &str) -> String {
    match firmware {
        Firmware::Bios => "grub-bios".to_owned(),
        Firmware::Efi => format!("grub-efi-{arch}"),
    }
}

/// What people call it.
pub(crate) fn name(firmware: Firmware) -> &'static str {
    match firmware {
        Firmware::Bios => "BIOS",
        Firmware::Efi => "UEFI",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(table: Table, types: &[&str]) -> Disk {
        let volume = |kind: &&str| Volume {
            name: "part".into(),
            number: Some(1),
            partition_type: (*kind).into(),
            file_system: None,
            label: String::new(),
            mount_point: None,
            device: None,
        };
        Disk {
            name: "image0".into(),
            size: None,
            table,
            volumes: types.iter().map(volume).collect(),
            device: None,
        }
    }

    #[test]
    fn partitions_and_architecture_decide() {
        let table: [(Table, &[&str], &str, &[Firmware]); 8] = [
            (Table::Mbr, &["0x83"], "amd64", &[Firmware::Bios]),
            (Table::Mbr, &["0xef", "0x83"], "amd64", &[Firmware::Efi]),
            (Table::Gpt, &["EF02", "8300"], "amd64", &[Firmware::Bios]),
            (Table::Gpt, &["EF00", "8300"], "amd64", &[Firmware::Efi]),
            (Table::Gpt, &["ef00", "EF02", "8300"], "amd64", &[Firmware::Bios, Firmware::Efi]),
            (Table::Gpt, &["EF00", "EF02", "8300"], "arm64", &[Firmware::Efi]),
            (Table::Gpt, &["EF00", "EF02", "8300"], "armhf", &[Firmware::Efi]),
            (Table::Mbr, &["0x83"], "i386", &[Firmware::Bios]),
        ];
        for (label, types, arch, expected) in table {
            assert_eq!(all(&disk(label, types), arch).unwrap(), expected, "{types:?} on {arch}");
        }
    }

    #[test]
    fn a_disk_that_cannot_start_is_an_error() {
        let table: [(Table, &[&str], &str, &str); 4] = [
            (
                Table::Gpt,
                &["8300"],
                "amd64",
                "no firmware of amd64 can start the disk image0: it has neither an EFI system partition (EF00) nor \
                 a BIOS boot partition (EF02)",
            ),
            (
                Table::Gpt,
                &["EF00", "EF02", "8300"],
                "s390x",
                "no firmware of s390x can start the disk image0: its machines start by neither BIOS nor UEFI",
            ),
            (
                Table::None,
                &[""],
                "amd64",
                "no firmware of amd64 can start the disk image0: it has no partition table",
            ),
            (
                Table::Mbr,
                &["0x83"],
                "arm64",
                "no firmware of arm64 can start the disk image0: it has no EFI system partition (EF00)",
            ),
        ];
        for (label, types, arch, expected) in table {
            assert_eq!(all(&disk(label, types), arch).unwrap_err().to_string(), expected);
        }
    }
}
