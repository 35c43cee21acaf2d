//! What a component may be allowed to do beyond its own image tree.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One capability, as asked for in `element.toml`, as granted with
/// `--grant ELEMENT:KIND[=VALUE]`, and as shown in a plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
pub enum Grant {
    /// Read one environment variable of the caller.
    Environment(String),
    /// Read a file, or a directory and all below it, of the build host. `~` is the caller's home.
    HostFile(String),
    /// Run a program of the build host, found on `PATH` by this name.
    HostProgram(String),
    /// Fetch URLs that start with this prefix.
    Url(String),
    /// Run programs inside the image's chroot.
    Chroot,
    /// Query and change the image's block device, boot loader included.
    BlockDevice,
}

impl Grant {
    /// The kind's name, as `--grant` takes it.
    pub fn kind(&self) -> &'static str {
        match self {
            Grant::Environment(_) => "environment",
            Grant::HostFile(_) => "host-file",
            Grant::HostProgram(_) => "host-program",
            Grant::Url(_) => "url",
            Grant::Chroot => "chroot",
            Grant::BlockDevice => "block-device",
        }
    }

    /// The value, for the kinds that have one.
    pub fn value(&self) -> Option<&str> {
        match self {
            Grant::Environment(value)
            | Grant::HostFile(value)
            | Grant::HostProgram(value)
            | Grant::Url(value) => Some(value),
            Grant::Chroot | Grant::BlockDevice => None,
        }
    }
}

impl Grant {
    /// Whether having this grant allows `wish`: the same capability, a
    /// directory above the wanted file, or a URL above the wanted one.
    pub fn covers(&self, wish: &Grant) -> bool {
        match (self, wish) {
            (Grant::HostFile(granted), Grant::HostFile(wanted)) => Path::new(wanted).starts_with(granted),
            (Grant::Url(granted), Grant::Url(wanted)) => wanted
                .strip_prefix(granted.as_str())
                .is_some_and(|rest| rest.is_empty() || granted.ends_with('/') || rest.starts_with('/')),
            _ => self == wish,
        }
    }

    /// What this grant gives of a wish: the wish, or the part of it that is granted.
    #[must_use]
    pub fn part_of(&self, wish: &Grant) -> Option<Grant> {
        if self.covers(wish) {
            return Some(wish.clone());
        }
        let leads_up = self.value().is_some_and(|value| value.split('/').any(|name| name == ".."));
        (!leads_up && wish.covers(self)).then(|| self.clone())
    }

    /// The same with `~` at the start of a path being the caller's home.
    #[must_use]
    pub fn at_home(self, home: Option<&str>) -> Grant {
        match (self, home) {
            (Grant::HostFile(path), Some(home)) => Grant::HostFile(expand_home(&path, home)),
            (grant, _) => grant,
        }
    }
}

/// A path of the build host with `~` at its start replaced by the caller's home.
pub fn expand_home(path: &str, home: &str) -> String {
    match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            format!("{}{rest}", home.trim_end_matches('/'))
        }
        _ => path.to_owned(),
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value() {
            Some(value) => write!(f, "{}={value}", self.kind()),
            None => f.write_str(self.kind()),
        }
    }
}

/// A grant that cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// None of the known kinds.
    #[error(
        "unknown capability '{0}' (known: environment=NAME, host-file=PATH, host-program=NAME, url=PREFIX, chroot, block-device)"
    )]
    Unknown(String),
    /// A kind that names something, without the name.
    #[error("capability '{0}' needs a value: {0}=VALUE")]
    MissingValue(&'static str),
    /// A kind that is all or nothing, with a value.
    #[error("capability '{0}' takes no value")]
    ExtraValue(&'static str),
}

impl FromStr for Grant {
    type Err = GrantError;

    fn from_str(text: &str) -> Result<Self, GrantError> {
        let (kind, value) = match text.split_once('=') {
            Some((kind, value)) => (kind, Some(value)),
            None => (text, None),
        };
        let valued = |name, make: fn(String) -> Grant| match value {
            Some(value) if !value.is_empty() => Ok(make(value.to_owned())),
            _ => Err(GrantError::MissingValue(name)),
        };
        let plain = |name, grant: Grant| match value {
            None => Ok(grant),
            Some(_) => Err(GrantError::ExtraValue(name)),
        };
        match kind {
            "environment" => valued("environment", Grant::Environment),
            "host-file" => valued("host-file", Grant::HostFile),
            "host-program" => valued("host-program", Grant::HostProgram),
            "url" => valued("url", Grant::Url),
            "chroot" => plain("chroot", Grant::Chroot),
            "block-device" => plain("block-device", Grant::BlockDevice),
            _ => Err(GrantError::Unknown(kind.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_covers_what_lies_below_it() {
        let table = [
            ("host-file=/etc", "host-file=/etc/hosts", true),
            ("host-file=/etc", "host-file=/etc2/hosts", false),
            ("host-file=/etc/hosts", "host-file=/etc", false),
            ("url=https://example.org", "url=https://example.org/x", true),
            ("url=https://example.org", "url=https://example.org.evil/x", false),
            ("url=https://example.org/", "url=https://example.org/x", true),
            ("environment=HOME", "environment=HOME", true),
            ("environment=HOME", "environment=HOMES", false),
            ("chroot", "chroot", true),
            ("chroot", "block-device", false),
        ];
        for (granted, wanted, expected) in table {
            let parse = |text: &str| text.parse::<Grant>().unwrap();
            assert_eq!(parse(granted).covers(&parse(wanted)), expected, "{granted} for {wanted}");
        }
    }

    #[test]
    fn a_grant_may_give_a_part_of_what_is_wished() {
        let table = [
            (
                "host-file=/etc/apt/sources.list",
                "host-file=/etc/apt",
                Some("host-file=/etc/apt/sources.list"),
            ),
            ("host-file=/etc", "host-file=/etc/apt", Some("host-file=/etc/apt")),
            ("host-file=/etc/apt2", "host-file=/etc/apt", None),
            ("host-file=/etc/apt/../shadow", "host-file=/etc/apt", None),
            ("url=https://example.org/a", "url=https://example.org/", Some("url=https://example.org/a")),
            ("url=https://example.org.evil/", "url=https://example.org", None),
            ("environment=HOME", "environment=HOME", Some("environment=HOME")),
            ("environment=HOME", "chroot", None),
        ];
        for (granted, wish, expected) in table {
            let parse = |text: &str| text.parse::<Grant>().unwrap();
            let part = parse(granted).part_of(&parse(wish)).map(|part| part.to_string());
            assert_eq!(part.as_deref(), expected, "{granted} of {wish}");
        }
    }

    #[test]
    fn home_is_expanded_at_the_start_only() {
        for (path, expected) in [("~/.ssh", "/h/.ssh"), ("~", "/h"), ("~bob", "~bob"), ("/a/~", "/a/~")] {
            assert_eq!(expand_home(path, "/h"), expected);
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_grant() {
        let table = [
            (
                "root",
                "unknown capability 'root' (known: environment=NAME, host-file=PATH, host-program=NAME, url=PREFIX, chroot, block-device)",
            ),
            ("url", "capability 'url' needs a value: url=VALUE"),
            ("chroot=yes", "capability 'chroot' takes no value"),
        ];
        for (text, message) in table {
            assert_eq!(text.parse::<Grant>().unwrap_err().to_string(), message);
        }
    }
}
