//! A boot of an image made of diskimage-builder's elements, as they are on
//! PyPI, by its command.

use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::Instant;

use crate::boots;
use crate::command;
use crate::environment::Environment;
use crate::facts::Facts;
use crate::image;
use crate::machine::Hardware;
use crate::mirrors::mirror;
use crate::runner::Runner;
use crate::tooling::Scratch;

/// Debian's release in the image.
const RELEASE: &str = "bookworm";

/// What someone names who wants to log in to a machine of a cloud.
const ELEMENTS: [&str; 8] = [
    "debian-minimal",
    "vm",
    "cloud-init",
    "cloud-init-datasources",
    "cloud-init-growpart",
    "openssh-server",
    "dhcp-all-interfaces",
    "enable-serial-console",
];

const CHECKS: &[(&str, fn(&Boot))] = &[
    ("upstream_an_ssh_key_from_the_metadata_logs_in", logs_in),
    ("upstream_the_root_has_its_label_and_fills_a_larger_disk", root_has_grown),
    ("upstream_the_boot_loader_passes_what_the_element_says", kernel_arguments),
    ("upstream_host_keys_are_made_on_the_machine", host_keys),
];

/// What one boot showed.
struct Boot {
    facts: Facts,
    _scratch: Scratch,
}

/// Runs the checks.
pub(crate) fn run(runner: &mut Runner) {
    runner.group(CHECKS, prepare);
}

fn prepare() -> Boot {
    let scratch = Scratch::new();
    build(&scratch);
    let key = boots::make_key(scratch.path());
    let machine = boots::boot(Hardware::Pc, &scratch, "upstream", &key, Instant::now() + boots::LIMIT);
    let facts = boots::ask(&machine);
    drop(machine);
    Boot { facts, _scratch: scratch }
}

fn build(scratch: &Scratch) {
    let environment = Environment::prepare();
    let name = scratch.join("disk-image-create");
    symlink(env!("CARGO_BIN_EXE_slate"), &name).expect("linking the command");
    let mut create = Command::new(name);
    create.args(["-n", "-o", boots::IMAGE]).args(ELEMENTS).current_dir(scratch.path());
    create.env("ELEMENTS_PATH", environment.package().join("elements"));
    create.env("TMP_DIR", scratch.path()).env("DIB_RELEASE", RELEASE);
    create.env("DIB_DISTRIBUTION_MIRROR", mirror(RELEASE));
    create.env("DIB_DEBIAN_SECURITY_MIRROR", mirror(&format!("{RELEASE}-security")));
    create.env("DIB_CLOUD_INIT_DATASOURCES", "OpenStack");
    create.env("DIB_CLOUD_INIT_GROWPART_DEVICES", "[/]");
    command::output(&mut create, image::LIMIT);
}

fn logs_in(boot: &Boot) {
    assert_eq!(boot.facts.get("user"), "debian");
    assert_eq!(boot.facts.get("sudo"), "root");
    assert_eq!(boot.facts.get("hostname"), "boot-test");
}

fn root_has_grown(boot: &Boot) {
    boots::assert_root_has_grown(&boot.facts);
}

fn kernel_arguments(boot: &Boot) {
    let arguments = boot.facts.get("kernel-arguments");
    for wanted in ["root=LABEL=cloudimg-rootfs", "console=ttyS0,115200", "nomodeset"] {
        assert!(arguments.split(' ').any(|argument| argument == wanted), "{wanted} is not in: {arguments}");
    }
    assert_eq!(boot.facts.get("serial-login"), "active");
}

fn host_keys(boot: &Boot) {
    let keys = boot.facts.get("host-keys").lines().count();
    assert!(keys >= 2, "{keys} host keys");
}
