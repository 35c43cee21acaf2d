//! A real ramdisk: diskimage-builder's element `ramdisk` makes it, with what
//! `mellanox` asks for. It is looked at, and started.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::mellanox::{MODPROBES, RULES};
use crate::side::{INSTALLED, PARITY, ensure_root};
use crate::tooling::Scratch;
use crate::tooling::serial::Pc;
use crate::trees;

/// A program that lists or unpacks what `$1` holds.
const UNPACK: &str = "set -o pipefail; gzip --decompress --stdout \"$1\" | cpio --quiet ";

/// What of the modules Debian's kernel for clouds has: all but `ib_ipoib`.
const LOADED: [&str; 5] = ["mlx4_en", "mlx4_ib", "mlx5_ib", "ib_umad", "ib_uverbs"];

/// How long its start may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

/// The adapter that it shall look for, as PXELINUX says it: there is none, which it goes on
/// without, and so with an address and without a server.
const ARGUMENTS: &str = "console=ttyS0 BOOTIF=01-52-54-00-12-34-56 ip=10.0.2.15::10.0.2.2:255.255.255.0";

/// Tells on the started machine which modules it has, the last of all scripts.
const REPORT: &str = "sed 's/ .*//; s/^/module: /' /proc/modules\n";

#[test]
fn it_has_what_mellanox_asks_for_and_starts() {
    ensure_root();
    let scratch = Scratch::new();
    let command = scratch.join("ramdisk-image-create");
    symlink(env!("CARGO_BIN_EXE_slate"), &command).expect("linking the command");
    let mut create = Command::new(command);
    create.args(["-o", "deploy", &format!("{PARITY}/tree"), "package-installs", "mellanox", "report"]);
    create.current_dir(scratch.path()).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    create.env("HOME", scratch.path()).env("TMP_DIR", scratch.make_dir("work"));
    create.env("DIB_PYTHON_EXEC", INSTALLED.python());
    create.env("DIB_PARITY_FAMILY", "debian").env("DIB_PARITY_BASE", trees::base_with_kernel());
    fs::write(scratch.make_dir("elements/report/init.d").join("99-report"), REPORT)
        .expect("writing a script");
    create.env("ELEMENTS_PATH", scratch.join("elements"));
    let output = create.output().expect("running ramdisk-image-create");
    assert!(output.status.success(), "{create:?}: {}", String::from_utf8_lossy(&output.stderr));

    assert!(fs::metadata(scratch.join("deploy.kernel")).expect("the kernel").len() > 1 << 20);
    let ramdisk = scratch.join("deploy.initramfs");
    let names = unpack(&ramdisk, "--list");
    for name in LOADED {
        assert!(
            names.lines().any(|path| path.ends_with(&format!("/{name}.ko"))),
            "{name} is not in the ramdisk"
        );
    }
    let rules = unpack(&ramdisk, "--extract --to-stdout lib/udev/rules.d/81-mellanox-drivers.rules");
    assert_eq!(rules, RULES);
    let init = unpack(&ramdisk, "--extract --to-stdout init");
    let at =
        |text: &str| init.find(text).unwrap_or_else(|| panic!("the ramdisk's init lacks {text:?}:\n{init}"));
    assert!(
        at("mount -t proc proc /proc") < at(MODPROBES) && at(MODPROBES) < at("starting network"),
        "{init}"
    );
    starts(&scratch);
}

/// Starts it on a machine: its scripts load the modules and come to their end.
fn starts(scratch: &Scratch) {
    let file = |name: &str| scratch.join(name).into_os_string();
    let said = Pc::new(&scratch.join("serial.log"))
        .with(["-kernel".into(), file("deploy.kernel"), "-initrd".into(), file("deploy.initramfs")])
        .with(["-append", ARGUMENTS, "-nic", "none"])
        .says(LIMIT, |_| false);
    let modules = LOADED.map(|name| format!("\nmodule: {name}\r"));
    let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("{text:?} is missing in:\n{said}"));
    assert!(at("Run /init as init process") < at("network ready"), "{said}");
    for module in &modules {
        assert!(at("network ready") < at(module) && at(module) < at("\nrebooting"), "{module} in:\n{said}");
    }
    at("reboot: Restarting system");
}

fn unpack(ramdisk: &Path, what: &str) -> String {
    let script = format!("{UNPACK} {what}");
    let mut bash = Command::new("bash");
    let output = bash.args(["-c", &script, "bash"]).arg(ramdisk).output().expect("running bash");
    assert!(output.status.success(), "{bash:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
