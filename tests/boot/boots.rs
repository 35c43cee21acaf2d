//! Two boots of one image, and what they must show.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::additions::{self, Caller};
use crate::facts::{self, Facts};
use crate::machine::{Hardware, Machine, Setup};
use crate::runner::Runner;
use crate::tooling::Scratch;
use crate::{command, image};

/// The image in the scratch directory.
pub(crate) const IMAGE: &str = "debian.qcow2";

/// The longest that the boots of one image may take together.
pub(crate) const LIMIT: Duration = Duration::from_secs(1200);

/// The disk that the image boots on, and its size in bytes.
const DISK: (&str, u64) = ("6G", 6 << 30);

/// The part of a disk that partition table and file system may take: one in so many bytes.
const OVERHEAD: u64 = 10;

const CHECKS: &[(&str, fn(&Boots))] = &[
    ("an_ssh_key_from_the_metadata_logs_in", logs_in),
    ("sudo_works", sudo_works),
    ("the_machine_starts_without_a_failed_unit", starts_cleanly),
    ("the_root_has_its_label_and_fills_a_larger_disk", root_has_grown),
    ("the_disk_has_one_bootable_partition", one_bootable_partition),
    ("the_serial_line_has_messages_and_a_login", serial_line_works),
    ("passwords_do_not_log_in", passwords_are_refused),
    ("names_are_resolved_by_the_system_itself", resolver_is_the_systems),
    ("two_boots_have_different_host_keys_and_machine_ids", identities_differ),
    ("the_callers_key_logs_in_as_the_chosen_user", |boots| additions::key_logs_in(&boots.additions)),
    ("the_callers_proxies_are_set", |boots| additions::proxies_are_set(&boots.additions)),
    ("drivers_of_mellanox_are_loaded", |boots| additions::drivers_are_there(&boots.additions)),
    ("an_authors_new_element_is_in_the_image", |boots| additions::greets(&boots.additions)),
];

/// What two boots of one image showed.
struct Boots {
    first: Facts,
    second: Facts,
    /// What the first one showed of elements besides a plain Debian.
    additions: Facts,
    /// What ssh said to a login that offered no key, if it was refused.
    refusal: Option<String>,
    _scratch: Scratch,
}

/// Runs the checks.
pub(crate) fn run(runner: &mut Runner) {
    runner.group(CHECKS, prepare);
}

fn prepare() -> Boots {
    let scratch = Scratch::new();
    let caller = Caller::new(&scratch);
    let words = additions::words(&scratch);
    let words =
        ["debian", "vm", "serial-console", "-o", IMAGE].into_iter().chain(words.iter().map(String::as_str));
    image::build_in(scratch.path(), &words.collect::<Vec<_>>(), &caller.environment());
    let key = make_key(scratch.path());
    let deadline = Instant::now() + LIMIT;

    let first = boot(Hardware::Pc, &scratch, "first", &key, deadline);
    let refusal = refusal(&first);
    let first_facts = ask(&first);
    let additions = caller.ask(&first);
    drop(first);

    let second = ask(&boot(Hardware::Pc, &scratch, "second", &key, deadline));
    Boots { first: first_facts, second, additions, refusal, _scratch: scratch }
}

/// Starts the image on a fresh disk and waits until the system is up.
pub(crate) fn boot(
    hardware: Hardware,
    scratch: &Scratch,
    name: &str,
    key: &Path,
    deadline: Instant,
) -> Machine {
    let started = Instant::now();
    let disk = image::overlay(&scratch.join(IMAGE), scratch.join(format!("{name}.qcow2")), DISK.0);
    let serial_log = scratch.join(format!("{name}.log"));
    let mut machine = Machine::start(&Setup { hardware, disk: &disk, instance: name, key, serial_log });
    machine.await_login(deadline);
    println!("{name} boot: a login after {} s", started.elapsed().as_secs());
    while machine.ssh(&[], "cloud-init status --wait").is_none_or(|output| output.status.code().is_none()) {
        assert!(Instant::now() < deadline, "cloud-init did not end before the time limit");
    }
    println!("{name} boot: configured after {} s", started.elapsed().as_secs());
    machine
}

