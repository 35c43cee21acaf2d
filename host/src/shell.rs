//! The runner of shell hooks: DIB's contract.
//!
//! 1. [`ShellRunner::prepare`] merges all elements into the hooks directory
//!    ([`hooks_dir`]) and decides the variables of the contract
//!    ([`environment`]).
//! 2. Before a phase, [`ShellRunner::phase_environment`] has bash source every
//!    file of `environment.d`, where the phase runs ([`sourcing`]).
//! 3. [`ShellRunner::run`] runs one hook with the result.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf, absolute};
use std::time::Duration;

use anyhow::{Context, Result};

mod apt;
pub mod environment;
pub mod hooks_dir;
pub mod library;
mod packages;
pub mod sourcing;

use crate::build::{Ground, Site};
use crate::element::hook_name::ENVIRONMENT;
use crate::element::{Origin, Phase, Place};
use crate::plan::{Plan, PlannedHook};
use crate::sys::process::{Exit, Program, Stream, search_path};
use environment::{Environment, Surroundings};

/// The default install type: a variable, what it is unless somebody says, and
/// the file of `environment.d` that says so.
const INSTALL_TYPE: (&str, &str, &str) = ("DIB_DEFAULT_INSTALLTYPE", "source", "11-dib-install-type.bash");

/// How long shell hooks and their environment may take: operators stop a build.
const UNLIMITED: Duration = Duration::MAX;

/// Runs the shell hooks of one build.
#[derive(Debug)]
pub struct ShellRunner {
    contract: Environment,
    /// What the phase that makes the tree sees besides.
    bootstrap: Environment,
    functions: Environment,
    hooks: PathBuf,
    /// Programs that hooks outside the chroot find first.
    programs: PathBuf,
    /// Packages of apt in the cache of images.
    _packages: packages::Keeper,
}

impl ShellRunner {
    /// Materialises the elements' files and decides the contract's variables.
    ///
    /// # Errors
    ///
    /// Fails if the workspace cannot be written or an element cannot be read.
    pub fn prepare(plan: &Plan, site: &Site) -> Result<ShellRunner> {
        let dirs = &site.workspace;
        hooks_dir::merge(plan, &dirs.hooks())?;
        apt::write(&dirs.hooks())?;
        let element_directories = element_directories(plan, &dirs.elements())?;
        let python = plan.environment.get("DIB_PYTHON_EXEC").map(String::as_str);
        let library = library::write(&dirs.library(), python, &element_directories)?;
        let surroundings = Surroundings {
            workspace: dirs,
            element_directories: &element_directories,
            caller: &caller(),
            library: &library,
            image_cache: &site.options.cache_directory.join("image-create"),
            lock_files: &site.options.cache_directory.join("locks"),
            offline: site.options.offline,
            arguments: &site.options.arguments,
            given: &site.options.environment,
        };
        let contract = environment::contract(plan, &surroundings);
        let image_cache = absolute(&contract["DIB_IMAGE_CACHE"]).context("finding DIB_IMAGE_CACHE")?;
        let names: Vec<&str> = element_directories.iter().map(|(name, _)| name.as_str()).collect();
        let bootstrap = packages::arguments(&names, &image_cache, &dirs.library(), &contract)?;
        let parameters = dirs.block_device_parameters();
        fs::create_dir_all(parameters.parent().unwrap_or(&parameters))
            .and_then(|()| fs::write(&parameters, environment::block_device_parameters(&contract)))
            .with_context(|| format!("writing {}", parameters.display()))?;
        for directory in ["DIB_IMAGE_CACHE", "DIB_LOCKFILES"] {
            fs::create_dir_all(&contract[directory]).with_context(|| format!("creating {directory}"))?;
        }
        let packages = packages::Keeper::start(&image_cache)?;
        Ok(ShellRunner {
            contract,
            bootstrap,
            _packages: packages,
            programs: library.programs,
            functions: environment::exported_functions(&element_directories),
            hooks: dirs.hooks(),
        })
    }

    /// The contract's variables, and those that came up during the build.
    pub fn variables(&self, ground: &Ground) -> Environment {
        let mut env = self.contract.clone();
        env.extend(ground.variables.clone());
        env
    }

