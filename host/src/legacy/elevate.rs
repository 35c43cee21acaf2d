//! The old commands for callers who are not root: diskimage-builder calls
//! `sudo` for each step, these run themselves by it.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::Creator;
use crate::cli::Failure;
use crate::cli::gifts::IMAGE_CACHE;
use crate::cli::preflight::{self, Host};
use crate::plan::Plan;
use crate::sys::elevate::{self, Caller, Waiting};
use crate::sys::process::find;

/// Says who waits for this process; not for people.
pub(super) const FOR: &str = "--for-process";

/// What runs a program as root.
const SUDO: &str = "sudo";

/// Checks that the build of `plan` can succeed, and runs the command again as
/// root; returns only if that was not possible.
pub(super) fn run_again(creator: Creator, arguments: &[String], plan: &Plan, output: &Path) -> Failure {
    let checked = preflight::check_request(plan, output, &Host::here());
    if let Err(failure) = checked.and_then(|()| preflight::check_outputs(plan)) {
        return failure;
    }
    if let Some(cache) = plan.environment.get(IMAGE_CACHE)
        && let Err(error) = fs::create_dir_all(cache)
    {
        return Failure::request(format!("{IMAGE_CACHE}: creating {cache}: {error}"));
    }
    let Some(sudo) = find(SUDO) else { return preflight::needs_root() };
    let line = |waiting: Waiting| -> Vec<OsString> {
        let called = [FOR.to_owned(), waiting.to_string(), creator.name().to_owned()];
        called.iter().chain(arguments).map(OsString::from).collect()
    };
    match elevate::run_again(&sudo, line) {
        Ok(never) => match never {},
        Err(error) => Failure::work(&error),
    }
}

/// Who waits for this process, if the first word says so.
pub(super) fn caller(waiting: Option<&str>) -> Result<Option<Caller>, Failure> {
    let take = |text: &str| Caller::take_over(text.parse()?);
    waiting.map(take).transpose().map_err(|error| Failure::work(&error.context(FOR)))
}
