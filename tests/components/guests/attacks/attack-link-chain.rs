//! Goes outside by a chain of symbolic links: relative, absolute, through directories.
use blankslate_sdk::{Element, Result, rootfs};

struct LinkChain;

impl Element for LinkChain {
    fn install(hook: &str) -> Result {
        rootfs::symlink("../../..", "/etc/up")?;
        rootfs::symlink("/etc/up", "/second")?;
        rootfs::symlink("second/secret", "/third")?;
        match hook {
            "read" => drop(rootfs::read("/third")?),
            "append" => rootfs::append("/second/tree/../secret", "attacked")?,
            "remove-tree" => rootfs::remove_tree("/second/secret")?,
            "list" => drop(rootfs::list("/second/elements")?),
            _ => {
                rootfs::symlink("/endless", "/endless")?;
                rootfs::read("/endless").map(drop)?
            }
        }
        Ok(())
    }
}

blankslate_sdk::register!(LinkChain);
