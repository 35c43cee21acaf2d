//! `source-repository-*`: what is fetched into the image before it is configured.
//!
//! Each line is `name type destination location [reference]`. The element
//! `source-repositories` fetches, outside the chroot; what is decided here is
//! with which programs of the build host, so that one that is missing shows
//! before any work.

use std::collections::BTreeMap;

use crate::element::Element;

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
    let files =
        element.files.iter().filter(|file| file.path.starts_with(PREFIX) && !file.path.ends_with('~'));
    // One that cannot be read fails where it is copied, with its name.
    let texts = files.filter_map(|file| element.text(file).ok());
    texts.flat_map(|text| text.lines().filter_map(|line| kind(line, variables)).collect::<Vec<_>>()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

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
