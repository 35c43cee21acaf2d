//! `package-installs.yaml`: which packages an element wants, when, and for how long.
//!
//! The elements are read in plan order into one [`PackageInstalls`], whose
//! steps run among the hooks of their phase at the positions of [`POSITIONS`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::DeclarationError;
use super::package_list::PackageList;
use crate::element::{Element, ElementError, Phase};

mod condition;
mod entry;

use entry::{Entry, packages};

const FILE: &str = "package-installs";

/// What happens to a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// It is installed.
    Install,
    /// It is removed.
    Uninstall,
}

/// Where in the order of a phase's hooks the operations happen.
pub const POSITIONS: [(Phase, Operation, u32); 6] = [
    (Phase::PreInstall, Operation::Install, 10),
    (Phase::PreInstall, Operation::Uninstall, 99),
    (Phase::Install, Operation::Install, 1),
    (Phase::Install, Operation::Uninstall, 99),
    (Phase::PostInstall, Operation::Install, 0),
    (Phase::PostInstall, Operation::Uninstall, 95),
];

/// What the step is called among the hooks of its phase.
fn hook_name(operation: Operation, position: u32) -> String {
    match operation {
        Operation::Install => format!("{position:02}-package-installs"),
        Operation::Uninstall => format!("{position:02}-package-uninstalls"),
    }
}

/// The operation that a hook of this name stands for.
pub fn operation(phase: Phase, hook: &str) -> Option<Operation> {
    let is_it = |&&(at, operation, position): &&(Phase, Operation, u32)| {
        at == phase && hook_name(operation, position) == hook
    };
    POSITIONS.iter().find(is_it).map(|&(_, operation, _)| operation)
}

/// The steps that any element may need, whatever its conditions say: phase and
/// hook name. What old lists name counts as well.
///
/// # Errors
///
/// Fails if a file cannot be read.
pub fn steps(elements: &[Element]) -> Result<Vec<(Phase, String)>, DeclarationError> {
    let mut needed = BTreeSet::new();
    for element in elements {
        for list in lists(element)? {
            needed.insert((list.phase, Operation::Install));
            let removed = list.packages.iter().any(|(_, removed)| *removed);
            needed.extend(removed.then_some((list.phase, Operation::Uninstall)));
        }
    }
    for (element, text) in PackageInstalls::files(elements) {
        let wrong = |problem| wrong(element, problem);
        let text = text.map_err(|error| wrong(error.to_string()))?;
        for (package, entries) in packages(&text).map_err(wrong)? {
            for entry in entries {
                let entry = Entry::parse(&entry).map_err(|problem| wrong(of_package(&package, &problem)))?;
                needed.extend(entry.operations().iter().map(|&operation| (entry.phase, operation)));
            }
        }
    }
    let needed = POSITIONS.iter().filter(|(phase, operation, _)| needed.contains(&(*phase, *operation)));
    Ok(needed.map(|&(phase, operation, position)| (phase, hook_name(operation, position))).collect())
}

fn lists(element: &Element) -> Result<Vec<PackageList>, DeclarationError> {
    PackageList::all(element).map_err(|error| wrong(element, error.to_string()))
}

fn wrong(element: &Element, problem: String) -> DeclarationError {
    DeclarationError { element: element.name.clone(), file: FILE.to_owned(), problem }
}

fn of_package(package: &str, problem: &str) -> String {
    format!("package {package}: {problem}")
}

/// One package, as an element calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedPackage {
    /// The element's name for it, which its `pkg-map` may translate.
    pub package: String,
    /// The element.
    pub element: String,
}

/// What the files are judged against.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// `ARCH`.
    pub arch: &'a str,
    /// All variables: those that `when` names, `DIB_INSTALLTYPE_*`, `DIB_PYTHON_VERSION`.
    pub variables: &'a BTreeMap<String, String>,
}

/// The merged wishes of all elements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageInstalls {
    steps: BTreeMap<(Phase, Operation), Vec<WantedPackage>>,
}

