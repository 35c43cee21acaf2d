//! `boot`: kernel arguments, modules, boot loader.

use std::path::PathBuf;

use super::rootfs::files;
use super::{add_new, is_name, size};
use crate::element::Phase;
use crate::element::capability::Grant;
use crate::plugin::bindings::wit::boot::{Error, Firmware, Host, Loader};
use crate::plugin::bindings::wit::rootfs;
use crate::plugin::context::{self, LoaderRequest};
use crate::plugin::failure;
use crate::plugin::state::State;

impl Host for State {
    fn add_kernel_arguments(&mut self, arguments: Vec<String>) -> Result<(), Error> {
        if let Some(bad) = arguments.iter().find(|argument| !is_kernel_argument(argument)) {
            return Err(Error::Invalid(format!("'{bad}' is not one argument of a kernel")));
        }
        self.contribute(size(&arguments), |all| add_new(&mut all.kernel_arguments, arguments))
            .map_err(Error::Invalid)
    }

    fn kernel_arguments(&mut self) -> Vec<String> {
        self.contributions(|all| all.kernel_arguments.clone())
    }

    fn load_modules(&mut self, modules: Vec<String>) -> Result<(), Error> {
        if let Some(bad) = modules.iter().find(|name| !is_name(name, "_-")) {
            return Err(Error::Invalid(format!("'{bad}' is not the name of a kernel module")));
        }
        let path = format!("/etc/modules-load.d/{}.conf", self.facts.name);
        let mut lines = match files::read(self, &path) {
            Ok(present) => String::from_utf8_lossy(&present).lines().map(str::to_owned).collect(),
            Err(rootfs::Error::NotFound) => Vec::new(),
            Err(error) => return Err(writing(&path, &error)),
        };
        add_new(&mut lines, modules);
        let contents = lines.join("\n") + "\n";
        files::replace(self, &path, contents.as_bytes()).map_err(|error| writing(&path, &error))
    }

    fn install_loader(&mut self, loader: Loader) -> Result<(), Error> {
        self.require(&Grant::BlockDevice).map_err(Error::Denied)?;
        if let Some(bad) = loader.serial_console.as_ref().filter(|console| !is_console(console)) {
            return Err(Error::Invalid(format!("'{bad}' is not a console such as ttyS0,115200")));
        }
        let Some(installer) = self.context.boot_loader.clone() else {
            let (now, right) = (self.context.phase, Phase::Finalise);
            return Err(Error::WrongPhase(format!(
                "a boot loader is installed in phase {right}, not in {now}"
            )));
        };
        let request = LoaderRequest {
            firmware: match loader.firmware {
                Firmware::Bios => context::Firmware::Bios,
                Firmware::Efi => context::Firmware::Efi,
            },
            timeout: loader.timeout,
            serial_console: loader.serial_console,
            kernel_arguments: self.kernel_arguments(),
        };
        self.root.forget();
        installer.install(&request).map_err(|error| Error::Failed(failure::to_guest(&error)))?;
        self.contributions(|all| all.boot_loader = true);
        Ok(())
    }
}

/// One argument: no line break, and white space within double quotes only.
fn is_kernel_argument(argument: &str) -> bool {
    let mut quoted = false;
    let each = argument.chars().all(|c| {
        quoted ^= c == '"';
        !c.is_control() && (quoted || !c.is_whitespace())
    });
    !argument.is_empty() && each && !quoted
}

/// What may stand behind `console=`: a device, perhaps with an address and options.
fn is_console(console: &str) -> bool {
    console.starts_with(|c: char| c.is_ascii_alphanumeric())
        && console.chars().all(|c| c.is_ascii_alphanumeric() || ",_.:-".contains(c))
}

fn writing(path: &str, error: &rootfs::Error) -> Error {
    let error = anyhow::anyhow!("{error:?}")
        .context(format!("writing {} in the image", PathBuf::from(path).display()));
    Error::Failed(failure::to_guest(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_arguments_are_single_words_or_quoted() {
        for (argument, expected) in [
            ("quiet", true),
            ("console=ttyS0,115200", true),
            ("dyndbg=\"file a +p\"", true),
            ("", false),
            ("a b", false),
            ("a\nb", false),
            ("\"open", false),
            ("dyndbg=\"a\nb\"", false),
            ("a\0", false),
        ] {
            assert_eq!(is_kernel_argument(argument), expected, "{argument}");
        }
    }

    #[test]
    fn consoles_are_devices_with_options() {
        for (console, expected) in [
            ("ttyS0,115200n8", true),
            ("uart8250,io,0x3f8,9600n8", true),
            ("hvc0", true),
            ("", false),
            ("ttyS0 quiet", false),
            ("ttyS0\"; id; \"", false),
            ("$(id)", false),
            ("ttyS0\n", false),
        ] {
            assert_eq!(is_console(console), expected, "{console}");
        }
    }
}
