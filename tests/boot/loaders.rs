//! Images on GUID partition tables, started until the kernel has mounted their root.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::boots::IMAGE;
use crate::image;
use crate::runner::Runner;
use crate::tooling::Scratch;
use crate::tooling::serial::Pc;

/// How long a start may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

/// UEFI for QEMU, as Debian's package ovmf has it.
const UEFI: &str = "/usr/share/ovmf/OVMF.fd";

/// What the kernel says when the initramfs has found the root by its label.
const MOUNTED: &str = "EXT4-fs (vda";

/// What it says of the firmware, where that is UEFI.
const BY_UEFI: &str = "efi: EFI v";

const BIOS: &[(&str, fn(&Image))] = &[("a_gpt_disk_starts_by_bios", starts_by_bios)];

const BOTH: &[(&str, fn(&Image))] =
    &[("a_gpt_disk_with_both_loaders_starts_by_bios_and_by_uefi", starts_by_both)];

/// An image with a kernel and little besides.
struct Image {
    disk: PathBuf,
    scratch: Scratch,
}

/// Runs the checks.
pub(crate) fn run(runner: &mut Runner) {
    runner.group(BIOS, || build("block-device-gpt"));
    runner.group(BOTH, || build("block-device-efi"));
}

fn build(layout: &str) -> Image {
    let scratch = Scratch::new();
    let small = ["--set", "debian.cloud-init=false", "--set", "debian.ssh=false"];
    let words = ["debian", "vm", layout, "-o", IMAGE];
    image::build(scratch.path(), &[&words[..], &small].concat());
    Image { disk: scratch.join(IMAGE), scratch }
}

fn starts_by_bios(image: &Image) {
    let said = image.start("bios", None);
    assert!(said.contains(MOUNTED) && !said.contains(BY_UEFI), "{said}");
}

fn starts_by_both(image: &Image) {
    starts_by_bios(image);
    assert!(Path::new(UEFI).exists(), "{UEFI} is missing: apt-get install ovmf");
    let said = image.start("uefi", Some(UEFI));
    assert!(said.contains(MOUNTED) && said.contains(BY_UEFI), "{said}");
}

impl Image {
    /// What a machine writes to its serial line until its root is mounted.
    fn start(&self, name: &str, firmware: Option<&str>) -> String {
        Pc::new(&self.scratch.join(format!("{name}.log")))
            .with(["-nic", "none", "-snapshot"])
            .with(["-drive", &format!("file={},format=qcow2,if=virtio", self.disk.display())])
            .with(firmware.into_iter().flat_map(|firmware| ["-bios", firmware]))
            .says(LIMIT, |said| said.contains(MOUNTED))
    }
}
