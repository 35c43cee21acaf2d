//! The image's disk.

use std::fs;
use std::process::Command;

use blankslate::element::Phase;
use blankslate::sys::disk::create_sparse;
use blankslate::sys::loopdev::{LoopDevice, LoopOptions};

use crate::trial::{Trial, hook_entry};

fn trial() -> Trial {
    let manifest = format!("capabilities.block-device = true\n{}", hook_entry("block-device", "file"));
    let install = hook_entry("install", "describe") + &hook_entry("install", "provide");
    Trial::new().manifest("block-device", &(manifest + &install))
}

#[test]
fn the_disk_is_described() {
    let trial = trial().grant("block-device", "block-device").start();
    trial.succeed("block-device", "describe");
    assert_eq!(trial.read("/disk"), "image0 Table::None cloudimg-rootfs 1 Some(\"/\")");
}

#[test]
fn a_device_is_provided_in_its_phase_only_and_must_be_one() {
    let trial = trial().grant("block-device", "block-device").start();
    assert_eq!(
        trial.returned("block-device", "provide"),
        "a block device can be provided in phase block-device, not in install"
    );
    let file = trial.run_in(Phase::BlockDevice, "block-device", "file").unwrap_err();
    assert_eq!(file.to_string(), "'/etc/passwd' is no block device of the build host");
    assert_eq!(trial.runner.contributions().block_device, None);
}

/// The build fills the device, reads its outputs from there, and leaves it to whom it belongs.
#[test]
fn a_device_that_is_provided_is_the_disk_of_the_build() {
    let manifest = "parameters.device = { type = 'string' }\ncapabilities.block-device = true\n";
    let manifest = format!("{manifest}{}", hook_entry("block-device", "own"));
    let trial = Trial::beside_a_system().manifest("block-device", &manifest);
    let backing = trial.join("backing");
    drop(create_sparse(&backing, 256 << 20).unwrap());
    let device = LoopDevice::attach(&backing, LoopOptions::default()).unwrap();
    let setting = format!("block-device.device={}", device.path().display());
    let output = trial.build(&["--grant", "block-device:block-device", "--set", &setting, "-t", "raw"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let made = Command::new("debugfs").args(["-R", "cat /made"]).arg(device.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&made.stdout), "made\n");
    let check = Command::new("e2fsck").args(["-f", "-n"]).arg(device.path()).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
    device.close().unwrap();
    assert!(fs::read(&backing).unwrap() == fs::read(trial.join("image.raw")).unwrap());
    let tar = Command::new("tar").arg("-tf").arg(trial.join("image.tar")).output().unwrap();
    assert!(String::from_utf8_lossy(&tar.stdout).contains("./made\n"));
}

#[test]
fn the_disk_must_be_granted() {
    let trial = trial().start();
    let denied = "element 'block-device' was not granted block-device: grant it with --grant block-device:block-device";
    assert_eq!(trial.returned("block-device", "describe"), denied);
    let provided = trial.run_in(Phase::BlockDevice, "block-device", "file").unwrap_err();
    assert_eq!(provided.to_string(), denied);
    assert_eq!(trial.runner.contributions().block_device, None);
}

#[test]
fn the_disk_must_be_asked_for_before_it_is_granted() {
    let manifest = hook_entry("block-device", "file");
    let trial = Trial::new().manifest("block-device", &manifest).start();
    let provided = trial.run_in(Phase::BlockDevice, "block-device", "file").unwrap_err();
    assert_eq!(
        provided.to_string(),
        "element 'block-device' may not use block-device, which its element.toml does not ask for: add it under [capabilities], then grant it with --grant block-device:block-device"
    );
}
