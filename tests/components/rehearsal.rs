//! Hooks of the guest programs on a directory, without root: what is written down.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use blankslate::authoring::rehearsal::{Case, perform};
use blankslate::element::Library;
use blankslate::plugin::Limits;
use blankslate::report::Report;

use crate::tooling::Scratch;
use crate::trial::{component, hook_entry};

/// The folder of an element with hooks of the install phase and these files.
pub(crate) fn folder(
    scratch: &Scratch,
    guest: &str,
    hooks: &[&str],
    manifest: &str,
    files: &[(&str, &str)],
) -> PathBuf {
    let folder = scratch.make_dir(guest);
    let hooks = hooks.iter().map(|hook| hook_entry("install", hook)).collect::<String>();
    let head = format!("name = '{guest}'\nversion = '0.1.0'\napi = '0.1'\n{manifest}\n{hooks}");
    let wasm = format!("{guest}.wasm");
    for (path, contents) in [("element.toml", head.as_bytes()), (&wasm, component(guest))] {
        fs::write(folder.join(path), contents).unwrap();
    }
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Runs hooks of the install phase on a case with these files; gives what is
/// written down, without the first line.
fn rehearse(guest: &str, hooks: &[&str], manifest: &str, files: &[(&str, &str)]) -> String {
    let scratch = Scratch::new();
    let folder = folder(&scratch, guest, hooks, manifest, files);
    let element = Library::default().open(&folder).unwrap();
    let case = Case::load(&folder.join("tests/case")).unwrap();
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let text = perform(&element, &case, &Limits::default(), cache, &Report::silent()).unwrap().text;
    text.split_once('\n').unwrap().1.to_owned()
}

const PASSWD: (&str, &str) =
    ("tests/case/tree/etc/passwd", "root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n");
const GROUP: (&str, &str) = ("tests/case/tree/etc/group", "root:x:0:\nstaff:x:50:bob\n");

#[test]
fn a_rehearsal_refuses_what_a_build_does() {
    let text = rehearse("rootfs", &["refused"], "", &[PASSWD, GROUP]);
    assert!(!text.contains("failed"), "{text}");
}

#[test]
fn owners_and_modes_are_written_down() {
    assert_eq!(
        rehearse("rootfs", &["attributes"], "", &[PASSWD, GROUP]),
        "
install 50-attributes

tree
+ directory /data 0755 root:root
+ directory /data/deep 2775 root:staff
+ file /owned 4750 bob:staff
    | again
    (no newline at the end)
+ directory /tree 0750 7:root
+ file /tree/plain 0640 7:root
    | x
    (no newline at the end)
+ file /tree/program 0750 7:root
    | x
    (no newline at the end)
"
    );
}

#[test]
fn links_and_nodes_are_written_down() {
    assert_eq!(
        rehearse("rootfs", &["links"], "", &[PASSWD]),
        "
install 50-links

tree
+ link /dangling -> ../elsewhere root:root
+ file /first 0644 root:root
    | same
    (no newline at the end)
+ character device /null 1:3 0666 root:root
+ pipe /pipe 0600 root:root
+ hard link /second = /first
"
    );
}

#[test]
fn trees_are_copied_without_root() {
    let text = rehearse("rootfs", &["trees"], "", &[PASSWD, GROUP]);
    assert!(!text.contains("failed"), "{text}");
}

#[test]
fn packages_go_by_the_distributions_names() {
    let map =
        r#"{"distro": {"example": {"web": "nginx nginx-extras"}}, "default": {"nothing": "", "other": "x"}}"#;
    let case = "distribution = { name = 'example', family = 'x', release = 'one' }\ninstalled = ['nginx']\n";
    let text = rehearse("packages", &["known"], "", &[("pkg-map", map), ("tests/case/case.toml", case)]);
    assert_eq!(
        text,
        "
install 50-known
  packages.install nginx nginx-extras
  packages.remove nginx nginx-extras
  failed: what is installed is known

tree
  unchanged
"
    );
}

#[test]
fn services_are_written_down() {
    assert_eq!(
        rehearse("services", &["known"], "", &[]),
        "
install 50-known
  services.enable ssh
  services.disable ssh

tree
  unchanged
"
    );
}

#[test]
fn programs_are_answered_and_not_run() {
    let manifest = "capabilities.chroot = true\n\
        capabilities.host-programs = [{ program = 'cat' }, { program = 'cp' }]\n\
        caches = [{ name = 'store', path = '/var/cache/store' }]\n";
    let case = "[[commands]]\nrun = 'sh -c'\nstatus = 3\noutput = \"last words\\n\"\n";
    let text = rehearse("command", &["chroot", "host"], manifest, &[("tests/case/case.toml", case)]);
    assert_eq!(
        text,
        "
install 50-chroot
  command.chroot sh -c 'read line; echo $line $NAME $HOME $PATH; echo *; echo to the log >&2'
    env NAME=value
    in /work
    < from stdin
  failed: sh -c 'read line; echo $line $NAME $HOME $PATH; echo *; echo to the log >&2': exit status 3
    last words

tree
+ directory /work 0755 root:root
+ file /work/here 0644 root:root
"
    );
}

#[test]
fn what_is_denied_fails_as_in_a_build() {
    let manifest = "capabilities.chroot = true\n";
    let case = [("tests/case/case.toml", "denied = ['chroot']\n")];
    assert_eq!(
        rehearse("command", &["denied-chroot"], manifest, &case),
        "
install 50-denied-chroot
  failed: element 'command' was not granted chroot: grant it with --grant command:chroot

tree
  unchanged
"
    );
    assert_eq!(
        rehearse("command", &["ungranted"], manifest, &[]),
        "
install 50-ungranted
  failed: element 'command' may not use host-program=id, which its element.toml does not ask for: add it under [capabilities], then grant it with --grant command:host-program=id

tree
  unchanged
"
    );
}

#[test]
fn files_of_the_network_come_from_the_case() {
    let manifest = "capabilities.urls = ['https://example.org/']\n\
        [parameters.url]\ntype = 'string'\ndefault = 'https://example.org/x'\n\
        [parameters.digest]\ntype = 'string'\n\
        default = '0000000000000000000000000000000000000000000000000000000000000000'\n";
    let case = "[[fetches]]\nurl = 'https://example.org/x'\nfile = 'answer'\n";
    let files = [("tests/case/case.toml", case), ("tests/case/answer", "fetched")];
    assert_eq!(
        rehearse("fetch", &["get"], manifest, &files),
        "
install 50-get
  fetch https://example.org/x
    digest 0000000000000000000000000000000000000000000000000000000000000000
  fetch https://example.org/x

tree
+ file /fetched 0644 root:root
    | fetched
    (no newline at the end)
"
    );
    let text = rehearse("fetch", &["get"], manifest, &[]);
    assert!(
        text.contains("nothing stands in for https://example.org/x: name a file in [[fetches]]"),
        "{text}"
    );
}

#[test]
fn files_of_the_build_host_come_from_the_case() {
    let manifest = "capabilities.host-files = ['/etc/apt', '~/.ssh/authorized_keys']\n\
        [parameters.granted]\ntype = 'string'\ndefault = '/etc/apt'\n";
    let files = [
        ("tests/case/host/etc/apt/sources.list", "deb"),
        ("tests/case/host/etc/apt/parts/x", ""),
        ("tests/case/host/root/.ssh/authorized_keys", "key"),
    ];
    assert_eq!(
        rehearse("host-files", &["read"], manifest, &files),
        "
install 50-read

tree
+ file /copied 0644 root:root
    | deb
    (no newline at the end)
+ file /read 0644 root:root
    | Some(\"key\") Some(\"deb\")
    (no newline at the end)
"
    );
}

#[test]
fn what_the_image_gets_elsewhere_is_written_down() {
    assert_eq!(
        rehearse("ramdisk", &["add"], "", &[PASSWD]),
        "
install 50-add
  ramdisk.add-modules mlx4_core
  ramdisk.add-programs ip /usr/sbin/ethtool
  ramdisk.add-init-script 10-first
    | true
  ramdisk.add-init-script 50-later
    | true
  ramdisk.add-udev-rules 82-net.rules
    | # none

tree
  unchanged
"
    );
    let finalise =
        "capabilities.block-device = true\n[[hooks]]\nphase = 'finalise'\norder = 50\nname = 'load'\n";
    let text = rehearse("boot", &["arguments"], finalise, &[]);
    assert!(
        text.contains(
            "
finalise 50-load
  boot.install-loader bios
    timeout 1
    serial console ttyS0,115200
    kernel arguments quiet console=ttyS0
"
        ),
        "{text}"
    );
    assert!(text.contains("  boot.add-kernel-arguments quiet console=ttyS0\n"), "{text}");
}

#[test]
fn a_trap_is_told_in_one_line() {
    let text = rehearse("failures", &["panic"], "", &[]);
    let told = text.lines().find(|line| line.starts_with("  failed: ")).unwrap();
    assert!(told.starts_with("  failed: panicked at examples/failures.rs:"), "{told}");
    let reason = ": index out of bounds: the len is 0 but the index is 7 (wasm trap: wasm `unreachable` instruction executed)";
    assert!(told.ends_with(reason), "{told}");
}

#[test]
fn where_a_trap_was_is_told_beside_what_differs() {
    let scratch = Scratch::new();
    let folder = folder(&scratch, "failures", &["panic"], "", &[("tests/default/expected.txt", "")]);
    let slate = || {
        let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
        slate.args(["element", "test"]).arg(&folder).env("XDG_CACHE_HOME", scratch.join("cache"));
        slate
    };
    let output = slate().output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let (_, places) = text.split_once("\n    where the code was that trapped:\n").expect("places");
    assert!(places.starts_with("      at deep_inside ("), "{text}");
    let output = slate().arg("--json").output().unwrap();
    let outcomes: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(outcomes[0]["places"][0].as_str().unwrap().starts_with("at deep_inside ("), "{outcomes}");
}
