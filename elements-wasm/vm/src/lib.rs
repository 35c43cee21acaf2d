//! The element `vm`: makes the image a bootable disk.
//!
//! The disk's partitions decide which firmware can start it, and so which boot
//! loaders it gets.

use blankslate_sdk::boot::{self, Loader};
use blankslate_sdk::{Element, Result, block_device, image, info, packages, params};

mod firmware;

struct Vm;

impl Element for Vm {
    fn install(_hook: &str) -> Result {
        let arguments: Vec<String> = params::get("kernel-arguments")?;
        boot::add_kernel_arguments(arguments)?;
        let arch = image::describe().arch;
        let disk = block_device::describe()?;
        let names = firmware::all(&disk)?.into_iter().map(|firmware| firmware::package(firmware, &arch));
        packages::install(names)?;
        Ok(())
    }

    fn finalise(_hook: &str) -> Result {
        let timeout: i64 = params::get("timeout")?;
        let serial_console = params::find("serial-console")?.filter(|console: &String| !console.is_empty());
        for firmware in firmware::all(&block_device::describe()?)? {
            info!("installing the boot loader for {}", firmware::name(firmware));
            let timeout = u32::try_from(timeout).unwrap_or_default();
            boot::install_loader(&Loader { firmware, timeout, serial_console: serial_console.clone() })?;
        }
        Ok(())
    }
}

blankslate_sdk::register!(Vm);
