//! What the host does where the distribution is a component, in place of the
//! programs that diskimage-builder's helper elements put into the chroot.
//!
//! - [`Desk`] answers `install-packages`, `pkg-map` and `svc-map` of shell hooks;
//! - [`PackageStep`] installs or removes what elements declare in
//!   `package-installs.yaml`, at the contract's places among the hooks.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use cap_std::fs::Dir;

use super::bridge::Answer;
use super::bridge::request::{self, Request};
use crate::element::declared::package_installs::{Operation, PackageInstalls, Surroundings};
use crate::element::declared::package_map::{self, PackageMap, PackageMapError};
use crate::element::declared::service_map::ServiceMap;
use crate::element::{Element, Phase};
use crate::plugin::{Distribution, Identity, packaging};
use crate::report::{HookOutput, Stream};

/// Where the unit files of services are: one that is there needs no map.
const UNITS: [(&str, &str); 2] = [("lib/systemd/system", "service"), ("etc/init", "conf")];

/// Whom the desk works for at the moment.
struct Customer {
    distribution: Arc<dyn Distribution>,
    output: HookOutput,
}

/// Answers the requests of shell hooks. Clones are the same desk.
#[derive(Clone)]
pub(super) struct Desk {
    sources: Arc<Vec<Element>>,
    tree: PathBuf,
    customer: Arc<Mutex<Option<Customer>>>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("tree", &self.tree).finish_non_exhaustive()
    }
}

impl Desk {
    pub(super) fn new(sources: &Arc<Vec<Element>>, tree: &Path) -> Desk {
        Desk { sources: sources.clone(), tree: tree.to_owned(), customer: Arc::default() }
    }

    /// From now on it works for the hook behind `output`.
    pub(super) fn serve(&self, distribution: Arc<dyn Distribution>, output: &HookOutput) {
        let customer = Customer { distribution, output: output.clone() };
        *self.customer.lock().unwrap_or_else(PoisonError::into_inner) = Some(customer);
    }

    /// Does what a command line asks for.
    pub(super) fn answer(&self, words: &[String]) -> Answer {
        let customer = self.customer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(customer) = customer.as_ref() else { return Answer { status: 1, ..Answer::default() } };
        match self.try_answer(words, &*customer.distribution) {
            Ok(output) => Answer { status: 0, output },
            Err(error) => {
                let program = words.first().map_or("", String::as_str);
                customer.output.line(Stream::Stderr, &format!("{program}: {error:#}"));
                let status = error.downcast_ref::<PackageMapError>().map_or(1, PackageMapError::exit_status);
                Answer { status, output: String::new() }
            }
        }
    }

    fn try_answer(&self, words: &[String], distribution: &dyn Distribution) -> Result<String> {
        let mapped = |element: Option<String>, names: Vec<String>| match element {
            None => Ok(names),
            Some(element) => {
                let found = packaging::packages(self.source(&element)?, &names, &distribution.describe()?)?;
                Ok::<_, anyhow::Error>(found.concat())
            }
        };
        match request::parse(words).map_err(anyhow::Error::msg)? {
            Request::Install { element, names } => distribution.install(&mapped(element, names)?)?,
            Request::Remove { element, names } => distribution.remove(&mapped(element, names)?)?,
            Request::Upgrade => distribution.upgrade()?,
            Request::MapPackages { element, distro, release, missing_ok, prefix, names } => {
                let map = self.source(&element).ok().map(PackageMap::of).transpose()?.flatten();
                let on = another(distribution.describe()?, distro, release);
                let names = translate(&element, map.as_ref(), &names, &on, missing_ok)?;
                return Ok(names.iter().map(|name| format!("{prefix}{name}\n")).collect());
            }
            Request::MapServices { names } => return self.services(&names, &distribution.describe()?),
        }
        Ok(String::new())
    }

    fn source(&self, element: &str) -> Result<&Element> {
        let found = self.sources.iter().find(|source| source.name == element);
        found.with_context(|| format!("'{element}' is no element of this build"))
    }

    fn services(&self, names: &[String], on: &Identity) -> Result<String> {
        let mut map = ServiceMap::default();
        for source in self.sources.iter() {
            if let Some(file) = source.file("svc-map") {
                map.add(&source.name, &source.text(file)?, &on.name)?;
            }
        }
        let tree =
            Dir::open_ambient_dir(&self.tree, cap_std::ambient_authority()).context("opening the tree")?;
        let is_there = |name: &str| UNITS.iter().any(|(at, end)| tree.exists(format!("{at}/{name}.{end}")));
        Ok(names
            .iter()
            .map(|name| format!("{}\n", if is_there(name) { name } else { map.get(name) }))
            .collect())
    }
}

/// The identity of the image with what was given in its place.
fn another(image: Identity, distro: Option<String>, release: Option<String>) -> Identity {
    let mut on = match distro {
        Some(name) => Identity { name, family: String::new(), release: image.release },
        None => image,
    };
    on.release = release.unwrap_or(on.release);
    on
}

/// What elements declare of packages, as far as it concerns one step.
#[derive(Debug)]
pub(super) struct PackageStep<'a> {
    /// The step's phase.
    pub(super) phase: Phase,
    /// What it does.
    pub(super) operation: Operation,
    /// The elements, in order.
    pub(super) sources: &'a [Element],
    /// `ARCH`.
    pub(super) arch: &'a str,
    /// The variables that conditions look at.
    pub(super) variables: &'a BTreeMap<String, String>,
}

impl PackageStep<'_> {
    /// Installs or removes; what is done is told to `output`.
    pub(super) fn run(&self, distribution: &dyn Distribution, output: &HookOutput) -> Result<()> {
        let packages = self.packages(&distribution.describe()?, output)?;
        if packages.is_empty() {
            output.line(Stream::Stdout, "nothing to do under the conditions of this build");
            return Ok(());
        }
        match self.operation {
            Operation::Install => distribution.install(&packages),
            Operation::Uninstall => distribution.remove(&packages),
        }
    }

    /// The distribution's names of the step's packages, those of one element together.
    fn packages(&self, on: &Identity, output: &HookOutput) -> Result<Vec<String>> {
        let installs = self.declared()?;
        let wanted = installs.step(self.phase, self.operation);
        let mut packages = Vec::new();
        for of_element in wanted.chunk_by(|one, next| one.element == next.element) {
            let element = &of_element[0].element;
            let names: Vec<String> = of_element.iter().map(|one| one.package.clone()).collect();
            // An old list may name an element that is not there.
            let source = self.sources.iter().find(|source| source.name == *element);
            let map = source.map(PackageMap::of).transpose()?.flatten();
            let translated = translate(element, map.as_ref(), &names, on, true)?;
            let told = format!("{element}: {} -> {}", names.join(" "), translated.join(" "));
            output.line(Stream::Stdout, &told);
            packages.extend(translated);
        }
        Ok(packages)
    }

    fn declared(&self) -> Result<PackageInstalls> {
        let around = Surroundings { arch: self.arch, variables: self.variables };
        let mut installs = PackageInstalls::default();
        self.sources.iter().try_for_each(|source| installs.add_lists(source))?;
        for (source, text) in PackageInstalls::files(self.sources) {
            installs.add(&source.name, &text?, around)?;
        }
        Ok(installs)
    }
}

fn translate(
    element: &str,
    map: Option<&PackageMap>,
    names: &[String],
    on: &Identity,
    missing_ok: bool,
) -> Result<Vec<String>> {
    ensure!(!on.name.is_empty(), "the distribution does not say its name");
    Ok(package_map::translate(element, map, names, on.distribution(), missing_ok)?)
}

#[cfg(test)]
mod tests;
