//! `source-repository-*`: what is fetched into the image before it is configured.
//!
//! Each line is `name type destination location [reference]`. The element
//! `source-repositories` fetches, outside the chroot; what is decided here is
//! with which programs of the build host, so that one that is missing shows
//! before any work.

use std::collections::BTreeMap;

use super::DeclarationError;
use crate::element::{Element, ElementFile};

/// How files of this kind are called.
pub(in crate::element) const PREFIX: &str = "source-repository-";

/// How a source is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A git repository.
    Git,
    /// A gzipped tar.
    Tar,
    /// One file.
    File,
}

impl SourceKind {
    /// The programs that fetch it, each with Debian's package of it.
    pub fn tools(self) -> &'static [(&'static str, &'static str)] {
        match self {
            SourceKind::Git => &[("git", "git")],
            SourceKind::Tar => &[("curl", "curl"), ("tar", "tar"), ("rsync", "rsync")],
            SourceKind::File => &[("curl", "curl")],
        }
    }
}

/// The kinds of sources that an element has fetched, under these variables.
pub fn fetched(element: &Element, variables: &BTreeMap<String, String>) -> Vec<SourceKind> {
    let forbidden = variables.get("NO_SOURCE_REPOSITORIES").is_some_and(|value| !value.is_empty());
    if forbidden {
        return Vec::new();
    }
    // One that cannot be read fails where it is copied, with its name.
    let texts = files(element).filter_map(|file| element.text(file).ok());
    texts.flat_map(|text| text.lines().filter_map(|line| kind(line, variables)).collect::<Vec<_>>()).collect()
}

/// The files of this kind, but for those that editors leave.
fn files(element: &Element) -> impl Iterator<Item = &ElementFile> {
    element.files.iter().filter(|file| file.path.starts_with(PREFIX) && !file.path.ends_with('~'))
}

/// How a line's source is fetched: not at all if its packages are wanted
/// instead. What is wrong with a line, the element says that reads it.
fn kind(line: &str, variables: &BTreeMap<String, String>) -> Option<SourceKind> {
    let mut fields = line.split_whitespace();
    let name = fields.next().filter(|name| !name.starts_with('#'))?;
    let suffix: String =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    let given =
        |variable: &str| variables.get(variable).map(String::as_str).filter(|value| !value.is_empty());
    let install_type =
        given(&format!("DIB_INSTALLTYPE_{suffix}")).or_else(|| given("DIB_DEFAULT_INSTALLTYPE"));
    if install_type.is_some_and(|wanted| wanted != "source") {
        return None;
    }
    match given(&format!("DIB_REPOTYPE_{suffix}")).or(fields.next())? {
        "git" => Some(SourceKind::Git),
        "tar" => Some(SourceKind::Tar),
        "file" => Some(SourceKind::File),
        _ => None,
    }
}

/// What is wrong with the lines of an element's files.
pub(super) fn problems(element: &Element) -> Vec<DeclarationError> {
    let texts = files(element).map(|file| (file, element.text(file).map_err(|error| error.to_string())));
    let of_file = |(file, text): (&ElementFile, Result<String, String>)| {
        let problems = text.map_or_else(|problem| vec![problem], |text| wrong_lines(&text));
        let error =
            |problem| DeclarationError { element: element.name.clone(), file: file.path.clone(), problem };
        problems.into_iter().map(error).collect::<Vec<_>>()
    };
    texts.flat_map(of_file).collect()
}

fn wrong_lines(text: &str) -> Vec<String> {
    let lines = (1..).zip(text.lines());
    lines.filter_map(|(number, line)| Some(format!("line {number}: {}", problem(line)?))).collect()
}

/// What keeps a line from being read, whatever the variables say.
fn problem(line: &str) -> Option<String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    match fields[..] {
        [] => None,
        [name, ..] if name.starts_with('#') => None,
        [_, "package", ..] => None,
        [_, "git" | "tar" | "file", _, _, ..] => None,
        [name, kind @ ("git" | "tar" | "file"), ..] => {
            Some(format!("{name} of type {kind} needs a destination and a location behind it"))
        }
        [name, kind, ..] => {
            Some(format!("{name} is of type '{kind}', which is none of git, tar, file and package"))
        }
        [name] => Some(format!("{name} has no type; write: name type destination location [reference]")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_nobody_can_read_is_told() {
        let text = "# c\n\na git /x https://y\nb tar /x\nc svn /x https://y\nd\ne package\n";
        assert_eq!(
            wrong_lines(text),
            [
                "line 4: b of type tar needs a destination and a location behind it",
                "line 5: c is of type 'svn', which is none of git, tar, file and package",
                "line 6: d has no type; write: name type destination location [reference]",
            ]
        );
    }

    #[test]
    fn how_a_source_is_fetched_may_be_overridden() {
        let table = [
            ("nova git /opt/nova https://x/nova", "", Some(SourceKind::Git)),
            ("foo-bar tar /opt/foo https://y/f.tgz .", "", Some(SourceKind::Tar)),
            ("hosts file /etc/hosts $BASE/hosts", "", Some(SourceKind::File)),
            ("pip package", "", None),
            ("# nova git /opt/nova https://x/nova", "", None),
            ("", "", None),
            ("foo-bar tar /opt/foo https://y/f.tgz", "DIB_REPOTYPE_foo_bar=git", Some(SourceKind::Git)),
            ("foo-bar tar /opt/foo https://y/f.tgz", "DIB_INSTALLTYPE_foo_bar=package", None),
            ("nova git /opt/nova https://x/nova", "DIB_DEFAULT_INSTALLTYPE=package", None),
        ];
        for (line, variable, expected) in table {
            let variables = variable.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(kind(line, &variables.into_iter().collect()), expected, "{line} {variable}");
        }
    }
}
