//! What a ramdisk shall hold.
use blankslate_sdk::ramdisk::{self, InitScript};
use blankslate_sdk::{Element, Result};

struct Ramdisk;

impl Element for Ramdisk {
    fn install(hook: &str) -> Result {
        if hook == "invalid" {
            return Ok(ramdisk::add_udev_rules("rules", "")?);
        }
        ramdisk::add_modules(["mlx4_core"])?;
        for (order, name) in [(50, "later"), (10, "first")] {
            ramdisk::add_init_script(&InitScript { name: name.into(), order, contents: "true\n".into() })?;
        }
        ramdisk::add_udev_rules("82-net.rules", "# none\n")?;
        ramdisk::add_programs(["ip", "/usr/sbin/ethtool", "ip"])?;
        Ok(())
    }
}

blankslate_sdk::register!(Ramdisk);