    /// Has the hooks from here on know the default install type, which files of
    /// elements may decide that are sourced before the one that says so.
    ///
    /// # Errors
    ///
    /// Fails if the hooks directory cannot be written.
    pub fn tell_install_type(&mut self) -> Result<()> {
        let (name, default, file) = INSTALL_TYPE;
        let directory = self.hooks.join(ENVIRONMENT);
        if !directory.is_dir() {
            self.contract.entry(name.to_owned()).or_insert_with(|| default.to_owned());
            return Ok(());
        }
        let text = format!("export {name}=${{{name}:-{default}}}\n");
        fs::write(directory.join(file), text).with_context(|| format!("writing environment.d/{file}"))
    }

    /// The hooks directory.
    pub fn hooks(&self) -> &Path {
        &self.hooks
    }

    /// The environment of the hooks of one phase.
    ///
    /// # Errors
    ///
    /// Fails if a file of `environment.d` fails when sourced.
    pub fn phase_environment(
        &self,
        phase: Phase,
        ground: &Ground,
        sink: &mut dyn FnMut(&str),
    ) -> Result<Environment> {
        let mut env = self.variables(ground);
        if phase == Phase::Root {
            env.extend(self.bootstrap.clone());
        }
        if matches!(phase, Phase::Root | Phase::Cleanup) {
            env.insert("TARGET_ROOT".to_owned(), ground.tree.to_string_lossy().into_owned());
        }
        match phase.place() {
            Place::Outside => {
                env.extend(self.functions.clone());
                let path = format!("{}:{}", self.programs.display(), search_path().display());
                env.insert("PATH".to_owned(), path);
                sourcing::source(&self.hooks, &self.hooks, None, env, UNLIMITED, sink)
            }
            Place::Chroot => {
                environment::inside_chroot(&mut env);
                let (seen_as, tree) = (Path::new(hooks_dir::IN_TARGET), Some(ground.tree.as_path()));
                sourcing::source(&self.hooks, seen_as, tree, env, UNLIMITED, sink)
            }
        }
    }

    /// Runs one hook to its end.
    ///
    /// # Errors
    ///
    /// Fails if the hook cannot be started; its exit status is the result.
    pub fn run(
        &self,
        hook: &PlannedHook,
        phase: Phase,
        env: &Environment,
        ground: &Ground,
        sink: &mut dyn FnMut(Stream, &str),
    ) -> Result<Exit> {
        let directory = match phase.place() {
            Place::Outside => self.hooks.clone(),
            Place::Chroot => PathBuf::from(hooks_dir::IN_TARGET),
        };
        let path = directory.join(format!("{phase}.d")).join(&hook.name);
        let mut program = Program::new(&path).env_clear().envs(env);
        if phase.place() == Place::Chroot {
            program = program.chroot(&ground.tree).cwd("/");
        }
        program
            .run(&mut |stream, line| sink(stream, &String::from_utf8_lossy(line)))
            .with_context(|| format!("running {}", path.display()))
    }
}

/// What hooks outside the chroot may know of who builds.
fn caller() -> Environment {
    let known = ["HOME", "LOGNAME", "USER"];
    known.into_iter().filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?))).collect()
}

/// Directory of each planned element, in plan order; those that are not on
/// disk are unpacked. All of them stand in `gathered`, which is the path of
/// elements for hooks: one that another shadows is not part of the build.
fn element_directories(plan: &Plan, gathered: &Path) -> Result<Vec<(String, PathBuf)>> {
    fs::create_dir_all(gathered).with_context(|| format!("creating {}", gathered.display()))?;
    let directory_of = |element: &crate::element::Element| {
        let place = gathered.join(&element.name);
        match &element.origin {
            Origin::Directory(path) => {
                let path = absolute(path).with_context(|| format!("finding {}", path.display()))?;
                symlink(&path, &place).with_context(|| format!("linking {}", place.display()))?;
                Ok(path)
            }
            Origin::Builtin | Origin::Wasm(_) => hooks_dir::unpack(element, &place),
        }
    };
    plan.sources.iter().map(|element| Ok((element.name.clone(), directory_of(element)?))).collect()
}
