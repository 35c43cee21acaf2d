//! A boot of an image for another architecture than this machine's, built by
//! an emulator of its programs: arm64 by UEFI.

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
const NAME: &str = "qemu-aarch64";
const REGISTRATION: &str = "/usr/lib/binfmt.d/qemu-aarch64.conf";

const CHECKS: &[(&str, fn(&Boot))] = &[
    ("foreign_an_ssh_key_from_the_metadata_logs_in", logs_in),
    ("foreign_the_machine_has_the_architecture", architecture),
    ("foreign_the_machine_starts_by_uefi_and_speaks_on_its_serial_line", console),
    ("foreign_the_root_has_its_label_and_fills_a_larger_disk", root_has_grown),
];

/// What one boot showed.
struct Boot {
    facts: Facts,
    _scratch: Scratch,
}

/// An emulator that the kernel knows for as long as this lives.
struct Emulator {
    registered: bool,
    mounted: bool,
}

/// Runs the checks.
pub(crate) fn run(runner: &mut Runner) {
    runner.group(CHECKS, prepare);
}

fn prepare() -> Boot {
    let scratch = Scratch::new();
    let _emulator = Emulator::register();
    let words = ["debian", "vm", "serial-console", "-a", "arm64", "-o", IMAGE];
    image::build_within(LIMIT, scratch.path(), &words, &[]);
    let key = boots::make_key(scratch.path());
    let machine = boots::boot(Hardware::Arm, &scratch, "foreign", &key, Instant::now() + boots::LIMIT);
    let facts = boots::ask(&machine);
    drop(machine);
    Boot { facts, _scratch: scratch }
}

impl Emulator {
    fn register() -> Emulator {
        let mounted = !Path::new(EMULATORS).join("register").exists();
        if mounted {
            succeed(Command::new("mount").args(["-t", "binfmt_misc", "binfmt_misc", EMULATORS]));
        }
        let registered = !entry().exists();
        if registered {
            let text = fs::read(REGISTRATION).expect("apt-get install qemu-user-static");
            fs::write(Path::new(EMULATORS).join("register"), text)
                .expect("telling the kernel of an emulator");
        }
        Emulator { registered, mounted }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if self.registered {
            fs::write(entry(), "-1").expect("having the kernel forget an emulator");
        }
        if self.mounted {
            succeed(Command::new("umount").arg(EMULATORS));
        }
    }
}

fn entry() -> PathBuf {
    Path::new(EMULATORS).join(NAME)
}

fn logs_in(boot: &Boot) {
    assert_eq!(boot.facts.get("user"), "debian");
    assert_eq!(boot.facts.get("sudo"), "root");
    assert_eq!(boot.facts.get("failed-units"), "");
}

fn architecture(boot: &Boot) {
    assert_eq!(boot.facts.get("architecture"), "arm64");
}

fn console(boot: &Boot) {
    let arguments = boot.facts.get("kernel-arguments");
    for wanted in ["root=LABEL=cloudimg-rootfs", "console=ttyAMA0,115200"] {
        assert!(arguments.split(' ').any(|argument| argument == wanted), "{wanted} is not in: {arguments}");
    }
    assert_eq!(boot.facts.get("firmware"), "UEFI");
    assert_eq!(boot.facts.get("serial-login"), "active");
}

fn root_has_grown(boot: &Boot) {
    boots::assert_root_has_grown(&boot.facts);
}
