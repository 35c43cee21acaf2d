//! What a ramdisk shall hold.
use blankslate_sdk::ramdisk::{self, InitScript};
use blankslate_sdk::{Element, Result, bail};

struct Ramdisk;

impl Element for Ramdisk {
    fn install(hook: &str) -> Result {
        match hook {
            "add" => add(),
            "again-script" => Ok(script(10, "first", "false\n")?),
            "again-rules" => Ok(ramdisk::add_udev_rules("82-net.rules", "# other\n")?),
            "invalid" => Ok(ramdisk::add_udev_rules("rules", "")?),
            other => bail!("there is no hook '{other}'"),
        }
    }
}

fn add() -> Result {
    ramdisk::add_modules(["mlx4_core"])?;
    script(50, "later", "true\n")?;
    script(10, "first", "true\n")?;
    ramdisk::add_udev_rules("82-net.rules", "# none\n")?;
    ramdisk::add_programs(["ip", "/usr/sbin/ethtool", "ip"])?;
    Ok(())
}

fn script(order: u32, name: &str, contents: &str) -> std::result::Result<(), ramdisk::Error> {
    ramdisk::add_init_script(&InitScript { name: name.into(), order, contents: contents.into() })
}

blankslate_sdk::register!(Ramdisk);
