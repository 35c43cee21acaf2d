//! A real ramdisk: diskimage-builder's element `ramdisk` makes it, with what
//! `mellanox` asks for.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::mellanox::{MODPROBES, RULES};
use crate::side::{INSTALLED, PARITY, ensure_root};
use crate::tooling::Scratch;
use crate::trees;

/// A program that lists or unpacks what `$1` holds.
const UNPACK: &str = "set -o pipefail; gzip --decompress --stdout \"$1\" | cpio --quiet ";

#[test]
fn it_has_what_mellanox_asks_for() {
    ensure_root();
    let scratch = Scratch::new();
    let command = scratch.join("ramdisk-image-create");
    symlink(env!("CARGO_BIN_EXE_slate"), &command).expect("linking the command");
    let mut create = Command::new(command);
    create.args(["-o", "deploy", &format!("{PARITY}/tree"), "package-installs", "mellanox"]);
    create.current_dir(scratch.path()).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    create.env("HOME", scratch.path()).env("TMP_DIR", scratch.make_dir("work"));
    create.env("DIB_PYTHON_EXEC", INSTALLED.python());
    create.env("DIB_PARITY_FAMILY", "debian").env("DIB_PARITY_BASE", trees::base_with_kernel());
    let output = create.output().expect("running ramdisk-image-create");
    assert!(output.status.success(), "{create:?}: {}", String::from_utf8_lossy(&output.stderr));

    assert!(fs::metadata(scratch.join("deploy.kernel")).expect("the kernel").len() > 1 << 20);
    let ramdisk = scratch.join("deploy.initramfs");
    let names = unpack(&ramdisk, "--list");
    // Debian's kernel for clouds has no ib_ipoib.
    for name in ["mlx4_en.ko", "mlx4_ib.ko", "mlx5_ib.ko", "ib_umad.ko", "ib_uverbs.ko"] {
        assert!(
            names.lines().any(|path| path.ends_with(&format!("/{name}"))),
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
}

fn unpack(ramdisk: &Path, what: &str) -> String {
    let script = format!("{UNPACK} {what}");
    let mut bash = Command::new("bash");
    let output = bash.args(["-c", &script, "bash"]).arg(ramdisk).output().expect("running bash");
    assert!(output.status.success(), "{bash:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
