//! Holds slate against diskimage-builder 3.43.0: its own unit tests, its block
//! device fixtures, every element it ships, its commands, the sources that its
//! elements fetch, and real builds.
//!
//! With `--full`, every build of the table is made, and the result is written
//! to `result.txt` beside this file; without, the fast ones. Names of builds as
//! arguments make these alone, and check nothing else.
//!
//! diskimage-builder is fetched from PyPI into a virtual environment when the
//! test runs; nothing of it is in this repository. Differences that are meant
//! are listed beside each check with their reason, and one that has gone is a
//! failure too: the list holds what is so, no more.

use std::process::ExitCode;

#[path = "../tooling/environment.rs"]
mod environment;
#[path = "../tooling/mirrors.rs"]
mod mirrors;
#[path = "../tooling/mod.rs"]
mod tooling;

mod builds;
mod commands;
mod elements;
mod fixtures;
mod left_out;
mod mixed;
mod outcome;
mod probe;
mod record;
mod sources;
mod upstream;
mod volumes;

use builds::Build;
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
    let named: Vec<&Build> =
        builds::FULL.iter().copied().filter(|build| words.iter().any(|word| word == build.name)).collect();
    if !named.is_empty() {
        builds::check(&named, &environment, &mut outcome);
        return outcome.report();
    }
    upstream::check(&environment, &mut outcome);
    fixtures::check(&environment, &mut outcome);
    volumes::check(&environment, &mut outcome);
    left_out::check(&environment, &mut outcome);
    elements::check(&environment, &mut outcome);
    elements::check_coverage(&environment, &mut outcome);
    commands::check(&environment, &mut outcome);
    mixed::check(&environment, &mut outcome);
    sources::check(&environment, &mut outcome);
    let full = words.iter().any(|word| word == "--full");
    builds::check(if full { builds::FULL } else { builds::FAST }, &environment, &mut outcome);
    if full {
        record::write(&outcome);
    }
    outcome.report()
}