/// What every booted system is asked.
pub(crate) fn ask(machine: &Machine) -> Facts {
    Facts::ask(machine, &machine.login(), facts::QUESTIONS)
}

/// Makes a key in a directory.
pub(crate) fn make_key(directory: &Path) -> PathBuf {
    let key = directory.join("key");
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "boot-test", "-f"]).arg(&key);
    command::output(&mut keygen, Duration::from_secs(60));
    key
}

/// Tries to log in without the key.
fn refusal(machine: &Machine) -> Option<String> {
    let options =
        ["-o", "PreferredAuthentications=password,keyboard-interactive", "-o", "PubkeyAuthentication=no"];
    let output = machine.ssh(&options, "true").expect("a login without a key took too long");
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

fn logs_in(boots: &Boots) {
    assert_eq!(boots.first.get("user"), "debian");
    assert_eq!(boots.first.get("hostname"), "boot-test");
}

fn sudo_works(boots: &Boots) {
    assert_eq!(boots.first.get("sudo"), "root");
}

fn starts_cleanly(boots: &Boots) {
    assert_eq!(boots.first.get("failed-units"), "");
    assert_eq!(boots.first.get("cloud-init"), "status: done");
}

fn root_has_grown(boots: &Boots) {
    assert_root_has_grown(&boots.first);
}

/// The root has its label and takes the disk that it was given.
pub(crate) fn assert_root_has_grown(facts: &Facts) {
    assert_eq!(facts.get("root-label"), "cloudimg-rootfs");
    assert_eq!(facts.number("disk-size"), DISK.1);
    let size = facts.number("root-size");
    assert!(size > DISK.1 - DISK.1 / OVERHEAD, "the root has {size} bytes of a disk with {}", DISK.1);
}

fn one_bootable_partition(boots: &Boots) {
    let table: serde_json::Value =
        serde_json::from_str(boots.first.get("partition-table")).expect("sfdisk's JSON");
    let table = &table["partitiontable"];
    assert_eq!(table["label"], "dos");
    let partitions = table["partitions"].as_array().expect("a list of partitions");
    assert_eq!(partitions.len(), 1, "{partitions:?}");
    assert_eq!((&partitions[0]["bootable"], &partitions[0]["type"]), (&true.into(), &"83".into()));
}

fn serial_line_works(boots: &Boots) {
    let arguments = boots.first.get("kernel-arguments");
    for wanted in ["root=LABEL=cloudimg-rootfs", "console=ttyS0,115200"] {
        assert!(arguments.split(' ').any(|argument| argument == wanted), "{wanted} is not in: {arguments}");
    }
    assert_eq!(boots.first.get("serial-login"), "active");
}

fn passwords_are_refused(boots: &Boots) {
    let sshd = boots.first.get("sshd");
    for wanted in ["passwordauthentication no", "kbdinteractiveauthentication no"] {
        assert!(sshd.lines().any(|line| line == wanted), "{wanted} is not in:\n{sshd}");
    }
    let refusal = boots.refusal.as_ref().expect("a login without a key was refused");
    assert!(refusal.contains("Permission denied (publickey)"), "{refusal}");
    assert!(boots.first.get("root-password").starts_with("root L "), "{}", boots.first.get("root-password"));
}

fn resolver_is_the_systems(boots: &Boots) {
    assert_eq!(boots.first.get("resolver"), "../run/systemd/resolve/stub-resolv.conf");
}

fn identities_differ(boots: &Boots) {
    let keys = |facts: &Facts| -> Vec<String> {
        facts.get("host-keys").lines().filter_map(|line| line.split(' ').nth(1)).map(str::to_owned).collect()
    };
    let (first, second) = (keys(&boots.first), keys(&boots.second));
    assert!(first.len() >= 2 && second.len() == first.len(), "{first:?} {second:?}");
    assert!(first.iter().all(|key| !second.contains(key)), "two boots share a host key");
    assert_eq!(boots.first.get("machine-id").len(), 32);
    assert_ne!(boots.first.get("machine-id"), boots.second.get("machine-id"));
}
