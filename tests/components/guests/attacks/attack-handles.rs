//! Opens files without closing them: of the image, and of its scratch directory.
use blankslate_sdk::{Element, Result, rootfs};

mod wasi {
    wit_bindgen::generate!({ path: "wasi.wit", world: "scratch", generate_all });
}

use wasi::wasi::filesystem::preopens::get_directories;

struct Handles;

impl Element for Handles {
    fn install(hook: &str) -> Result {
        match hook {
            "readers" => {
                rootfs::write("/file", "")?;
                let open: std::result::Result<Vec<_>, _> =
                    (0..10_000).map(|_| rootfs::open("/file")).collect();
                drop(open?);
            }
            "writers" => {
                let open: std::result::Result<Vec<_>, _> =
                    (0..10_000).map(|number| rootfs::file(&format!("/{number}")).stream()).collect();
                drop(open?);
            }
            _ => drop((0..10_000).map(|_| get_directories()).collect::<Vec<_>>()),
        }
        Ok(())
    }
}

blankslate_sdk::register!(Handles);
