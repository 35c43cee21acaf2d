//! `source-repository-*`: what is fetched into the image before it is configured.
//!
//! Each line is `name type destination location [reference]`, with the
//! caller's variables expanded; `DIB_REPOTYPE_name`, `DIB_REPOLOCATION_name`
//! and `DIB_REPOREF_name` override it.

use std::collections::BTreeMap;

/// How a source is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A git repository.
    Git,
    /// A gzipped tar.
    Tar,
    /// One file.
    File,
    /// Not fetched: its packages are installed instead.
    Package,
}

/// One line, overrides applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRepository {
    /// What overrides and manifests call it.
    pub name: String,
    /// How it is fetched.
    pub kind: SourceKind,
    /// Absolute path in the image.
    pub destination: String,
    /// Address or path.
    pub location: String,
    /// git: branch, tag or commit (`*` takes all branches and tags); tar: the
    /// directory whose contents are taken; otherwise empty.
    pub reference: String,
    /// Whether the caller wants this from source at all.
    pub wanted: bool,
}

/// A line that is not of the form.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} of source-repository-{element} is not 'name git|tar|file|package destination location [reference]': {text}"
)]
pub struct SourceRepositoryError {
    element: String,
    line: usize,
    text: String,
}

/// Parses a file.
///
/// # Errors
///
/// Fails at the first line that is not of the form.
pub fn parse(
    element: &str,
    text: &str,
    variables: &BTreeMap<String, String>,
) -> Result<Vec<SourceRepository>, SourceRepositoryError> {
    let mut sources = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let expanded = expand(line, variables);
        let fields: Vec<&str> = expanded.split_whitespace().collect();
        if fields.first().is_none_or(|first| first.starts_with('#')) {
            continue;
        }
        let wrong =
            || SourceRepositoryError { element: element.to_owned(), line: index + 1, text: line.to_owned() };
        sources.push(source(&fields, variables).ok_or_else(wrong)?);
    }
    Ok(sources)
}

fn source(fields: &[&str], variables: &BTreeMap<String, String>) -> Option<SourceRepository> {
    let (name, kind, rest) = match fields {
        [name, kind, rest @ ..] if rest.len() <= 3 => (*name, SourceKind::parse(kind)?, rest),
        _ => return None,
    };
    let field = |index: usize| rest.get(index).copied().unwrap_or_default();
    let is_fetched = kind != SourceKind::Package;
    if is_fetched && (!field(0).starts_with('/') || field(1).is_empty()) {
        return None;
    }
    let suffix: String =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    let variable = |prefix: &str| {
        variables.get(&format!("{prefix}_{suffix}")).map(String::as_str).filter(|value| !value.is_empty())
    };
    let kind = match variable("DIB_REPOTYPE") {
        Some(kind) => SourceKind::parse(kind)?,
        None => kind,
    };
    let install_type = variable("DIB_INSTALLTYPE")
        .or_else(|| variables.get("DIB_DEFAULT_INSTALLTYPE").map(String::as_str))
        .unwrap_or("source");
    let reference = Some(field(2)).filter(|given| !given.is_empty()).unwrap_or(kind.default_reference());
    Some(SourceRepository {
        name: name.to_owned(),
        kind,
        destination: field(0).to_owned(),
        location: variable("DIB_REPOLOCATION").unwrap_or(field(1)).to_owned(),
        reference: variable("DIB_REPOREF").unwrap_or(reference).to_owned(),
        wanted: kind != SourceKind::Package && install_type == "source",
    })
}

impl SourceKind {
    fn parse(name: &str) -> Option<SourceKind> {
        match name {
            "git" => Some(SourceKind::Git),
            "tar" => Some(SourceKind::Tar),
            "file" => Some(SourceKind::File),
            "package" => Some(SourceKind::Package),
            _ => None,
        }
    }

    fn default_reference(self) -> &'static str {
        match self {
            SourceKind::Git => "master",
            SourceKind::Tar => "*",
            SourceKind::File | SourceKind::Package => "",
        }
    }
}

/// Replaces `$NAME`, `${NAME}` and `${NAME:-default}`; what is not set is empty.
fn expand(line: &str, variables: &BTreeMap<String, String>) -> String {
    let mut expanded = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('$') {
        expanded.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        let (name, default, behind) = reference(after);
        let value = variables.get(name).filter(|value| !value.is_empty() || default.is_none());
        expanded.push_str(value.map_or(default.unwrap_or_default(), String::as_str));
        rest = behind;
    }
    expanded.push_str(rest);
    expanded
}

/// Name, default and what is behind a `$`.
fn reference(after: &str) -> (&str, Option<&str>, &str) {
    if let Some((inside, behind)) = after.strip_prefix('{').and_then(|braced| braced.split_once('}')) {
        return match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default), behind),
            None => (inside, None, behind),
        };
    }
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let end = after.find(|letter| !is_name(letter)).unwrap_or(after.len());
    (&after[..end], None, &after[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, pairs: &[(&str, &str)]) -> Result<Vec<SourceRepository>, SourceRepositoryError> {
        let variables = pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        parse("e", text, &variables)
    }

    #[test]
    fn lines_are_read_with_their_defaults() {
        let text = "# comment\n\nnova git /opt/nova https://x/nova\nfoo-bar tar /opt/foo ${BASE:-https://y}/f.tgz .\n\
                    hosts file /etc/hosts $BASE/hosts\npip package\n";
        let sources = parsed(text, &[]).unwrap();
        let shown: Vec<String> = sources
            .iter()
            .map(|s| {
                format!(
                    "{} {:?} {} {} {} {}",
                    s.name, s.kind, s.destination, s.location, s.reference, s.wanted
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                "nova Git /opt/nova https://x/nova master true",
                "foo-bar Tar /opt/foo https://y/f.tgz . true",
                "hosts File /etc/hosts /hosts  true",
                "pip Package    false",
            ]
        );
    }

    #[test]
    fn the_callers_variables_override_a_line() {
        let pairs = [
            ("DIB_REPOLOCATION_foo_bar", "/src/foo"),
            ("DIB_REPOREF_foo_bar", "stable"),
            ("DIB_REPOTYPE_foo_bar", "git"),
            ("DIB_INSTALLTYPE_foo_bar", "package"),
        ];
        let source = &parsed("foo-bar tar /opt/foo https://y/f.tgz", &pairs).unwrap()[0];
        assert_eq!((source.kind, source.location.as_str()), (SourceKind::Git, "/src/foo"));
        assert_eq!(source.reference, "stable");
        assert!(!source.wanted);
    }

    #[test]
    fn other_lines_are_refused() {
        for line in
            ["nova", "nova svn /a b", "nova git opt/nova https://x", "nova git /opt/nova", "a git /b c d e"]
        {
            let error = parsed(line, &[]).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "line 1 of source-repository-e is not 'name git|tar|file|package destination location [reference]': {line}"
                )
            );
        }
    }
}
