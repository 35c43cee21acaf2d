//! `element-info`: the elements that some elements stand for, dependencies included.

use std::path::PathBuf;
use std::process::ExitCode;

use super::getopt::{self, OptionSpec};
use crate::cli::{Failure, caller, library_args, output};
use crate::element::{Origin, installed};
use crate::plan::{Plan, plan};
use crate::spec::{Arch, ImageSpec};

const NAME: &str = "element-info";

const USAGE: &str = "\
Usage: element-info [--env] ELEMENT...

Prints the elements with all that they depend on. With --env prints what a shell evaluates to have them
as IMAGE_ELEMENT, IMAGE_ELEMENT_YAML and get_image_element_array.
";

const SPECS: [OptionSpec; 2] = [
    OptionSpec { short: Some('h'), long: Some("help"), takes_value: false },
    OptionSpec { short: Some('e'), long: Some("env"), takes_value: false },
];

/// Runs the command; returns its exit status.
pub fn main(arguments: Vec<String>) -> ExitCode {
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.of_old_command().report(),
    }
}

fn run(arguments: Vec<String>) -> Result<(), Failure> {
    let wrong = |error| Failure::request(format!("{NAME}: {error}")).with_hint(format!("{NAME} --help"));
    let split = getopt::split(&SPECS, arguments).map_err(wrong)?;
    let given = |index| split.options.iter().any(|(option, _)| *option == index);
    if given(0) {
        return output::print(USAGE);
    }
    let environment = caller::environment();
    let path: Vec<PathBuf> =
        environment.get("ELEMENTS_PATH").into_iter().flat_map(std::env::split_paths).collect();
    let library = library_args::library(&path, &environment)?;
    let elements = installed::expand(split.operands, &environment)?;
    let arch = environment.get("ARCH").and_then(|name| name.parse().ok()).or_else(Arch::of_host);
    let spec = ImageSpec { elements, arch: arch.unwrap_or_default(), ..ImageSpec::default() };
    let plan = plan(spec, &library)?;
    output::print(&if given(1) { for_shells(&plan) } else { format!("{}\n", names(&plan)) })
}

fn names(plan: &Plan) -> String {
    plan.elements.iter().map(|element| element.name.as_str()).collect::<Vec<_>>().join(" ")
}

/// Assignments that bash evaluates.
fn for_shells(plan: &Plan) -> String {
    let each = |line: fn(&str, &str) -> String| -> String {
        plan.elements.iter().map(|element| line(&element.name, &place(&element.origin))).collect()
    };
    format!(
        "export IMAGE_ELEMENT='{}'\nexport IMAGE_ELEMENT_YAML='{}'\n\
         function get_image_element_array {{\n  echo \"{}\"\n}};\nexport -f get_image_element_array;\n",
        names(plan),
        each(|name, place| format!("{name}: {place}\n")),
        each(|name, place| format!("[{name}]={place} ")),
    )
}

fn place(origin: &Origin) -> String {
    match origin {
        Origin::Directory(path) | Origin::Wasm(path) => path.display().to_string(),
        Origin::Builtin => "builtin".to_owned(),
    }
}
