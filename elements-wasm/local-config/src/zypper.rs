//! zypper's proxies: variables of SUSE's `/etc/sysconfig/proxy`.

use blankslate_sdk::{Result, rootfs};

use crate::proxies::Proxies;
use crate::{find_text, is_directory};

const FILE: &str = "/etc/sysconfig/proxy";

/// Writes zypper's settings, where there is zypper.
pub(crate) fn write(proxies: &Proxies) -> Result {
    if !is_directory("/etc/zypp")? {
        return Ok(());
    }
    let text = find_text(FILE)?.unwrap_or_default();
    rootfs::write(FILE, changed(&text, proxies))?;
    Ok(())
}

fn changed(text: &str, proxies: &Proxies) -> String {
    let mut text = text.to_owned();
    for (name, proxy) in [("HTTP_PROXY", &proxies.http), ("HTTPS_PROXY", &proxies.https)] {
        if let Some(url) = proxy {
            text = with(&text, name, url);
        }
    }
    let direct = exceptions(value_of(&text, "NO_PROXY").unwrap_or_default(), &proxies.direct);
    with(&with(&text, "NO_PROXY", &direct), "PROXY_ENABLED", "yes")
}

/// The hosts that are there, and those that are not among them.
fn exceptions(present: &str, hosts: &[String]) -> String {
    let mut all: Vec<&str> = present.split(',').map(str::trim).filter(|host| !host.is_empty()).collect();
    for host in hosts {
        if !all.contains(&host.as_str()) {
            all.push(host);
        }
    }
    all.join(", ")
}

fn value_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| value(line, name)).map(|value| value.trim_matches(['"', '\'']))
}

fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.strip_prefix(name)?.strip_prefix('=')
}

/// The text with a variable's value, at its place or at the end.
fn with(text: &str, name: &str, to: &str) -> String {
    let assignment = format!("{name}=\"{to}\"");
    let mut lines: Vec<&str> = text.lines().collect();
    let mut found = false;
    for line in &mut lines {
        if value(line, name).is_some() {
            *line = &assignment;
            found = true;
        }
    }
    if !found {
        lines.push(&assignment);
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "# comment\nPROXY_ENABLED=\"no\"\nHTTP_PROXY=\"\"\nHTTPS_PROXY=\"\"\nNO_PROXY=\"localhost, 127.0.0.1\"\n";

    fn proxies(http: Option<&str>, direct: &[&str]) -> Proxies {
        let direct = direct.iter().map(|&host| host.to_owned()).collect();
        Proxies { http: http.map(str::to_owned), https: None, direct }
    }

    #[test]
    fn variables_are_set_at_their_place() {
        let table = [
            (
                GIVEN,
                proxies(Some("http://p"), &["localhost", "192.0.2.1"]),
                "# comment\nPROXY_ENABLED=\"yes\"\nHTTP_PROXY=\"http://p\"\nHTTPS_PROXY=\"\"\n\
                 NO_PROXY=\"localhost, 127.0.0.1, 192.0.2.1\"\n",
            ),
            ("", proxies(None, &["192.0.2.1"]), "NO_PROXY=\"192.0.2.1\"\nPROXY_ENABLED=\"yes\"\n"),
            (
                "NO_PROXY=\"\"",
                proxies(Some("http://p"), &["a"]),
                "NO_PROXY=\"a\"\nHTTP_PROXY=\"http://p\"\nPROXY_ENABLED=\"yes\"\n",
            ),
        ];
        for (text, proxies, expected) in table {
            let once = changed(text, &proxies);
            assert_eq!(once, expected, "{text:?}");
            assert_eq!(changed(&once, &proxies), once, "a second time changes nothing");
        }
    }
}
