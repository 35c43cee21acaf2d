//! Holds slate against diskimage-builder 3.43.0: its own unit tests, its block
//! device fixtures, every element it ships, its commands, and the sources that its
//! elements fetch.
//!
//! diskimage-builder is fetched from PyPI into a virtual environment when the
//! test runs; nothing of it is in this repository. Differences that are meant
//! are listed beside each check with their reason, and one that has gone is a
//! failure too: the list holds what is so, no more.

use std::process::ExitCode;

mod commands;
mod elements;
mod environment;
mod fixtures;
mod outcome;
mod probe;
mod sources;
#[path = "../tooling/mod.rs"]
mod tooling;
mod upstream;
mod volumes;

use environment::Environment;
use outcome::Outcome;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, planner] = words.as_slice()
        && verb == "probe"
    {
        probe::answer(planner);
        return ExitCode::SUCCESS;
    }
    if words.iter().any(|word| word == "--list") {
        return ExitCode::SUCCESS;
    }
    let environment = Environment::prepare();
    let mut outcome = Outcome::default();
    upstream::check(&environment, &mut outcome);
    fixtures::check(&environment, &mut outcome);
    volumes::check(&environment, &mut outcome);
    elements::check(&environment, &mut outcome);
    commands::check(&environment, &mut outcome);
    sources::check(&environment, &mut outcome);
    outcome.report()
}
