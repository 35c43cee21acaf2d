//! Builds what is planned: what the commands that make images share.

use std::path::{Path, PathBuf};

use super::preflight::{self, Host};
use super::{Failure, gifts, output};
use crate::build::{BuildOptions, pipeline};
use crate::export::Artifact;
use crate::plan::{GrantOrigin, Plan};
use crate::report::{BuildFailure, Dialect, Report, ReportOptions};
use crate::sys;
use crate::sys::elevate::Caller;

/// Checks that a build can succeed, builds, and prints the names of the
/// outputs, which are named after `output`. The caller, where it is not who
/// this process runs as, gets what the build makes beside them.
pub(crate) fn run(
    plan: Plan,
    output: &Path,
    options: BuildOptions,
    report: &ReportOptions,
    caller: Option<&Caller>,
) -> Result<(), Failure> {
    // A live display would draw over what a person types at a break point.
    let live = report.terminal && options.breaks.points.is_empty();
    let report = &ReportOptions { terminal: live, ..report.clone() };
    preflight::check(&plan, output, &Host::here())?;
    isolate(caller).map_err(|error| Failure::work(&error))?;
    if let Some(caller) = caller {
        gifts::claim(caller, &plan.environment).map_err(|error| Failure::work(&error))?;
    }
    let (image, logfile) = (PathBuf::from(&plan.image_name), report.logfile.clone());
    let report = open(report)?;
    warn_of_denials(&plan, options.limits.dialect(), &report);
    let built = pipeline(plan, options, report.clone());
    let logs = report.logs().and_then(|logs| logs.parent().map(Path::to_owned));
    let logs: Vec<PathBuf> = logs.into_iter().chain(logfile).collect();
    let given = caller.map_or(Ok(()), |caller| gifts::give(caller, &image, &logs));
    finish(built.and_then(|artifacts| given.map(|()| artifacts)), &report)
}

/// The report takes `tracing` events from here on.
fn open(options: &ReportOptions) -> Result<Report, Failure> {
    let report = Report::open(options).and_then(|report| {
        report.take_tracing(options)?;
        Ok(report)
    });
    report.map_err(|error| Failure::request(format!("{error:#}")))
}

/// From here on all that the build starts or mounts ends with this process,
/// and a signal lets it clean up.
fn isolate(caller: Option<&Caller>) -> anyhow::Result<()> {
    sys::sandbox::enter(caller.map(Caller::signals).transpose()?)?;
    sys::signals::install()
}

fn finish(result: anyhow::Result<Vec<Artifact>>, report: &Report) -> Result<(), Failure> {
    match result {
        Ok(artifacts) => {
            report.finish(true);
            let paths = artifacts.iter().map(|artifact| format!("{}\n", artifact.path.display()));
            output::print(&paths.collect::<String>())
        }
        Err(error) => {
            let failure = BuildFailure::of(&error);
            report.failure(&failure);
            report.finish(false);
            let stopped = sys::signals::check().err();
            Err(Failure::reported(stopped.map_or(failure.exit_status(), |signal| signal.exit_status())))
        }
    }
}

/// Says once per element what it asks for in vain, before a hook fails for want of it.
fn warn_of_denials(plan: &Plan, dialect: Dialect, report: &Report) {
    let denied = |element: &str| {
        let grants = plan.grants.iter();
        let grants = grants
            .filter(|planned| planned.element == element && planned.origin == GrantOrigin::Denied)
            .map(|planned| planned.grant.to_string());
        grants.collect::<Vec<_>>().join(", ")
    };
    for element in &plan.elements {
        let grants = denied(&element.name);
        if !grants.is_empty() {
            let name = &element.name;
            let grant = dialect.grant(name, "...");
            report.warn(&format!("{name} asks for what it is not granted: {grants}; grant with {grant}"));
        }
    }
}
