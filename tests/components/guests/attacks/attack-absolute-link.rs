//! Makes a symbolic link to a file of the build host, and goes through it.
use blankslate_sdk::{Element, Result, params, rootfs};

struct AbsoluteLink;

impl Element for AbsoluteLink {
    fn install(hook: &str) -> Result {
        rootfs::symlink(&params::get::<String>("outside")?, "/link")?;
        match hook {
            "read" => drop(rootfs::read("/link")?),
            "append" => rootfs::append("/link", "attacked")?,
            "attributes" => rootfs::set_attributes(
                "/link",
                &rootfs::Attributes { mode: Some(0o777), ..rootfs::unchanged() },
                false,
            )?,
            "remove" => rootfs::remove("/link")?,
            _ => rootfs::write("/link", "inside")?,
        }
        Ok(())
    }
}

blankslate_sdk::register!(AbsoluteLink);