impl PackageInstalls {
    /// Adds what one element wants; `text` is its file.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, or names a phase without package
    /// steps, or a `when` names a variable that is not set.
    pub fn add(
        &mut self,
        element: &str,
        text: &str,
        around: Surroundings<'_>,
    ) -> Result<(), DeclarationError> {
        let wrong = |problem: String| DeclarationError {
            element: element.to_owned(),
            file: FILE.to_owned(),
            problem,
        };
        for (package, entries) in packages(text).map_err(wrong)? {
            for entry in entries {
                let entry = Entry::parse(&entry).map_err(|problem| wrong(of_package(&package, &problem)))?;
                self.consider(element, &package, &entry, around)
                    .map_err(|problem| wrong(of_package(&package, &problem)))?;
            }
        }
        Ok(())
    }

    /// Adds the packages of an element's old lists: they are installed in any
    /// case, and removed where the list says so.
    ///
    /// # Errors
    ///
    /// Fails if a list cannot be read.
    pub fn add_lists(&mut self, element: &Element) -> Result<(), DeclarationError> {
        for PackageList { phase, element, packages } in lists(element)? {
            for (package, removed) in packages {
                let operations = [Operation::Install, Operation::Uninstall];
                let wanted = WantedPackage { package, element: element.clone() };
                for operation in operations.into_iter().take(if removed { 2 } else { 1 }) {
                    self.steps.entry((phase, operation)).or_default().push(wanted.clone());
                }
            }
        }
        Ok(())
    }

    /// The elements with such a file, in order, each with its text.
    pub fn files(elements: &[Element]) -> impl Iterator<Item = (&Element, Result<String, ElementError>)> {
        let file = |element: &'_ Element| {
            ["package-installs.json", "package-installs.yaml"]
                .map(|name| element.file(name).map(|file| element.text(file)))
        };
        elements
            .iter()
            .flat_map(move |element| file(element).into_iter().flatten().map(move |text| (element, text)))
    }

    /// Packages of one step, in order.
    pub fn step(&self, phase: Phase, operation: Operation) -> &[WantedPackage] {
        self.steps.get(&(phase, operation)).map_or(&[], Vec::as_slice)
    }

    /// Upstream's form of it: what its in-image installer reads.
    pub fn to_json(&self) -> Value {
        let mut phases = Map::new();
        for ((phase, operation), wanted) in &self.steps {
            let pairs = wanted.iter().map(|one| Value::from(vec![one.package.clone(), one.element.clone()]));
            let operation = match operation {
                Operation::Install => "install",
                Operation::Uninstall => "uninstall",
            };
            let phase = phases.entry(format!("{phase}.d")).or_insert_with(|| Value::Object(Map::new()));
            phase[operation] = pairs.collect();
        }
        Value::Object(phases)
    }

    /// A package that anyone wants for good stays: it is removed only where
    /// every wish for it is one to remove it.
    fn consider(
        &mut self,
        element: &str,
        package: &str,
        entry: &Entry,
        around: Surroundings<'_>,
    ) -> Result<(), String> {
        let operations = self.operations(package, entry);
        if !entry.condition.holds(element, around)? {
            return Ok(());
        }
        for operation in operations {
            let wanted = WantedPackage { package: package.to_owned(), element: element.to_owned() };
            self.steps.entry((entry.phase, *operation)).or_default().push(wanted);
        }
        Ok(())
    }

    fn operations(&mut self, package: &str, entry: &Entry) -> &'static [Operation] {
        let mentioned =
            |operation| self.step(entry.phase, operation).iter().any(|one| one.package == package);
        let stays = mentioned(Operation::Install) && !mentioned(Operation::Uninstall);
        match (entry.uninstall, entry.build_only) {
            (false, false) => {
                if let Some(removed) = self.steps.get_mut(&(entry.phase, Operation::Uninstall)) {
                    removed.retain(|one| one.package != package);
                }
                entry.operations()
            }
            (_, true) if stays => &[Operation::Install],
            (true, false) if stays => &[],
            _ => entry.operations(),
        }
    }
}

#[cfg(test)]
mod tests;
