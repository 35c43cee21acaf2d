//! `package-installs.yaml`: which packages an element wants, when, and for how long.
//!
//! The elements are read in plan order into one [`PackageInstalls`], whose
//! steps run among the hooks of their phase at the positions of [`POSITIONS`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{DeclarationError, parse_json_or_yaml};
use crate::element::{Element, ElementError, Phase};

mod condition;

use condition::Condition;

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

/// The steps that any element may need, whatever its conditions say: phase and hook name.
///
/// # Errors
///
/// Fails if a file cannot be read.
pub fn steps(elements: &[Element]) -> Result<Vec<(Phase, String)>, DeclarationError> {
    let mut needed = BTreeSet::new();
    for (element, text) in PackageInstalls::files(elements) {
        let wrong = |problem| DeclarationError { element: element.name.clone(), file: FILE, problem };
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

/// What one entry says of one package.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    phase: Phase,
    uninstall: bool,
    build_only: bool,
    condition: Condition,
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
        let wrong = |problem: String| DeclarationError { element: element.to_owned(), file: FILE, problem };
        for (package, entries) in packages(text).map_err(wrong)? {
            for entry in entries {
                let entry = Entry::parse(&entry).map_err(|problem| wrong(of_package(&package, &problem)))?;
                self.consider(element, &package, &entry, around)
                    .map_err(|problem| wrong(of_package(&package, &problem)))?;
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

/// Each package with its entries; none means one that says nothing.
fn packages(text: &str) -> Result<Vec<(String, Vec<Value>)>, String> {
    let entries = |value: Value| match value {
        Value::Array(list) if !list.is_empty() => list,
        Value::Array(_) | Value::Null => vec![Value::Object(Map::new())],
        Value::String(text) if text.is_empty() => vec![Value::Object(Map::new())],
        other => vec![other],
    };
    match parse_json_or_yaml(text)? {
        Value::Object(map) => Ok(map.into_iter().map(|(package, value)| (package, entries(value))).collect()),
        Value::Null => Ok(Vec::new()),
        _ => Err("must be a mapping from package names to what is said of them".to_owned()),
    }
}

impl Entry {
    /// What it may come to.
    fn operations(&self) -> &'static [Operation] {
        match (self.uninstall, self.build_only) {
            (_, true) => &[Operation::Install, Operation::Uninstall],
            (true, false) => &[Operation::Uninstall],
            (false, false) => &[Operation::Install],
        }
    }

    fn parse(value: &Value) -> Result<Entry, String> {
        let keys = value.as_object().ok_or("must be a mapping, or a list of mappings")?;
        let phase = match keys.get("phase") {
            None => Phase::Install,
            Some(name) => phase(name)?,
        };
        Ok(Entry {
            phase,
            // Upstream looks at whether these are there, not at what they say.
            uninstall: keys.contains_key("uninstall"),
            build_only: keys.contains_key("build-only"),
            condition: Condition::parse(keys)?,
        })
    }
}

fn phase(name: &Value) -> Result<Phase, String> {
    let with_packages = |phase: &Phase| POSITIONS.iter().any(|(one, _, _)| one == phase);
    let named = name.as_str().and_then(Phase::from_directory).filter(with_packages);
    named.ok_or_else(|| format!("phase must be pre-install.d, install.d or post-install.d, not {name}"))
}

#[cfg(test)]
mod tests;
