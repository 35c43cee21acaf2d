//! Images on GUID partition tables, started until the kernel has mounted their root.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::boots::IMAGE;
use crate::runner::Runner;
use crate::tooling::Scratch;
use crate::tooling::serial::Pc;
use crate::{image, late};

/// How long a start may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

/// UEFI for QEMU, as Debian's package ovmf has it.
const UEFI: &str = "/usr/share/ovmf/OVMF.fd";

/// What the kernel says when the initramfs has found the root by its label.
const MOUNTED: &str = "EXT4-fs (vda";

/// What it says of the firmware, where that is UEFI.
const BY_UEFI: &str = "efi: EFI v";

/// Debian's menu prefers this kernel to the one that images have, whose version it has too.
const LATE_KERNEL: &str = "linux-image-cloud-amd64";

/// What says that it was started.
const LATE_STARTED: &str = "-cloud-amd64 root=LABEL=cloudimg-rootfs ";

const BIOS: &[(&str, fn(&Image))] =
    &[("a_gpt_disk_starts_by_bios_with_a_kernel_that_came_after_its_loader", starts_late_kernel)];

const BOTH: &[(&str, fn(&Image))] =
    &[("a_gpt_disk_with_both_loaders_starts_by_bios_and_by_uefi", starts_by_both)];

/// An image with a kernel and little besides.
struct Image {
    disk: PathBuf,
    scratch: Scratch,
}

/// Runs the checks.
pub(crate) fn run(runner: &mut Runner) {
    runner.group(BIOS, build_with_late_kernel);
    runner.group(BOTH, || build("block-device-efi"));
}

fn build(layout: &str) -> Image {
    let scratch = Scratch::new();
    build_in(scratch, &[layout])
}

/// An image that gets one more kernel after its boot loader.
fn build_with_late_kernel() -> Image {
    let scratch = Scratch::new();
    let late = late::element(scratch.path());
    let package = format!("late.package={LATE_KERNEL}");
    build_in(scratch, &["block-device-gpt", &late, "--set", &package, "--extra-size", "1GiB"])
}

fn build_in(scratch: Scratch, words: &[&str]) -> Image {
    let small = ["--set", "debian.cloud-init=false", "--set", "debian.ssh=false"];
    image::build(scratch.path(), &[&["debian", "vm", "-o", IMAGE], words, &small].concat());
    Image { disk: scratch.join(IMAGE), scratch }
}

/// With the menu entry and the initramfs that it was given late.
fn starts_late_kernel(image: &Image) {
    let said = image.start("bios", None);
    assert!(said.contains(MOUNTED) && !said.contains(BY_UEFI) && said.contains(LATE_STARTED), "{said}");
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
