//! `diskimage-builder`: images that YAML files define.

use std::fs;
use std::io;
use std::process::ExitCode;

use super::definition::{self, Entry, Invocation, Kind, PROPERTIES};
use super::getopt::{self, OptionSpec};
use crate::cli::{Failure, caller, output};
use crate::plan::PASSED;
use crate::sys::process::Program;

const NAME: &str = "diskimage-builder";

const SPECS: [OptionSpec; 3] = [
    OptionSpec { short: Some('h'), long: Some("help"), takes_value: false },
    OptionSpec { short: None, long: Some("dry-run"), takes_value: false },
    OptionSpec { short: None, long: Some("stop-on-failure"), takes_value: false },
];

/// Runs the command; returns its exit status.
pub fn main(arguments: Vec<String>) -> ExitCode {
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.of_old_command().report(),
    }
}

fn run(arguments: Vec<String>) -> Result<(), Failure> {
    let wrong = |problem: String| {
        Failure::request(format!("{NAME}: {problem}"))
            .with_hint(format!("{NAME} --help shows how it is used"))
    };
    let split = getopt::split(&SPECS, arguments).map_err(|error| wrong(error.to_string()))?;
    let given = |index| split.options.iter().any(|(option, _)| *option == index);
    if given(0) {
        return output::print(&help());
    }
    if split.operands.is_empty() {
        return Err(wrong("name at least one file of image definitions".to_owned()));
    }
    let invocations = read(&split.operands)?;
    if given(1) {
        invocations.iter().for_each(|invocation| eprintln!("{invocation}\n"));
        return Ok(());
    }
    build(&invocations, given(2))
}

fn read(files: &[String]) -> Result<Vec<Invocation>, Failure> {
    let mut entries: Vec<Entry> = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
        entries.extend(definition::parse(file, &text).map_err(|error| Failure::request(error.to_string()))?);
    }
    Ok(definition::merge(entries).iter().map(Invocation::new).collect())
}

fn unreadable(file: &str, error: &io::Error) -> Failure {
    let failure = Failure::request(format!("reading {file}: {error}"));
    failure
        .with_hint("give files with lists of images, in YAML; diskimage-builder --help tells what they hold")
}

/// Builds one image after the other; each in a process of its own, since a
/// build takes a process's namespaces.
fn build(invocations: &[Invocation], stop: bool) -> Result<(), Failure> {
    let mut failed = Vec::new();
    for invocation in invocations {
        eprintln!("{invocation}\n");
        if !succeeds(invocation)? {
            failed.push(invocation.to_string());
            if stop {
                break;
            }
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    let count = format!("{} of {} images failed", failed.len(), invocations.len());
    Err(Failure::work(&anyhow::anyhow!("{count}:\n  {}", failed.join("\n  "))))
}

fn succeeds(invocation: &Invocation) -> Result<bool, Failure> {
    let starting = |error: anyhow::Error| Failure::work(&error.context(format!("starting {invocation}")));
    let names = invocation.environment.iter().map(|(name, _)| name);
    let passed = caller::passing(std::env::var(PASSED).ok().as_ref(), names);
    let program = std::env::current_exe().map_err(|error| starting(error.into()))?;
    let exit = Program::new(program)
        .arg(invocation.creator.name())
        .args(&invocation.arguments)
        .envs(invocation.environment.iter().map(|(name, value)| (name, value)))
        .env(PASSED, passed)
        .run_interactive()
        .map_err(starting)?;
    Ok(exit.success())
}

fn help() -> String {
    let mut text = format!(
        "Usage: {NAME} [--dry-run] [--stop-on-failure] FILE...\n\n\
         Builds the images that YAML files define: lists of mappings with these keys.\n\
         Mappings of one imagename are merged, later ones over earlier ones.\n\n"
    );
    for property in PROPERTIES {
        let flag = match property.kind {
            Kind::Operands | Kind::Environment | Kind::Chooser => String::new(),
            _ => format!(" ({})", property.flag.unwrap_or_default()),
        };
        text.push_str(&format!("  {:<20} {}{flag}\n", property.name, property.help));
    }
    text.push_str(
        "\n--dry-run prints the commands and stops; --stop-on-failure builds nothing after a failure.\n",
    );
    text
}
