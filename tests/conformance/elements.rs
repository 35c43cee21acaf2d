//! Every element that diskimage-builder ships can be planned, or upstream's
//! reason why not is listed.

use std::fs;
use std::path::PathBuf;

use blankslate::element::Library;
use blankslate::plan::{PlanError, plan};
use blankslate::spec::ImageSpec;

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

/// Plans each element alone, or with a distribution.
pub(crate) fn check(environment: &Environment, outcome: &mut Outcome) {
    let directory = environment.package().join("elements");
    let library = Library::new(vec![directory.clone()]).expect("upstream's elements").with_builtin(&[]);
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
            Err(PlanError::NoDistribution { .. }) => planned(&[DISTRIBUTION, name], &library),
            other => other,
        };
        outcome.note("elements", name, result.map_err(|error| error.to_string()), &DIFFERENCES);
    }
}

fn planned(elements: &[&str], library: &Library) -> Result<(), PlanError> {
    let spec = ImageSpec {
        elements: elements.iter().map(|&name| name.to_owned()).collect(),
        output: PathBuf::from("image"),
        ..ImageSpec::default()
    };
    plan(spec, library).map(drop)
}
