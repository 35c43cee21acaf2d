//! apt's proxies: one file for each setting.

use blankslate_sdk::{Result, rootfs};

use crate::proxies::Proxies;
use crate::{find, is_directory, lines};

const FOLDER: &str = "/etc/apt/apt.conf.d";

/// Writes apt's settings, where there is apt.
pub(crate) fn write(proxies: &Proxies) -> Result {
    if !is_directory("/etc/apt")? {
        return Ok(());
    }
    for (scheme, proxy) in [("http", &proxies.http), ("https", &proxies.https)] {
        if let Some(url) = proxy {
            rootfs::write(&format!("{FOLDER}/02-use-{scheme}-proxy"), setting(scheme, url))?;
        }
    }
    let path = format!("{FOLDER}/02-no-proxy");
    let present = find(&path)?.unwrap_or_default();
    let direct: Vec<String> = proxies.direct.iter().map(|host| exception(host)).collect();
    rootfs::write(&path, lines::appended(&present, direct.iter().map(String::as_bytes)))?;
    Ok(())
}

fn setting(scheme: &str, url: &str) -> String {
    format!("Acquire::{scheme}::Proxy \"{url}\";\n")
}

fn exception(host: &str) -> String {
    format!("Acquire::http::Proxy::{host} \"DIRECT\";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_in_the_words_of_apt() {
        assert_eq!(setting("https", "http://p:1/"), "Acquire::https::Proxy \"http://p:1/\";\n");
        assert_eq!(exception("localhost"), "Acquire::http::Proxy::localhost \"DIRECT\";");
    }
}
