//! Asks for more than the host is to hold in memory: names, and what a program prints.
use blankslate_sdk::command::Command;
use blankslate_sdk::{Element, Result, bail, host_files, params, rootfs};

struct Listing;

impl Element for Listing {
    fn install(hook: &str) -> Result {
        match hook {
            "fits" => {
                let (listed, found) = (rootfs::list("/split")?.len(), rootfs::glob("/split/one/*")?.len());
                if (listed, found) != (2, 60) {
                    bail!("{listed} listed, {found} found");
                }
            }
            "list" => drop(rootfs::list("/many")?),
            "walk" => drop(rootfs::walk("/split")?),
            // Of the names none matches, and yet there are too many.
            "glob" => drop(rootfs::glob("/many/nothing*")?),
            "found" => drop(rootfs::glob("/split/*/*")?),
            "host" => drop(host_files::list(&params::get::<String>("granted")?)?),
            _ => drop(Command::host("seq").args(["1000"]).output()?),
        }
        Ok(())
    }
}

blankslate_sdk::register!(Listing);
