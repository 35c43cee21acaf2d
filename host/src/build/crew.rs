//! The two runners of a build, and the way from each to the other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};

use super::bridge::Bridge;
use super::caches::content;
use super::caller;
use super::ground::{Ground, PhaseOutcome};
use super::loader;
use super::phase;
use super::ramdisk::Published;
use super::served::{Desk, PackageStep};
use super::shell_distribution::ShellDistribution;
use super::site::Site;
use crate::element::declared::package_installs;
use crate::element::{Element, Phase, Place};
use crate::plan::{Plan, PlannedHook};
use crate::plugin::{self, Distribution, HookContext, HostDistribution, Setting};
use crate::report::{FailureCause, HookOutput, Stream};
use crate::shell::environment::{self, Environment};
use crate::shell::sourcing::SourcingError;
use crate::shell::{ShellRunner, hooks_dir};

/// Both hook runners.
#[derive(Debug)]
pub struct Crew {
    shell: ShellRunner,
    components: plugin::Runner,
    sources: Arc<Vec<Element>>,
    ramdisk: Published,
    has_component_distribution: bool,
}

impl Crew {
    /// Starts both runners.
    ///
    /// # Errors
    ///
    /// Fails if elements cannot be materialised or a component does not load.
    pub fn muster(plan: &Plan, site: &Site) -> Result<Crew> {
        let shell = ShellRunner::prepare(plan, site)?;
        let components = plugin::Runner::new(plan, setting(plan, site)?)?;
        Ok(Crew {
            shell,
            components,
            sources: Arc::new(plan.sources.clone()),
            has_component_distribution: plan.has_component_distribution(),
            ramdisk: Published::default(),
        })
    }

    /// Runs one phase.
    ///
    /// # Errors
    ///
    /// Fails with the first hook that fails.
    pub fn run(&self, plan: &Plan, phase: Phase, ground: &Ground, site: &Site) -> Result<PhaseOutcome> {
        phase::run(self, plan, phase, ground, site)
    }

    /// Installs packages by the distribution's names.
    pub(super) fn install_packages(
        &self,
        packages: &[String],
        ground: &Ground,
        output: &HookOutput,
    ) -> Result<()> {
        let context = self.context(Phase::Install, ground, output);
        self.distribution(&context)?.install(packages).context("installing the packages asked for with -p")
    }

    /// The block device that a component provided, if one did.
    pub fn provided_device(&self) -> Option<PathBuf> {
        self.components.contributions().block_device
    }

    /// Has shell hooks know the default install type from here on.
    pub(super) fn tell_install_type(&mut self) -> Result<()> {
        self.shell.tell_install_type()
    }

    pub(super) fn shell(&self) -> &ShellRunner {
        &self.shell
    }

    /// Runs a component's hook; shell hooks find what it wants in a ramdisk.
    pub(super) fn run_component(
        &self,
        hook: &PlannedHook,
        phase: Phase,
        ground: &Ground,
        output: &HookOutput,
    ) -> Result<(), FailureCause> {
        let context = self.context(phase, ground, output);
        self.components.run(hook, &context)?;
        let published = self.ramdisk.update(&self.components.contributions().ramdisk, self.shell.hooks());
        published.map_err(|error| phase::io_cause(&error))
    }

    /// Does what elements declare of packages at one place among the hooks.
    pub(super) fn run_declared(
        &self,
        hook: &PlannedHook,
        phase: Phase,
        ground: &Ground,
        output: &HookOutput,
    ) -> Result<(), FailureCause> {
        let run = || -> Result<()> {
            let operation = package_installs::operation(phase, &hook.name)
                .with_context(|| format!("slate has no step {}", hook.name))?;
            let mut sink = |line: &str| output.line(Stream::Stderr, line);
            // Conditions see what upstream's own reader of these files would see.
            let variables = self.phase_environment(Phase::ExtraData, ground, Some(output), &mut sink)?;
            let arch = variables.get("ARCH").map_or("", String::as_str);
            let step = PackageStep { phase, operation, sources: &self.sources, arch, variables: &variables };
            step.run(&*self.distribution(&self.context(phase, ground, output))?, output)
        };
        run().map_err(|error| phase::io_cause(&error))
    }

