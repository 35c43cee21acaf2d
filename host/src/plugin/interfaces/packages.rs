//! `packages`: packages by generic names, through the distribution.

use std::sync::Arc;

use anyhow::anyhow;

use super::is_name;
use crate::plugin::bindings::wit::packages::{self, Error, Host};
use crate::plugin::context::{Distribution, Identity};
use crate::plugin::failure;
use crate::plugin::packaging::{self, Unmapped};
use crate::plugin::state::State;

/// Signs in the names of packages.
const SIGNS: &str = "+-._:/=@~";

/// How URLs begin that package managers fetch.
const SCHEMES: [&str; 4] = ["file:", "ftp:", "http:", "https:"];

/// How files end that package managers install, with the scripts inside.
const ARCHIVES: [&str; 4] = [".apk", ".deb", ".drpm", ".rpm"];

impl Host for State {
    fn describe(&mut self) -> Result<packages::Distribution, Error> {
        let Identity { name, family, release } =
            self.manager().and_then(|it| it.describe()).map_err(error)?;
        Ok(packages::Distribution { name, family, release })
    }

    fn install(&mut self, names: Vec<String>) -> Result<(), Error> {
        let packages = self.translate(&names)?.concat();
        if packages.is_empty() {
            return Ok(());
        }
        self.manager().and_then(|it| it.install(&packages)).map_err(error)
    }

    fn remove(&mut self, names: Vec<String>) -> Result<(), Error> {
        let packages = self.translate(&names)?.concat();
        if packages.is_empty() {
            return Ok(());
        }
        self.manager().and_then(|it| it.remove(&packages)).map_err(error)
    }

    fn installed(&mut self, names: Vec<String>) -> Result<Vec<bool>, Error> {
        let packages = self.translate(&names)?;
        let answers = self.manager().and_then(|it| it.installed(&packages.concat())).map_err(error)?;
        let mut answers = answers.into_iter();
        let all_of = |group: &Vec<String>| {
            answers.by_ref().take(group.len()).filter(|yes| *yes).count() == group.len()
        };
        Ok(packages.iter().map(all_of).collect())
    }

    fn resolve(&mut self, names: Vec<String>) -> Result<Vec<String>, Error> {
        Ok(self.translate(&names)?.concat())
    }
}

impl State {
    /// The distribution, unless this instance is the one that manages it.
    pub(super) fn manager(&self) -> anyhow::Result<Arc<dyn Distribution>> {
        if self.managing {
            return Err(anyhow!("a distribution's managers cannot ask for packages or services themselves"));
        }
        self.root.forget();
        let missing = || anyhow!("the image has no distribution that manages packages and services");
        self.shared.distribution(&self.context, Some(self.usage())).ok_or_else(missing)
    }

    fn translate(&self, names: &[String]) -> Result<Vec<Vec<String>>, Error> {
        all_packages(names)?;
        let element = self.shared.plan.source(&self.facts.name);
        let element =
            element.ok_or_else(|| error(anyhow!("the plan lacks element '{}'", self.facts.name)))?;
        let identity = self.manager().and_then(|it| it.describe()).map_err(error)?;
        let packages = packaging::packages(element, names, &identity).map_err(error)?;
        // The map is the element's too.
        packages.iter().try_for_each(|group| all_packages(group))?;
        Ok(packages)
    }
}

fn all_packages(names: &[String]) -> Result<(), Error> {
    match names.iter().find(|name| !is_package(name)) {
        Some(bad) => Err(Error::Invalid(format!("'{bad}' is not the name of a package"))),
        None => Ok(()),
    }
}

/// Whether a text names a package of the distribution's repositories (`curl`,
/// `libc6:amd64`, `vim/stable`), or a group of them (`@core`). Paths and URLs name
/// what needs a grant of its own.
fn is_package(name: &str) -> bool {
    let small = name.to_ascii_lowercase();
    is_name(name, SIGNS)
        && name.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '@')
        && !["//", ":/", "/."].iter().any(|signs| name.contains(signs))
        && !SCHEMES.iter().any(|scheme| small.starts_with(scheme))
        && !ARCHIVES.iter().any(|ending| small.ends_with(ending))
}

fn error(error: anyhow::Error) -> Error {
    match error.downcast_ref::<Unmapped>() {
        Some(unmapped) => Error::Unmapped(unmapped.name.clone()),
        None => Error::Failed(failure::to_guest(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_repository_has_is_a_package() {
        let names = [
            "curl",
            "g++",
            "libc6:amd64",
            "vim=2:9.0.1",
            "vim/stable",
            "app-misc/jq:0/5",
            "@core",
            "@nodejs:18/common",
            "pattern:base",
            "python3.11",
            "389-ds-base",
            "foo~bar",
        ];
        for name in names {
            assert!(is_package(name), "{name}");
        }
    }

    #[test]
    fn what_lies_elsewhere_is_no_package() {
        let names = [
            "",
            "--force",
            "/tmp/x.deb",
            "./x.deb",
            "../x",
            "tmp/../x",
            "tmp/x.deb",
            "x.rpm",
            "x.RPM",
            "x.apk",
            "https://example.org/x",
            "http:/example.org/x",
            "HTTP:example.org",
            "file:tmp/x",
            "dir:/tmp",
            "~/x",
            ":x",
            "=x",
            "+x",
            "a b",
            "a;b",
        ];
        for name in names {
            assert!(!is_package(name), "{name}");
        }
    }
}
