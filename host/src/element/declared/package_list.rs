//! `install.d/package-installs-ELEMENT`: the older way to say which packages an
//! element wants. One name a line; behind a `-` one that is removed again at the
//! end of its phase.

use super::package_installs::POSITIONS;
use crate::element::{Element, ElementError, ElementFile, Phase};

/// Begin of the files' names; the element whose `pkg-map` counts follows.
pub(in crate::element) const PREFIX: &str = "package-installs-";

/// A list: where it stands, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PackageList {
    /// The phase in whose directory it is.
    pub(super) phase: Phase,
    /// The element that its name names.
    pub(super) element: String,
    /// Its packages, each with whether it is removed again.
    pub(super) packages: Vec<(String, bool)>,
}

impl PackageList {
    /// The lists of an element.
    ///
    /// # Errors
    ///
    /// Fails if one cannot be read.
    pub(super) fn all(element: &Element) -> Result<Vec<PackageList>, ElementError> {
        let placed = element.files.iter().filter_map(|file| Some((file, place(file)?)));
        let read = |(file, (phase, named)): (&ElementFile, (Phase, &str))| {
            let packages = packages(&element.text(file)?);
            Ok(PackageList { phase, element: named.to_owned(), packages })
        };
        placed.map(read).collect()
    }
}

/// The phase and the named element of a file that is such a list.
fn place(file: &ElementFile) -> Option<(Phase, &str)> {
    let (directory, name) = file.path.split_once('/')?;
    let phase = Phase::from_directory(directory)?;
    let named = name.strip_prefix(PREFIX).filter(|named| !named.contains('/'))?;
    POSITIONS.iter().any(|(with_packages, _, _)| *with_packages == phase).then_some((phase, named))
}

fn packages(text: &str) -> Vec<(String, bool)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let package = |line: &str| match line.strip_prefix('-') {
        Some(name) => (name.to_owned(), true),
        None => (line.to_owned(), false),
    };
    lines.map(package).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_packages_but_for_comments() {
        let expected = [("curl".to_owned(), false), ("gcc".to_owned(), true)];
        assert_eq!(packages("# comment\n\n curl \n-gcc\n"), expected);
    }
}
