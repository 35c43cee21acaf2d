//! How the build host reaches its archive: the `Acquire` settings of its apt
//! configuration, which building from its sources needs as well.

/// Settings of how an archive is reached and how old it may be. What else a
/// host sets below `Acquire`, such as more kinds of index, is its own affair.
const REACH: [&str; 10] = [
    "by-hash",
    "check-date",
    "check-valid-until",
    "forceipv4",
    "forceipv6",
    "http",
    "https",
    "max-validtime",
    "min-validtime",
    "retries",
];

/// Settings of proxies, and what they are called outside of apt.
const PROXIES: [(&str, &str); 2] =
    [("Acquire::http::Proxy", "http_proxy"), ("Acquire::https::Proxy", "https_proxy")];

/// The settings below `Acquire` of how archives are reached, in order, as `(name, value)`.
///
/// Reads apt's format: `A::B "v";`, `A { B "v"; };` and both mixed. Lists
/// (`A { "v"; };`) and directives (`#include`) are no settings of this kind.
pub(crate) fn acquire(text: &str) -> Vec<(String, String)> {
    let mut settings = Vec::new();
    let mut scopes: Vec<String> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for token in tokens(text) {
        match token {
            Token::Word(word) => words.push(word),
            Token::Open => scopes.push(words.drain(..).next().unwrap_or_default()),
            Token::Close => {
                scopes.pop();
                words.clear();
            }
            Token::End => {
                if let [name, value] = words.as_slice() {
                    let name = scopes.iter().map(|scope| format!("{scope}::")).collect::<String>() + name;
                    settings.push((name, value.clone()));
                }
                words.clear();
            }
        }
    }
    settings.retain(|(name, _)| says_how_to_reach(name));
    settings
}

fn says_how_to_reach(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut parts = name.split("::");
    parts.next() == Some("acquire") && parts.next().is_some_and(|part| REACH.contains(&part))
}

/// Proxies among such settings, as the variables that programs other than apt
/// read. The last setting of a name counts.
pub(crate) fn proxies(settings: &[(String, String)]) -> Vec<(&'static str, &str)> {
    let proxy = |(setting, variable)| {
        let mut named = settings.iter().rev().filter(|(name, _)| name.eq_ignore_ascii_case(setting));
        let (_, value) = named.next()?;
        (!value.eq_ignore_ascii_case("DIRECT")).then_some((variable, value.as_str()))
    };
    PROXIES.into_iter().filter_map(proxy).collect()
}

enum Token {
    Word(String),
    Open,
    Close,
    End,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '{' => (Some(Token::Open), 1),
            '}' => (Some(Token::Close), 1),
            ';' => (Some(Token::End), 1),
            '"' => {
                let value = rest[1..].split('"').next().unwrap_or_default();
                (Some(Token::Word(value.to_owned())), value.len() + 2)
            }
            _ => match comment(rest) {
                Some(length) => (None, length),
                None => {
                    let length = rest.find(|c: char| c.is_whitespace() || "{};\"".contains(c));
                    let length = length.unwrap_or(rest.len());
                    (Some(Token::Word(rest[..length].to_owned())), length)
                }
            },
        };
        tokens.extend(token);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    tokens
}

/// Length of the comment that the text begins with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("/*") {
        return Some(text.find("*/").map_or(text.len(), |end| end + 2));
    }
    let line = text.starts_with("//") || text.starts_with('#');
    line.then(|| text.find('\n').unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_settings_in_both_notations() {
        let text = r#"
// a comment; with "quotes"
# another
/* and { one
 more */
Acquire::Check-Valid-Until "false";
APT::Install-Recommends "false";
Acquire { http { Proxy "http://p.example:3128/"; Timeout 5; }; https::Proxy "DIRECT"; };
acquire::Retries "3";
Acquire::GzipIndexes "true";
Acquire::IndexTargets { deb::DEP-11 { MetaKey "$(COMPONENT)/dep11/Components.yml"; }; };
DPkg::Post-Invoke { "rm -f /x; true"; };
"#;
        let expected = [
            ("Acquire::Check-Valid-Until", "false"),
            ("Acquire::http::Proxy", "http://p.example:3128/"),
            ("Acquire::http::Timeout", "5"),
            ("Acquire::https::Proxy", "DIRECT"),
            ("acquire::Retries", "3"),
        ];
        let expected: Vec<(String, String)> =
            expected.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        assert_eq!(acquire(text), expected);
        assert_eq!(proxies(&expected), [("http_proxy", "http://p.example:3128/")]);
    }

    #[test]
    fn broken_files_end() {
        for text in ["Acquire {", "}", "\"", "Acquire::X \"open", "/* open", ";;"] {
            assert_eq!(acquire(text), [], "{text:?}");
        }
    }
}
