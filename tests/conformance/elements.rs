//! Every element that diskimage-builder ships can be planned, or upstream's
//! reason why not is listed.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use blankslate::element::Library;
use blankslate::plan::{Plan, PlanError, plan};
use blankslate::spec::ImageSpec;

use super::builds::{COVERED, ELEMENTS, End, FULL};
use super::environment::Environment;
use super::outcome::{Difference, Outcome};

/// The distribution for elements that bring none.
const DISTRIBUTION: &str = "debian-minimal";

const DIFFERENCES: [Difference; 2] = [
    ("deploy-kexec", "depends on an element 'deploy' that upstream has not"),
    (
        "modprobe-blacklist",
        "upstream's element modprobe has a hook of the same name, which is an error there too",
    ),
];

/// Holds the builds against the elements that they must cover.
pub(crate) fn check_coverage(environment: &Environment, outcome: &mut Outcome) {
    let library = library(environment);
    let mut built = BTreeSet::new();
    for build in FULL.iter().filter(|build| !matches!(build.end, End::Fails(_))) {
        let upstream = build.elements.iter().map(|name| name.trim_start_matches("dib:").to_owned());
        built.extend(upstream);
        built.extend(build.implied().map(str::to_owned));
        if let Ok(plan) = planned(build.elements, &library) {
            built.extend(plan.elements.into_iter().map(|element| element.name));
        }
    }
    let missing: Vec<&str> = COVERED.into_iter().filter(|&name| !built.contains(name)).collect();
    let result =
        if missing.is_empty() { Ok(()) } else { Err(format!("in no build: {}", missing.join(", "))) };
    outcome.note("elements", "all that must be built are", result, &[]);
}

/// Plans each element alone, or with a distribution.
pub(crate) fn check(environment: &Environment, outcome: &mut Outcome) {
    let (directory, library) = (environment.package().join("elements"), library(environment));
    let mut names: Vec<String> = fs::read_dir(&directory)
        .expect("upstream's elements")
        .map(|entry| entry.expect("an element"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().expect("a name"))
        .filter(|name| !name.starts_with('_'))
        .collect();
    names.sort();
    for name in &names {
        let result = match planned(&[name], &library) {
            Err(PlanError::NoDistribution { .. }) => planned(&[distribution_for(name), name], &library),
            other => other,
        };
        outcome.note("elements", name, result.map(drop).map_err(|error| error.to_string()), &DIFFERENCES);
    }
}

/// A distribution that an element goes with: one has one package manager.
fn distribution_for(element: &str) -> &'static str {
    let fitting = [("yum", "fedora-minimal"), ("zypper", "opensuse-minimal")];
    fitting.iter().find(|(manager, _)| element.starts_with(manager)).map_or(DISTRIBUTION, |(_, name)| name)
}

fn library(environment: &Environment) -> Library {
    let paths = vec![PathBuf::from(ELEMENTS), environment.package().join("elements")];
    Library::new(paths).expect("upstream's elements").with_builtin(&[])
}

fn planned(elements: &[&str], library: &Library) -> Result<Plan, PlanError> {
    let spec = ImageSpec {
        elements: elements.iter().map(|&name| name.to_owned()).collect(),
        output: PathBuf::from("image"),
        ..ImageSpec::default()
    };
    plan(spec, library)
}
