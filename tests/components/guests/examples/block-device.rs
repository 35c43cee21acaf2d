//! The image's disk.
use blankslate_sdk::{Element, Result, block_device, params, rootfs};

struct BlockDevice;

impl Element for BlockDevice {
    fn install(hook: &str) -> Result {
        if hook == "provide" {
            return Ok(block_device::provide("/dev/loop0")?);
        }
        let disk = block_device::describe()?;
        let root = &disk.volumes[0];
        let text = format!(
            "{} {:?} {} {} {:?}",
            disk.name,
            disk.table,
            root.label,
            disk.volumes.len(),
            root.mount_point
        );
        Ok(rootfs::write("/disk", text)?)
    }

    fn block_device(hook: &str) -> Result {
        let device = if hook == "own" { params::get("device")? } else { "/etc/passwd".to_owned() };
        Ok(block_device::provide(&device)?)
    }
}

blankslate_sdk::register!(BlockDevice);
