//! Calls a cache as something else of the build host is called, and leaves things in it.
use blankslate_sdk::{Element, Result, bail, params, rootfs};

struct Cache;

/// Where the manifest of this program has its cache, and where that of its victim has one.
const CACHES: [&str; 2] = ["/var/cache/attack", "/var/cache/victim"];

impl Element for Cache {
    fn root(_hook: &str) -> Result {
        Ok(CACHES.iter().try_for_each(|path| rootfs::directory(path).create())?)
    }

    fn install(hook: &str) -> Result {
        let [own, victim] = CACHES;
        match hook {
            "plant" => {
                rootfs::write(&format!("{own}/planted"), "planted")?;
                let lock = format!("{own}/lock");
                if rootfs::symlink_metadata(&lock)?.is_none() {
                    rootfs::symlink(&params::get::<String>("outside")?, &lock)?;
                }
            }
            _ => {
                let found = rootfs::list(victim)?;
                if !found.is_empty() {
                    bail!("{found:?}");
                }
            }
        }
        Ok(())
    }
}

blankslate_sdk::register!(Cache);
