//! `slate build`: makes images.

use std::collections::BTreeMap;
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Parser};

use crate::build::BuildOptions;
use crate::build::breaks::Breaks;
use crate::plan::secret::shown_word;
use crate::plugin::Limit;
use crate::report::{LogFormat, ReportOptions, Verbosity};
use crate::words::quote;

use super::limit::LimitArgs;
use super::spec_args::{Asked, SpecArgs};
use super::style::Style;
use super::work_args::{self, WorkArgs};
use super::{Failure, caller, execute, image_file, output, plan, preflight};

const EXAMPLES: &str = "\
Examples:
  slate build debian vm -o debian.qcow2
  slate build debian vm -o debian -t raw,qcow2,tar --checksum
  slate build debian vm serial-console --set debian.release=trixie -p curl,vim
  slate build debian vm ./mine --grant mine:url=https://example.org/
  slate build --file image.toml -o test.qcow2
  slate build debian vm --dry-run            what it would do, as `slate plan` prints it";

/// What the contract calls the least memory for a build in it.
const MIN_TMPFS: &str = "DIB_MIN_TMPFS";

/// The same, in GiB, where nothing is said.
const DEFAULT_MIN_TMPFS: u16 = 4;

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

    /// Build in memory only where this many GiB are available [env: DIB_MIN_TMPFS] [default: 4]
    #[arg(long, value_name = "GIB")]
    min_tmpfs: Option<u16>,

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

    /// Keep the log of every hook after a success too; each has 16 MiB at most: the first 4 MiB, and what came last
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
    let Asked { plan, output, limits, environment } = spec.plan()?;
    let dry_run = run.dry_run;
    let options = BuildOptions { environment, ..run.options(report.keep_logs, &limits)? };
    preflight::check_log(&plan, report.logfile.as_deref())?;
    if dry_run {
        return output::print(&plan::render(&plan, Style::of(&io::stdout())));
    }
    execute::run(plan, &output, options, &report.options(), None)
}

impl RunArgs {
    fn options(self, keep_logs: bool, limits: &[(Limit, u64)]) -> Result<BuildOptions, Failure> {
        let (breaks, min_tmpfs) = (self.breaks()?, self.min_tmpfs()?);
        Ok(BuildOptions {
            work_directory: self.work.for_build()?,
            cache_directory: absolute(&self.cache_dir.unwrap_or_else(work_args::default_cache))?,
            offline: self.offline,
            no_tmpfs: self.no_tmpfs,
            min_tmpfs: min_tmpfs << 30,
            keep_logs,
            keep_old_outputs: false,
            digest_paths: false,
            load_docker: false,
            limits: self.limits.limits(limits),
            threads: thread::available_parallelism().map_or(1, usize::from),
            arguments: arguments(),
            environment: BTreeMap::new(),
            breaks,
        })
    }

    /// The least memory for a build in it, in GiB.
    fn min_tmpfs(&self) -> Result<u64, Failure> {
        let given = caller::variable(&caller::environment(), MIN_TMPFS);
        let wrong = |given: &str| {
            Failure::request(format!("{MIN_TMPFS} is '{given}', which is no whole number of GiB"))
        };
        let of_variable = given.map(|given| given.trim().parse::<u16>().map_err(|_| wrong(&given)));
        let chosen = self.min_tmpfs.map(Ok).or(of_variable).transpose()?;
        Ok(chosen.unwrap_or(DEFAULT_MIN_TMPFS).into())
    }

    /// The flags are another spelling of the contract's variables.
    fn breaks(&self) -> Result<Breaks, Failure> {
        let mut variables = caller::environment();
        for (name, value) in [("break", &self.breaks), ("break_cmd", &self.break_command)] {
            variables.extend(value.clone().map(|value| (name.to_owned(), value)));
        }
        caller::breaks(&variables)
    }
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
