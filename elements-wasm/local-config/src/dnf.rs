//! The proxy of yum and dnf: a key of the section `[main]`.

use blankslate_sdk::{Result, rootfs};

use crate::find_text;
use crate::proxies::Proxies;

/// yum's file, which leads to dnf's where dnf has taken over, and dnf's own.
const FILES: [&str; 2] = ["/etc/yum.conf", "/etc/dnf/dnf.conf"];

const SECTION: &str = "[main]";

/// Writes the proxy into the files that the image has.
pub(crate) fn write(proxies: &Proxies) -> Result {
    let Some(url) = &proxies.http else { return Ok(()) };
    for path in FILES {
        let Some(text) = find_text(path)? else { continue };
        let changed = with_proxy(&text, url);
        if changed != text {
            rootfs::write(path, changed)?;
        }
    }
    Ok(())
}

/// The text with the proxy as the first key of the section, in place of one that is there.
fn with_proxy(text: &str, url: &str) -> String {
    let setting = format!("proxy={url}");
    if !text.lines().any(|line| line.trim() == SECTION) {
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return format!("{text}{gap}{SECTION}\n{setting}\n");
    }
    let mut kept = Vec::new();
    let mut section = "";
    for line in text.lines() {
        if line.trim_start().starts_with('[') {
            section = line.trim();
        }
        if section == SECTION && is_proxy(line) {
            continue;
        }
        kept.push(line);
        if line.trim() == SECTION {
            kept.push(&setting);
        }
    }
    kept.join("\n") + if text.ends_with('\n') { "\n" } else { "" }
}

fn is_proxy(line: &str) -> bool {
    line.split_once('=').is_some_and(|(key, _)| key.trim() == "proxy")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_gets_the_proxy_once() {
        let table = [
            ("[main]\ngpgcheck=1\n", "[main]\nproxy=http://p\ngpgcheck=1\n"),
            (
                "# dnf\n[main]\na=1\nproxy = http://old\n[x]\nproxy=y\n",
                "# dnf\n[main]\nproxy=http://p\na=1\n[x]\nproxy=y\n",
            ),
            ("[main]", "[main]\nproxy=http://p"),
            ("", "[main]\nproxy=http://p\n"),
            ("[x]\na=1", "[x]\na=1\n[main]\nproxy=http://p\n"),
            ("[main]\nproxy_username=me\n", "[main]\nproxy=http://p\nproxy_username=me\n"),
        ];
        for (text, expected) in table {
            let once = with_proxy(text, "http://p");
            assert_eq!(once, expected, "{text:?}");
            assert_eq!(with_proxy(&once, "http://p"), once, "a second time changes nothing");
        }
    }
}
