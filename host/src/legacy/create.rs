//! `disk-image-create` and `ramdisk-image-create`.
//!
//! 1. Flags and environment become a [`Request`].
//! 2. The request is planned; outputs get the names that these commands give.
//! 3. The plan is built as `slate build` builds it; for callers who are not root, by `sudo`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use super::request::{Request, RequestError};
use super::{Creator, VERSION, components, elevate, options, outputs, request};
use crate::build::BuildOptions;
use crate::cli::{Failure, caller, execute, library_args, limit, output, preflight, work_args};
use crate::element::{Library, installed};
use crate::plan::secret::shown_word;
use crate::plan::{Plan, plan};
use crate::report::{Dialect, Level, ReportOptions, Verbosity};
use crate::sys;
use crate::sys::elevate::Caller;

mod help;

/// An element that says: no image, please.
const NO_FINAL_IMAGE: &str = "no-final-image";

/// Runs the command, for the process that waits for it, if one does; returns its exit status.
pub(super) fn main(creator: Creator, arguments: Vec<String>, waiting: Option<&str>) -> ExitCode {
    match elevate::caller(waiting).and_then(|caller| run(creator, arguments, caller.as_ref())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.of_old_command().report(),
    }
}

fn run(creator: Creator, arguments: Vec<String>, waiting: Option<&Caller>) -> Result<(), Failure> {
    let caller = caller::environment();
    let usage =
        |error| Failure::request(format!("{}: {error}", creator.name())).with_hint(help_hint(creator));
    let options = options::parse(arguments.clone(), &caller).map_err(usage)?;
    if options.help {
        return output::print(&help::text(creator));
    }
    if options.version {
        let version = env!("CARGO_PKG_VERSION");
        // Who asks for the version of diskimage-builder reads the first number.
        return output::print(&format!("{VERSION}\nslate {version}\n"));
    }
    let request = request::request(creator, &options, &caller).map_err(|error| refused(creator, &error))?;
    let Build { plan, output, options: build, report } = build_of(creator, request, &arguments, waiting)?;
    preflight::check_log(&plan, report.logfile.as_deref())?;
    if !sys::sysinfo::is_root() {
        return Err(elevate::run_again(creator, &arguments, &plan, &output));
    }
    if let Some(logfile) = &options.logfile {
        output::print(&format!("Output logs going to: {logfile}\n"))?;
    }
    execute::run(plan, &output, build, &report, waiting)
}

/// All that a call comes to.
struct Build {
    plan: Plan,
    /// What the outputs are named after.
    output: PathBuf,
    options: BuildOptions,
    report: ReportOptions,
}

fn refused(creator: Creator, error: &RequestError) -> Failure {
    Failure::request(format!("{}: {error}", creator.name())).with_hint(help_hint(creator))
}

fn help_hint(creator: Creator) -> String {
    format!("{} --help shows every option", creator.name())
}

fn build_of(
    creator: Creator,
    mut request: Request,
    arguments: &[String],
    waiting: Option<&Caller>,
) -> Result<Build, Failure> {
    let environment = &request.spec.environment;
    let path: Vec<PathBuf> =
        environment.get("ELEMENTS_PATH").into_iter().flat_map(std::env::split_paths).collect();
    let library = library_args::library(&path, environment)?;
    let elements = installed::expand(request.spec.elements.clone(), environment)?;
    let block_device = caller::block_device(environment)?;
    let manifest = environment.get("ACI_MANIFEST").filter(|path| !path.is_empty());
    let manifest = manifest.map(|path| caller::aci_manifest(path.as_ref())).transpose()?;
    request.spec.elements = elements;
    request.spec.settings = components::parameters()?;
    request.spec.grants = components::grants()?;
    request.spec.block_device = block_device;
    request.spec.conversion.aci_manifest = manifest;
    add_implied(creator, &mut request, &library)?;
    let (options, report) = (build_options(&request, arguments, waiting)?, report_options(&request));
    let mut plan = plan(request.spec, &library)?;
    let writes_image = creator == Creator::Disk && !has(&plan, NO_FINAL_IMAGE);
    plan.outputs = if writes_image { request.outputs } else { outputs::of_tree(request.outputs) };
    plan.image_name = request.image_name.to_string_lossy().into_owned();
    let output = plan.outputs.first().map_or(request.image_name, |output| output.path.clone());
    Ok(Build { plan, output, options, report })
}

/// The base element is added where there is one: our own distributions need none.
fn add_implied(creator: Creator, request: &mut Request, library: &Library) -> Result<(), Failure> {
    let Some(name) = request.implied else { return Ok(()) };
    if library.find(name)?.is_some() && !request.spec.elements.iter().any(|element| element == name) {
        let behind_ramdisk = usize::from(creator == Creator::Ramdisk);
        request.spec.elements.insert(behind_ramdisk, name.to_owned());
    }
    Ok(())
}

fn has(plan: &Plan, element: &str) -> bool {
    plan.elements.iter().any(|planned| planned.name == element)
}

fn build_options(
    request: &Request,
    arguments: &[String],
    waiting: Option<&Caller>,
) -> Result<BuildOptions, Failure> {
    let arguments = arguments.iter().map(|word| shown_word(word)).collect::<Vec<_>>().join(" ");
    // What is root's does not belong into the home of the caller.
    let cache = if waiting.is_some() { work_args::system_cache() } else { work_args::default_cache() };
    Ok(BuildOptions {
        work_directory: work_args::directory_of(request.work_directory.clone())?,
        cache_directory: cache,
        offline: request.offline,
        no_tmpfs: request.no_tmpfs,
        min_tmpfs: request.min_tmpfs,
        keep_logs: false,
        keep_old_outputs: request.keep_old,
        digest_paths: true,
        load_docker: request.spec.conversion.docker_target.is_some() && preflight::has_program("docker"),
        limits: limit::of_environment()?,
        threads: thread::available_parallelism().map_or(1, usize::from),
        arguments,
        environment: request.given.clone(),
        breaks: caller::breaks(&request.spec.environment)?,
    })
}

/// These commands print what hooks print, unless told to be quiet. `-x` traces
/// hooks; what `slate` itself does comes with the second one.
fn report_options(request: &Request) -> ReportOptions {
    let verbosity = match (request.quiet, request.trace) {
        (true, _) => Verbosity::Quiet,
        (false, 0 | 1) => Verbosity::Verbose,
        (false, _) => Verbosity::Trace,
    };
    ReportOptions {
        verbosity,
        traced: Some(if request.trace > 1 { Level::Trace } else { Level::Info }),
        logfile: request.logfile.clone(),
        append: true,
        profile: true,
        timestamps: !request.no_timestamp,
        dialect: Dialect::Variables,
        ..ReportOptions::default()
    }
}
