//! The proxies of the caller's environment.

use blankslate_sdk::{Error, Result, params};

/// An address of a network that is for documentation: always reached directly,
/// since diskimage-builder has it so.
const ALWAYS_DIRECT: &str = "192.0.2.1";

/// What the caller's environment says of proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proxies {
    /// For HTTP.
    pub(crate) http: Option<String>,
    /// For HTTPS.
    pub(crate) https: Option<String>,
    /// Hosts to reach without a proxy; never empty.
    pub(crate) direct: Vec<String>,
}

impl Proxies {
    /// Reads them.
    pub(crate) fn read() -> Result<Proxies> {
        Ok(Proxies {
            http: url("http_proxy")?,
            https: url("https_proxy")?,
            direct: hosts(&variable("no_proxy")?.unwrap_or_default()),
        })
    }

    /// The hosts as variables have them.
    pub(crate) fn no_proxy(&self) -> String {
        self.direct.join(",")
    }
}

fn url(name: &str) -> Result<Option<String>> {
    let Some(value) = variable(name)? else { return Ok(None) };
    if is_url(&value) { Ok(Some(value)) } else { Err(no_url(name)) }
}

/// A variable in small letters or, where that is unset, in capitals; an empty one counts as unset.
fn variable(name: &str) -> Result<Option<String>> {
    let filled = |name: &str| Ok::<_, Error>(params::environment(name)?.filter(|value| !value.is_empty()));
    match filled(name)? {
        Some(value) => Ok(Some(value)),
        None => filled(&name.to_ascii_uppercase()),
    }
}

/// Whether a value can stand in all the files that get it: one word without quotes.
fn is_url(value: &str) -> bool {
    !value.chars().any(|c| c.is_whitespace() || c.is_control() || "\"'\\".contains(c))
}

/// The value itself, which may hold a password, is not shown.
fn no_url(name: &str) -> Error {
    Error::new(format!("the value of {name} has blanks, quotes or backslashes, which no URL has"))
        .hint(format!("write such signs of a password with %, as in %22, or build with {name} unset"))
}

/// The hosts of a list with commas, each once.
fn hosts(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    let mut hosts: Vec<String> = Vec::new();
    for word in words.chain([ALWAYS_DIRECT]) {
        if is_url(word) && !hosts.iter().any(|known| known == word) {
            hosts.push(word.to_owned());
        }
    }
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_stand_once_and_in_order() {
        let table = [
            ("", "192.0.2.1"),
            ("localhost,.example.org", "localhost,.example.org,192.0.2.1"),
            ("b, a ,b,", "b,a,192.0.2.1"),
            ("192.0.2.1,a", "192.0.2.1,a"),
        ];
        for (text, expected) in table {
            let proxies = Proxies { direct: hosts(text), ..Proxies::default() };
            assert_eq!(proxies.no_proxy(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for (value, expected) in [
            ("http://proxy:3128/", true),
            ("http://me:p%22w@proxy", true),
            ("http://a b", false),
            ("http://proxy\";", false),
            ("http://proxy\n", false),
        ] {
            assert_eq!(is_url(value), expected, "{value:?}");
        }
        assert_eq!(
            no_url("http_proxy").to_string(),
            "the value of http_proxy has blanks, quotes or backslashes, which no URL has"
        );
    }
}