    /// The environment of the shell hooks of a phase. On a component
    /// distribution it says which one, where nobody else does.
    pub(super) fn phase_environment(
        &self,
        phase: Phase,
        ground: &Ground,
        output: Option<&HookOutput>,
        sink: &mut dyn FnMut(&str),
    ) -> Result<Environment> {
        let mut ground = ground.clone();
        if let (true, Some(output)) = (self.has_component_distribution, output) {
            let identity = self.distribution(&self.context(phase, &ground, output))?.describe()?;
            let known = self.shell.variables(&ground);
            for (name, value) in [("DISTRO_NAME", identity.name), ("DIB_RELEASE", identity.release)] {
                if known.get(name).is_none_or(String::is_empty) && !value.is_empty() {
                    ground.variables.insert(name.to_owned(), value);
                }
            }
        }
        self.shell.phase_environment(phase, &ground, sink).map_err(|error| self.with_owner(error))
    }

    /// An error with the element whose file of `environment.d` it is about.
    fn with_owner(&self, error: anyhow::Error) -> anyhow::Error {
        match error.downcast::<SourcingError>() {
            Ok(failed) => {
                let owner = self.sources.iter().find(|element| element.file(&failed.path).is_some());
                SourcingError { element: owner.map(|element| element.name.clone()), ..failed }.into()
            }
            Err(error) => error,
        }
    }

    /// The way from the shell hooks of a chroot phase to a component's package manager.
    pub(super) fn bridge(
        &self,
        phase: Phase,
        ground: &Ground,
        site: &Site,
    ) -> Result<Option<(Bridge, Desk)>> {
        if phase.place() == Place::Outside || !self.has_component_distribution {
            return Ok(None);
        }
        let desk = Desk::new(&self.sources, &ground.tree);
        let at_desk = desk.clone();
        let seen_as = Path::new(hooks_dir::IN_TARGET);
        let answer = move |words: Vec<String>| at_desk.answer(&words);
        Ok(Some((Bridge::open(&site.workspace.hooks(), seen_as, &ground.tree, answer)?, desk)))
    }

    /// Tells the desk behind a bridge for which hook it works now.
    pub(super) fn introduce(
        &self,
        desk: &Desk,
        phase: Phase,
        ground: &Ground,
        output: &HookOutput,
    ) -> Result<()> {
        desk.serve(self.distribution(&self.context(phase, ground, output))?, output);
        Ok(())
    }

    fn distribution(&self, context: &HookContext) -> Result<Arc<dyn Distribution>> {
        self.components.distribution(context).context("no element of the plan manages packages")
    }

    fn context(&self, phase: Phase, ground: &Ground, output: &HookOutput) -> HookContext {
        let mut variables = self.shell.variables(ground);
        environment::inside_chroot(&mut variables);
        let distribution: Option<Arc<dyn HostDistribution>> = match self.has_component_distribution {
            true => None,
            false => Some(Arc::new(ShellDistribution::new(
                ground.tree.clone(),
                self.shell.hooks().to_owned(),
                variables.clone(),
                output,
            ))),
        };
        HookContext {
            phase,
            tree: ground.tree.clone(),
            variables,
            devices: ground.image.as_deref().map(loader::devices).unwrap_or_default(),
            output: output.clone(),
            distribution,
            boot_loader: ground.image.clone().map(|image| loader::boot_loader(image, output)),
            rehearsal: None,
        }
    }
}

fn setting(plan: &Plan, site: &Site) -> Result<Setting> {
    let cache = &site.options.cache_directory;
    let mut caches = BTreeMap::new();
    for planned in &plan.caches {
        let key = (planned.element.clone(), planned.name.clone());
        caches.insert(key, content(cache, planned)?);
    }
    Ok(Setting {
        compiled: cache.join("compiled"),
        downloads: cache.join("downloads"),
        scratch: site.workspace.scratch().join("components"),
        caches,
        image_name: plan.image_name.clone(),
        root_label: plan.layout.root().map(|root| root.label.clone()).unwrap_or_default(),
        home: caller::home(),
        offline: site.options.offline,
        limits: site.options.limits.clone(),
    })
}
