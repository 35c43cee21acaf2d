//! Gives a file of the build host a name in the image.
use blankslate_sdk::{Element, Result, params, rootfs};

struct HardLink;

impl Element for HardLink {
    fn install(hook: &str) -> Result {
        let outside: String = params::get("outside")?;
        match hook {
            "dots" => rootfs::hard_link("/../../secret", "/stolen")?,
            "absolute" => rootfs::hard_link(&outside, "/stolen")?,
            // A link to a link is a second name of the link.
            _ => {
                rootfs::symlink(&outside, "/link")?;
                rootfs::hard_link("/link", "/stolen")?;
                rootfs::read("/stolen").map(drop)?
            }
        }
        Ok(())
    }
}

blankslate_sdk::register!(HardLink);
