//! The proxies of the user `stack`, in whose shell OpenStack's services are installed.

use blankslate_sdk::{Result, rootfs};

use crate::proxies::Proxies;
use crate::{find, is_directory, lines};

const USER: &str = "stack";

/// Exports the proxies in the user's profile, where there is such a user with a home.
pub(crate) fn write(proxies: &Proxies) -> Result {
    let Some(user) = rootfs::find_user(USER)? else { return Ok(()) };
    if !is_directory(&user.home)? {
        return Ok(());
    }
    let path = format!("{}/.profile", user.home.trim_end_matches('/'));
    let present = find(&path)?;
    let contents = lines::appended(
        present.as_deref().unwrap_or_default(),
        exports(proxies).iter().map(String::as_bytes),
    );
    let file = rootfs::file(&path);
    let file = if present.is_none() { file.owner(user.uid, user.gid) } else { file };
    file.write(contents)?;
    Ok(())
}

fn exports(proxies: &Proxies) -> Vec<String> {
    let no_proxy = Some(proxies.no_proxy());
    let variables = [("http_proxy", &proxies.http), ("https_proxy", &proxies.https), ("no_proxy", &no_proxy)];
    let export = |(name, value): (&str, &Option<String>)| {
        value.as_ref().map(|value| format!("export {name}={}", quoted(value)))
    };
    variables.into_iter().filter_map(export).collect()
}

/// A value as a shell takes it: in quotes only if it needs them. It holds no quotes itself.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "%+,-./:=@_".contains(c);
    if value.chars().all(plain) { value.to_owned() } else { format!("'{value}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_exported() {
        let http = Some("http://me:a$b@proxy:3128/".to_owned());
        let proxies = Proxies { http, https: None, direct: vec!["a".into(), "b".into()] };
        assert_eq!(
            exports(&proxies),
            ["export http_proxy='http://me:a$b@proxy:3128/'", "export no_proxy=a,b"]
        );
    }
}
