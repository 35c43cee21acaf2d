//! Kernel arguments, modules, a boot loader.

use std::sync::{Arc, Mutex};

use anyhow::{Result, bail};
use blankslate::element::Phase;
use blankslate::plugin::{BootLoader, Devices, Firmware, HookContext, LoaderRequest};
use blankslate::sys::disk::create_sparse;
use blankslate::sys::loopdev::{LoopDevice, LoopOptions};

use crate::trial::{Trial, hook_entry};

/// Notes what is asked for; the second time it fails.
#[derive(Default)]
struct Recorder(Mutex<Vec<LoaderRequest>>);

impl BootLoader for Recorder {
    fn install(&self, request: &LoaderRequest) -> Result<()> {
        let mut requests = self.0.lock().unwrap();
        requests.push(request.clone());
        if requests.len() > 1 {
            bail!("no kernel in the image");
        }
        Ok(())
    }
}

/// A disk that the machines of every architecture can start.
pub(crate) const DISK: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: gpt
    partitions:
      - {name: esp, type: EF00, size: 64MiB, mkfs: {type: vfat, mount: {mount_point: /boot/efi}}}
      - {name: bsp, type: EF02, size: 1MiB}
      - {name: root, size: 100%, mkfs: {mount: {mount_point: /}}}
";

fn trial() -> Trial {
    let manifest = format!("capabilities.block-device = true\n{}", hook_entry("finalise", "loader"));
    let install = ["arguments", "invalid", "loader"].map(|hook| hook_entry("install", hook)).concat();
    let trial = Trial::new().manifest("boot", &(manifest + &install)).grant("boot", "block-device");
    trial.file("block-device-default.yaml", DISK)
}

#[test]
fn arguments_and_modules_are_added_once() {
    let trial = trial().start();
    trial.succeed("boot", "arguments");
    assert_eq!(trial.runner.contributions().kernel_arguments, ["quiet", "console=ttyS0"]);
    assert_eq!(trial.read("/etc/modules-load.d/boot.conf"), "mlx5_core\nib_core\n");
    assert_eq!(trial.returned("boot", "invalid"), "'a b' is not one argument of a kernel");
}

#[test]
fn a_boot_loader_is_installed_when_that_is_possible() {
    let mut trial = trial().start();
    assert_eq!(
        trial.returned("boot", "loader"),
        "a boot loader is installed in phase finalise, not in install"
    );
    let recorder = Arc::new(Recorder::default());
    trial.boot_loader = Some(recorder.clone());
    trial.succeed("boot", "arguments");
    trial.run_in(Phase::Finalise, "boot", "loader").unwrap();
    let expected = LoaderRequest {
        firmware: Firmware::Bios,
        timeout: 1,
        serial_console: Some("ttyS0,115200".to_owned()),
        kernel_arguments: vec!["quiet".to_owned(), "console=ttyS0".to_owned()],
    };
    assert_eq!(*recorder.0.lock().unwrap(), [expected]);
    let failed = trial.run_in(Phase::Finalise, "boot", "loader").unwrap_err();
    assert_eq!(failed.to_string(), "no kernel in the image");
}

#[test]
fn a_boot_loader_must_be_granted() {
    for (declared, why) in [
        ("capabilities.block-device = true\n", "was not granted block-device: grant it"),
        (
            "",
            "may not use block-device, which its element.toml does not ask for: add it under [capabilities], then grant it",
        ),
    ] {
        let manifest = format!("{declared}{}", hook_entry("finalise", "loader"));
        let trial = Trial::new().manifest("boot", &manifest).file("block-device-default.yaml", DISK);
        let mut trial = trial.start();
        let recorder = Arc::new(Recorder::default());
        trial.boot_loader = Some(recorder.clone());
        let denied = trial.run_in(Phase::Finalise, "boot", "loader").unwrap_err();
        let expected = format!("element 'boot' {why} with --grant boot:block-device");
        assert_eq!(denied.to_string(), expected);
        assert_eq!(*recorder.0.lock().unwrap(), []);
    }
}

/// The package of a kernel writes the boot loader's menu anew, for which it looks at the disk.
#[test]
fn packages_see_the_disk_once_a_boot_loader_is_on_it() {
    let loader = format!("capabilities.block-device = true\n{}", hook_entry("finalise", "loader"));
    let trial = Trial::new().element("managers", &[], "capabilities.chroot = true");
    let trial = trial.grant("managers", "chroot").manifest("boot", &loader).grant("boot", "block-device");
    let trial = trial.file("block-device-default.yaml", DISK);
    trial.add_program("/bin/ls");
    drop(create_sparse(&trial.join("disk"), 1 << 20).unwrap());
    let device = LoopDevice::attach(&trial.join("disk"), LoopOptions::default()).unwrap();
    let name = device.path().file_name().unwrap().to_str().unwrap();
    let mut trial = trial.start();
    trial.boot_loader = Some(Arc::new(Recorder::default()));
    let devices = Devices { disk: Some(device.path().to_owned()), ..Devices::default() };
    let context = HookContext { devices, ..trial.context(Phase::Finalise) };
    let sees = || {
        let distribution = trial.runner.distribution(&context).expect("a distribution");
        distribution.install(&["kernel".to_owned()]).unwrap();
        trial.read("/seen").lines().any(|line| line == name)
    };
    assert!(!sees(), "{name} is seen before");
    trial.runner.run(&trial.plan.hooks(Phase::Finalise)[0], &context).unwrap();
    assert!(sees(), "{}", trial.read("/seen"));
    device.close().unwrap();
}
