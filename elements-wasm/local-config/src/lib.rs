//! The element `local-config`: takes what whoever builds has on the build
//! host, ssh keys and proxies, into the image.

use blankslate_sdk::{Element, Result, rootfs};

mod apt;
mod dnf;
mod keys;
mod lines;
mod profile;
mod proxies;
mod zypper;

use proxies::Proxies;

struct LocalConfig;

impl Element for LocalConfig {
    fn pre_install(_hook: &str) -> Result {
        let proxies = Proxies::read()?;
        profile::write(&proxies)?;
        apt::write(&proxies)?;
        dnf::write(&proxies)?;
        zypper::write(&proxies)
    }

    fn install(_hook: &str) -> Result {
        keys::install()
    }
}

/// A file of the image; absent if there is none.
fn find(path: &str) -> Result<Option<Vec<u8>>> {
    Ok(match rootfs::metadata(path)? {
        Some(_) => Some(rootfs::read(path)?),
        None => None,
    })
}

/// The same as text, what is not UTF-8 replaced.
fn find_text(path: &str) -> Result<Option<String>> {
    Ok(find(path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// Whether a path leads to a directory.
fn is_directory(path: &str) -> Result<bool> {
    Ok(rootfs::metadata(path)?.is_some_and(|found| found.kind == rootfs::Kind::Directory))
}

blankslate_sdk::register!(LocalConfig);
