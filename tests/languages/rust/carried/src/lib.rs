//! Notes what the element's declarations have done when its hook runs.

use blankslate_sdk::{Element, Result, bail, packages, rootfs};

struct Carried;

impl Element for Carried {
    fn post_install(hook: &str) -> Result {
        match hook {
            "note" => note(),
            other => bail!("there is no hook '{other}'"),
        }
    }
}

fn note() -> Result {
    let name = packages::resolve(["tool"])?.concat();
    let installed = packages::installed(["tool"])?;
    Ok(rootfs::write("/etc/carried-note", format!("{name} is installed: {installed}\n"))?)
}

blankslate_sdk::register!(Carried);
