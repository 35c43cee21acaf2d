//! Nests directories deeper than any path reaches.
use blankslate_sdk::{Element, Result, rootfs};

struct Depth;

/// Levels of one chain: its path is just short enough.
const LEVELS: usize = 1000;

impl Element for Depth {
    fn install(hook: &str) -> Result {
        let chain = "/d".repeat(LEVELS);
        if hook == "long" {
            return Ok(rootfs::directory(&"/d".repeat(3 * LEVELS)).create()?);
        }
        // Each hook hangs what the earlier ones made below one more chain.
        rootfs::directory(&format!("/new{chain}")).create()?;
        if rootfs::exists("/deep")? {
            rootfs::rename("/deep", &format!("/new{chain}/d"))?;
        }
        rootfs::rename("/new", "/deep")?;
        match hook {
            "walk" => drop(rootfs::walk("/deep")?),
            "glob" => drop(rootfs::glob("/deep/**/x")?),
            "attributes" => rootfs::set_attributes("/deep", &rootfs::unchanged(), true)?,
            "copy" => rootfs::copy(&rootfs::Source::Image("/deep".into()), "/copy")?,
            "remove" => rootfs::remove_tree("/deep")?,
            _ => {}
        }
        Ok(())
    }
}

blankslate_sdk::register!(Depth);
