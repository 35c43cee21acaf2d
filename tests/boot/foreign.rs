//! Boots of images for other architectures than this machine's: built by an
//! emulator of their programs where its processor does not run them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::boots::{self, IMAGE};
use crate::facts::Facts;
use crate::image;
use crate::machine::Hardware;
use crate::runner::Runner;
use crate::tooling::{Scratch, seed::succeed};

/// The longest that the build may take: nearly all of it is emulated.
const LIMIT: Duration = Duration::from_secs(3600);

/// Where the kernel is told of emulators, and what it is told of Debian's (`binfmt.d(5)`).
const EMULATORS: &str = "/proc/sys/fs/binfmt_misc";
const REGISTRATIONS: &str = "/usr/lib/binfmt.d";

/// An architecture and what its machines are like.
struct Target {
    architecture: &'static str,
    hardware: Hardware,
    firmware: &'static str,
    console: &'static str,
    /// Which of Debian's emulators runs its programs. Absent where processors of amd64 do.
    emulator: Option<&'static str>,
}

const TARGETS: [Target; 3] = [
    Target {
        architecture: "i386",
        hardware: Hardware::Pc,
        firmware: "BIOS",
        console: "console=ttyS0,115200",
        emulator: None,
    },
    Target {
        architecture: "armhf",
        hardware: Hardware::Arm32,
        firmware: "UEFI",
        console: "console=ttyAMA0,115200",
        emulator: Some("qemu-arm"),
    },
    Target {
        architecture: "arm64",
        hardware: Hardware::Arm64,
        firmware: "UEFI",
        console: "console=ttyAMA0,115200",
        emulator: Some("qemu-aarch64"),
    },
];

const CHECKS: [(&str, fn(&Boot)); 4] = [
    ("an_ssh_key_from_the_metadata_logs_in", logs_in),
    ("the_machine_has_the_architecture", architecture),
    ("the_machine_starts_by_its_firmware_and_speaks_on_its_serial_line", console),
    ("the_root_has_its_label_and_fills_a_larger_disk", root_has_grown),
];

/// What one boot showed.
struct Boot {
    target: &'static Target,
    facts: Facts,
    _scratch: Scratch,
}

/// An emulator that the kernel knows for as long as this lives.
struct Emulator {
    entry: PathBuf,
    registered: bool,
    mounted: bool,
}

/// Runs the checks.
pub(crate) fn run(runner: &mut Runner) {
    for target in &TARGETS {
        let names = CHECKS.map(|(name, check)| (format!("foreign_{}_{name}", target.architecture), check));
        let checks = names.each_ref().map(|(name, check)| (name.as_str(), *check));
        runner.group(&checks, || prepare(target));
    }
}

fn prepare(target: &'static Target) -> Boot {
    let scratch = Scratch::new();
    let _emulator = target.emulator.map(Emulator::register);
    let arch = target.architecture;
    let words = ["debian", "vm", "serial-console", "-a", arch, "-o", IMAGE];
    image::build_within(LIMIT, scratch.path(), &words, &[]);
    let key = boots::make_key(scratch.path());
    let machine = boots::boot(target.hardware, &scratch, arch, &key, Instant::now() + boots::LIMIT);
    let facts = boots::ask(&machine);
    drop(machine);
    Boot { target, facts, _scratch: scratch }
}

impl Emulator {
    fn register(name: &str) -> Emulator {
        let emulators = Path::new(EMULATORS);
        let mounted = !emulators.join("register").exists();
        if mounted {
            succeed(Command::new("mount").args(["-t", "binfmt_misc", "binfmt_misc", EMULATORS]));
        }
        let entry = emulators.join(name);
        let registered = !entry.exists();
        if registered {
            let text = fs::read(Path::new(REGISTRATIONS).join(format!("{name}.conf")))
                .expect("apt-get install qemu-user-static");
            fs::write(emulators.join("register"), text).expect("telling the kernel of an emulator");
        }
        Emulator { entry, registered, mounted }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if self.registered {
            fs::write(&self.entry, "-1").expect("having the kernel forget an emulator");
        }
        if self.mounted {
            succeed(Command::new("umount").arg(EMULATORS));
        }
    }
}

fn logs_in(boot: &Boot) {
    assert_eq!(boot.facts.get("user"), "debian");
    assert_eq!(boot.facts.get("sudo"), "root");
    assert_eq!(boot.facts.get("failed-units"), "");
}

fn architecture(boot: &Boot) {
    assert_eq!(boot.facts.get("architecture"), boot.target.architecture);
}

fn console(boot: &Boot) {
    let arguments = boot.facts.get("kernel-arguments");
    for wanted in ["root=LABEL=cloudimg-rootfs", boot.target.console] {
        assert!(arguments.split(' ').any(|argument| argument == wanted), "{wanted} is not in: {arguments}");
    }
    assert_eq!(boot.facts.get("firmware"), boot.target.firmware);
    assert_eq!(boot.facts.get("serial-login"), "active");
}

fn root_has_grown(boot: &Boot) {
    boots::assert_root_has_grown(&boot.facts);
}
