//! Grants, and the words of a denial.

use std::fs;
use std::path::Path;

use crate::element::capability::Grant;
use crate::element::manifest::Manifest;
use crate::report::Dialect;

/// What one element asked for and was granted.
#[derive(Clone, Debug, Default)]
pub(super) struct Permissions {
    element: String,
    asked: Vec<Grant>,
    granted: Vec<Grant>,
    dialect: Dialect,
}

impl Permissions {
    /// The grants of an element: those it asked for and those it has, `~` being the caller's home.
    pub(super) fn new(element: &str, manifest: &Manifest, granted: Vec<Grant>, home: Option<&str>) -> Self {
        let expand = |grants: Vec<Grant>| grants.into_iter().map(|grant| grant.at_home(home)).collect();
        let asked = expand(manifest.capabilities.grants());
        let dialect = Dialect::default();
        Permissions { element: element.to_owned(), asked, granted: expand(granted), dialect }
    }

    /// The same for a command that takes something else than flags.
    pub(super) fn in_dialect(self, dialect: Dialect) -> Permissions {
        Permissions { dialect, ..self }
    }

    /// Whether each capability that the manifest asks for, in its order, covers a wish.
    pub(super) fn asks_for(&self, wish: &Grant) -> impl Iterator<Item = bool> {
        self.asked.iter().map(move |grant| grant.covers(wish))
    }

    /// Succeeds if a wish is granted; otherwise says what would grant it.
    pub(super) fn check(&self, wish: &Grant) -> Result<(), String> {
        if self.granted.iter().any(|grant| grant.covers(wish)) {
            return Ok(());
        }
        let element = &self.element;
        let grant = self.dialect.grant(element, &wish.to_string());
        if self.asked.iter().any(|grant| grant.covers(wish)) {
            return Err(format!("element '{element}' was not granted {wish}: grant it with {grant}"));
        }
        Err(format!(
            "element '{element}' may not use {wish}, which its element.toml does not ask for: add it under [capabilities], then grant it with {grant}"
        ))
    }

    /// Succeeds if a file of the build host is one that a grant names, or
    /// below one, whatever links the grants have on their way.
    pub(super) fn check_real(&self, path: &Path) -> Result<(), String> {
        let leads_there = |grant: &Grant| match grant {
            Grant::HostFile(granted) => fs::canonicalize(granted).is_ok_and(|real| path.starts_with(real)),
            _ => false,
        };
        if self.granted.iter().any(leads_there) {
            return Ok(());
        }
        self.check(&Grant::HostFile(path.to_string_lossy().into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions() -> Permissions {
        let parse =
            |grants: &[&str]| grants.iter().map(|grant| grant.parse().unwrap()).collect::<Vec<Grant>>();
        Permissions {
            element: "x".to_owned(),
            asked: parse(&["chroot", "host-file=/etc/apt"]),
            granted: parse(&["host-file=/etc/apt"]),
            dialect: Dialect::default(),
        }
    }

    #[test]
    fn a_denial_names_element_wish_and_flag() {
        let permissions = permissions();
        assert_eq!(permissions.check(&Grant::HostFile("/etc/apt/sources.list".into())), Ok(()));
        assert_eq!(
            permissions.check(&Grant::Chroot),
            Err("element 'x' was not granted chroot: grant it with --grant x:chroot".to_owned())
        );
        assert_eq!(
            permissions.clone().in_dialect(Dialect::Variables).check(&Grant::Chroot),
            Err("element 'x' was not granted chroot: grant it with SLATE_GRANTS=x:chroot".to_owned())
        );
        assert_eq!(
            permissions.check(&Grant::HostProgram("sh".into())),
            Err("element 'x' may not use host-program=sh, which its element.toml does not ask for: add it under [capabilities], then grant it with --grant x:host-program=sh".to_owned())
        );
    }
}
