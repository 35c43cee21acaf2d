//! Values that a plan does not show: it is printed, logged and kept.

use std::borrow::Cow;

/// What a value is shown as where its name says that it is a secret.
pub const HIDDEN: &str = "(not shown)";

/// Words in the names of secrets.
const SECRET_WORDS: [&str; 4] = ["PASSWORD", "SECRET", "TOKEN", "KEY"];

/// Whether a name says that its value is for nobody's eyes.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// A variable's value as people may see it: nothing of a secret, and no
/// password of a URL.
pub fn shown<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    if is_secret(name) {
        return HIDDEN.into();
    }
    match password(value) {
        Some((before, after)) => format!("{before}***{after}").into(),
        None => value.into(),
    }
}

/// A word of a command line as people may see it: of `name=value`, be it a
/// flag's or a word of its own, the value as [`shown`] shows it.
pub fn shown_word(word: &str) -> Cow<'_, str> {
    let start = if word.starts_with("--") { word.find('=').map_or(0, |at| at + 1) } else { 0 };
    let (flag, rest) = word.split_at(start);
    match rest.split_once('=') {
        Some((name, value)) => format!("{flag}{name}={}", shown(name, value)).into(),
        None => format!("{flag}{}", shown("", rest)).into(),
    }
}

/// What stands before and after the password of a URL:
/// `scheme://user:password@host` (RFC 3986, section 3.2.1).
fn password(value: &str) -> Option<(&str, &str)> {
    let start = value.find("://")? + "://".len();
    let authority = value[start..].split(['/', '?', '#']).next()?;
    let end = start + authority.rfind('@')?;
    let colon = start + value[start..end].find(':')?;
    Some((&value[..=colon], &value[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden() {
        let table = [
            ("DIB_RELEASE", "bookworm", "bookworm"),
            ("DIB_DEV_USER_PASSWORD", "hunter2", HIDDEN),
            ("http_proxy", "http://proxy.example:3128/", "http://proxy.example:3128/"),
            ("http_proxy", "http://me:hunter2@proxy.example:3128/", "http://me:***@proxy.example:3128/"),
            ("http_proxy", "http://me:p@ss@proxy.example", "http://me:***@proxy.example"),
            ("http_proxy", "http://me@proxy.example", "http://me@proxy.example"),
            ("mirror", "http://m.example/a:b@c", "http://m.example/a:b@c"),
        ];
        for (name, value, expected) in table {
            assert_eq!(shown(name, value), expected, "{name}={value}");
        }
    }

    #[test]
    fn secrets_of_a_command_line_are_hidden() {
        let table = [
            ("vm", "vm"),
            ("--set=local-config.password=a=b", "--set=local-config.password=(not shown)"),
            ("debian.password=x", "debian.password=(not shown)"),
            ("--set=debian.release=trixie", "--set=debian.release=trixie"),
            ("--qemu-img-options=a=b,c=d", "--qemu-img-options=a=b,c=d"),
            ("debian.mirror=http://me:x@m.example/", "debian.mirror=http://me:***@m.example/"),
            ("--output=x", "--output=x"),
        ];
        for (word, expected) in table {
            assert_eq!(shown_word(word), expected);
        }
    }
}
