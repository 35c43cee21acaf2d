//! The image's disk.

use blankslate::element::Phase;

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

#[test]
fn the_disk_must_be_granted() {
    assert_eq!(
        trial().start().returned("block-device", "describe"),
        "element 'block-device' was not granted block-device: grant it with --grant block-device:block-device"
    );
}
