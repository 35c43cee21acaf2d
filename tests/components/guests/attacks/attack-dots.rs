//! Goes up beyond the image's root.
use blankslate_sdk::{Element, Result, rootfs};

struct Dots;

/// The secret beside the tree, for a program that is no chroot.
const OUTSIDE: &str = "/etc/../../../secret";

impl Element for Dots {
    fn install(hook: &str) -> Result {
        match hook {
            "read" => drop(rootfs::read(OUTSIDE)?),
            "append" => rootfs::append(OUTSIDE, "attacked")?,
            "write" => rootfs::write("../../secret", "attacked")?,
            "remove" => rootfs::remove("/../tree/../secret")?,
            "rename" => rootfs::rename("/etc/passwd", "/../../stolen")?,
            "glob" => drop(rootfs::glob("/../*")?),
            _ => rootfs::copy(&rootfs::Source::Scratch("../../secret".into()), "/copied")?,
        }
        Ok(())
    }
}

blankslate_sdk::register!(Dots);
