//! `slate build`: makes images.

use std::collections::BTreeMap;
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Parser};

use crate::build::breaks::Breaks;
use crate::build::{BuildOptions, pipeline};
use crate::export::Artifact;
use crate::plan::secret::shown_word;
use crate::plan::{GrantOrigin, Plan};
use crate::report::{BuildFailure, LogFormat, Report, ReportOptions, Verbosity};
use crate::sys;
use crate::words::quote;

use super::image_file;
use super::limit::LimitArgs;
use super::preflight::{self, Host};
use super::spec_args::{self, SpecArgs};
use super::style::Style;
use super::work_args::WorkArgs;
use super::{Failure, output, plan};

const EXAMPLES: &str = "\
Examples:
  slate build debian vm -o debian.qcow2
  slate build debian vm -o debian -t raw,qcow2,tar --checksum
  slate build debian vm serial-console --set debian.release=trixie -p curl,vim
  slate build debian vm ./mine --grant mine:url=https://example.org/
  slate build --file image.toml -o test.qcow2
  slate build debian vm --dry-run            what it would do, as `slate plan` prints it";

fn long_help() -> String {
    format!("{EXAMPLES}\n\nAn image file:\n{}", image_file::indented_example())
}

/// Build an image
///
/// Runs the elements' hooks in a tree, writes the tree into a disk image and
/// exports it. Prints the files that it made; everything else goes to stderr.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES, after_long_help = long_help())]
pub(super) struct Args {
    #[command(flatten)]
    spec: SpecArgs,

    #[command(flatten)]
    run: RunArgs,

    #[command(flatten)]
    report: ReportArgs,
}

/// How to build, which does not change the image.
#[derive(Debug, Parser)]
#[command(next_help_heading = "How to build")]
struct RunArgs {
    /// Print the plan and stop
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    work: WorkArgs,

    /// Keep downloads, packages and compiled elements in this directory
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,

    /// Use nothing from the network, only the cache
    #[arg(long, env = "DIB_OFFLINE", hide_env_values = true, value_parser = FalseyValueParser::new())]
    offline: bool,

    /// Build on disk even where memory would do
    #[arg(long, env = "DIB_NO_TMPFS", hide_env_values = true, value_parser = FalseyValueParser::new())]
    no_tmpfs: bool,

    /// Build in memory only where this many GiB are available
    #[arg(long, value_name = "GIB", env = "DIB_MIN_TMPFS", hide_env_values = true, default_value = "4")]
    min_tmpfs: u16,

    /// Stop for a shell at these points, separated by commas: before-PHASE, after-PHASE, after-error
    #[arg(long = "break", value_name = "POINTS", env = "break", hide_env_values = true)]
    breaks: Option<String>,

    /// Run this there instead of an interactive bash; the build ends if it fails
    #[arg(long = "break-command", value_name = "COMMAND", env = "break_cmd", hide_env_values = true)]
    break_command: Option<String>,

    #[command(flatten)]
    limits: LimitArgs,
}

/// What to tell of the build.
#[derive(Debug, Parser)]
#[command(next_help_heading = "What to print")]
struct ReportArgs {
    /// Tell people (text) or programs (json) how the build goes; mistakes found before it are text
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,

    /// Write everything, hooks' output included, to this file too
    #[arg(long, value_name = "FILE")]
    logfile: Option<PathBuf>,

    /// Keep the log of every hook after a success too
    #[arg(long)]
    keep_logs: bool,

    /// Print where the time went
    #[arg(long)]
    timings: bool,

    /// Print what hooks print; twice: every call of components too
    #[arg(short, long, action = ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,

    /// Print only warnings and errors
    #[arg(short, long)]
    quiet: bool,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let Args { spec, run, report } = args;
    let (plan, output) = spec.plan()?;
    if run.dry_run {
        return output::print(&plan::render(&plan, Style::of(&io::stdout())));
    }
    let options = run.options(report.keep_logs)?;
    execute(plan, &output, options, &report.options())
}

/// Checks that a build can succeed, builds, and prints the names of the
/// outputs, which are named after `output`.
pub(crate) fn execute(
    plan: Plan,
    output: &Path,
    options: BuildOptions,
    report: &ReportOptions,
) -> Result<(), Failure> {
    // A live display would draw over what a person types at a break point.
    let live = report.terminal && options.breaks.points.is_empty();
    let report = &ReportOptions { terminal: live, ..report.clone() };
    preflight::check(&plan, output, &Host::here())?;
    isolate().map_err(|error| Failure::work(&error))?;
    let report = open(report)?;
    warn_of_denials(&plan, &report);
    finish(pipeline(plan, options, report.clone()), &report)
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
fn isolate() -> anyhow::Result<()> {
    sys::sandbox::enter()?;
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
fn warn_of_denials(plan: &Plan, report: &Report) {
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
            report.warn(&format!(
                "{name} asks for what it is not granted: {grants}; grant with --grant {name}:..."
            ));
        }
    }
}

impl RunArgs {
    fn options(self, keep_logs: bool) -> Result<BuildOptions, Failure> {
        let breaks = self.breaks()?;
        Ok(BuildOptions {
            work_directory: self.work.directory(),
            cache_directory: absolute(&self.cache_dir.unwrap_or_else(default_cache))?,
            offline: self.offline,
            no_tmpfs: self.no_tmpfs,
            min_tmpfs: u64::from(self.min_tmpfs) << 30,
            keep_logs,
            keep_old_outputs: false,
            load_docker: false,
            limits: self.limits.limits(),
            threads: thread::available_parallelism().map_or(1, usize::from),
            arguments: arguments(),
            breaks,
        })
    }

    /// The flags are another spelling of the contract's variables.
    fn breaks(&self) -> Result<Breaks, Failure> {
        let mut variables = spec_args::environment();
        for (name, value) in [("break", &self.breaks), ("break_cmd", &self.break_command)] {
            variables.extend(value.clone().map(|value| (name.to_owned(), value)));
        }
        breaks(&variables)
    }
}

/// The break points that the variables of the contract ask for.
pub(crate) fn breaks(variables: &BTreeMap<String, String>) -> Result<Breaks, Failure> {
    Breaks::of(variables).map_err(|error| Failure::request(format!("break: {error}")))
}

/// What this process was asked to do, without secrets: elements write it into images.
fn arguments() -> String {
    let words = env::args_os().skip(1).map(|word| quote(&shown_word(&word.to_string_lossy())));
    words.collect::<Vec<_>>().join(" ")
}

/// Compiled elements are kept by absolute paths.
fn absolute(cache: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(cache)
        .map_err(|error| Failure::request(format!("the cache directory {}: {error}", cache.display())))
}

/// The caller's cache, or the system's where there is no home.
pub(crate) fn default_cache() -> PathBuf {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    base.unwrap_or_else(|| PathBuf::from("/var/cache")).join("slate")
}

impl ReportArgs {
    fn options(self) -> ReportOptions {
        let verbosity = match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Normal,
            (false, 1) => Verbosity::Verbose,
            (false, _) => Verbosity::Trace,
        };
        ReportOptions {
            format: self.log_format,
            verbosity,
            logfile: self.logfile,
            timings: self.timings,
            ..ReportOptions::default()
        }
    }
}
