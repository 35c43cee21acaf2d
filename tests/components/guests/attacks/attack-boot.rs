//! Puts more than an argument and a console into the settings of the boot loader.
use blankslate_sdk::boot::{self, Firmware, Loader};
use blankslate_sdk::{Element, Result};

struct Boot;

fn install(console: &str) -> Result {
    let loader = Loader { firmware: Firmware::Bios, timeout: 0, serial_console: Some(console.into()) };
    Ok(boot::install_loader(&loader)?)
}

impl Element for Boot {
    fn finalise(hook: &str) -> Result {
        match hook {
            "line" => boot::add_kernel_arguments(["a\nGRUB_TERMINAL=x"])?,
            "line-quoted" => boot::add_kernel_arguments(["a=\"\n\"; touch /ran; \"\""])?,
            "zero" => boot::add_kernel_arguments(["a\0b"])?,
            "open" => boot::add_kernel_arguments(["a=\"; touch /ran"])?,
            "console-quote" => install("ttyS0\"; touch /ran; \"")?,
            "console-command" => install("$(touch /ran)")?,
            _ => install("ttyS0 init=/bin/sh")?,
        }
        Ok(())
    }
}

blankslate_sdk::register!(Boot);
