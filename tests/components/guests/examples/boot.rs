//! Kernel arguments, modules, a boot loader.
use blankslate_sdk::boot::{self, Firmware, Loader};
use blankslate_sdk::{Element, Result, bail};

struct Boot;

fn loader() -> Loader {
    Loader { firmware: Firmware::Bios, timeout: 1, serial_console: Some("ttyS0,115200".into()) }
}

impl Element for Boot {
    fn install(hook: &str) -> Result {
        match hook {
            "arguments" => {
                boot::add_kernel_arguments(["quiet", "console=ttyS0"])?;
                boot::add_kernel_arguments(["quiet"])?;
                boot::load_modules(["mlx5_core"])?;
                boot::load_modules(["mlx5_core", "ib_core"])?;
                if boot::kernel_arguments() != ["quiet", "console=ttyS0"] {
                    bail!("{:?}", boot::kernel_arguments());
                }
            }
            "invalid" => boot::add_kernel_arguments(["a b"])?,
            _ => boot::install_loader(&loader())?,
        }
        Ok(())
    }

    fn finalise(_hook: &str) -> Result {
        Ok(boot::install_loader(&loader())?)
    }
}

blankslate_sdk::register!(Boot);
