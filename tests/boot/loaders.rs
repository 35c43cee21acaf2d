//! Images on GUID partition tables, started until the kernel has mounted their root.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::boots::IMAGE;
use crate::image;
use crate::runner::Runner;
use crate::tooling::Scratch;

/// How long a start may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

/// How often the serial line is looked at.
const PAUSE: Duration = Duration::from_millis(500);

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
        let log = self.scratch.join(format!("{name}.log"));
        let mut qemu = Command::new("setpriv");
        qemu.args(["--pdeathsig", "KILL", "qemu-system-x86_64", "-accel", "tcg", "-m", "512", "-no-reboot"]);
        qemu.args(["-display", "none", "-monitor", "none", "-parallel", "none", "-nic", "none", "-snapshot"]);
        qemu.args(["-serial", &format!("file:{}", log.display())]);
        qemu.args(["-drive", &format!("file={},format=qcow2,if=virtio", self.disk.display())]);
        qemu.args(firmware.into_iter().flat_map(|firmware| ["-bios", firmware])).stdin(Stdio::null());
        let mut machine = qemu.spawn().expect("starting QEMU: apt-get install qemu-system-x86");
        let deadline = Instant::now() + LIMIT;
        let said = loop {
            let said = String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()).into_owned();
            let ended = machine.try_wait().expect("waiting for QEMU").is_some();
            if said.contains(MOUNTED) || ended || Instant::now() > deadline {
                break said;
            }
            thread::sleep(PAUSE);
        };
        machine.kill().and_then(|()| machine.wait()).expect("ending QEMU");
        said
    }
}
