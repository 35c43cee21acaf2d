//! The element `vm`: makes the image a bootable disk.
//!
//! The disk's partitions decide which firmware can start it, and so which boot
//! loaders it gets.

use blankslate_sdk::boot::{self, Firmware, Loader};
use blankslate_sdk::{Context, Element, Result, block_device, image, info, packages, params};

mod firmware;

struct Vm;

impl Element for Vm {
    fn install(_hook: &str) -> Result {
        let arguments: Vec<String> = params::get("kernel-arguments")?;
        boot::add_kernel_arguments(arguments)?;
        let arch = image::describe().arch;
        packages::install(firmwares(&arch)?.into_iter().map(|firmware| firmware::package(firmware, &arch)))?;
        Ok(())
    }

    fn finalise(_hook: &str) -> Result {
        let arch = image::describe().arch;
        let timeout = u32::try_from(params::get::<i64>("timeout")?)
            .context("the parameter timeout is no number of seconds that a menu can wait")?;
        let serial_console = console(params::find("serial-console")?, &arch);
        for firmware in firmwares(&arch)? {
            info!("installing the boot loader for {}", firmware::name(firmware));
            boot::install_loader(&Loader { firmware, timeout, serial_console: serial_console.clone() })?;
        }
        Ok(())
    }
}

fn firmwares(arch: &str) -> Result<Vec<Firmware>> {
    firmware::all(&block_device::describe()?, arch)
}

/// The serial console: the one given, none if that is empty, else the first
/// that an architecture's machines have.
fn console(given: Option<String>, arch: &str) -> Option<String> {
    let port = if ["arm64", "armhf"].contains(&arch) { "ttyAMA0" } else { "ttyS0" };
    Some(given.unwrap_or_else(|| format!("{port},115200"))).filter(|console| !console.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_serial_console_is_given_or_the_first_one() {
        for (given, arch, expected) in [
            (None, "amd64", Some("ttyS0,115200")),
            (None, "arm64", Some("ttyAMA0,115200")),
            (None, "armhf", Some("ttyAMA0,115200")),
            (None, "i386", Some("ttyS0,115200")),
            (Some("hvc0"), "arm64", Some("hvc0")),
            (Some(""), "amd64", None),
        ] {
            assert_eq!(console(given.map(str::to_owned), arch).as_deref(), expected, "{given:?} on {arch}");
        }
    }
}

blankslate_sdk::register!(Vm);
