//! The two runners of a build, and the way from each to the other.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::bridge::{self, Bridge, Request};
use super::caller;
use super::phase::{self, Ground, PhaseOutcome};
use super::ramdisk::Published;
use super::shell_distribution::ShellDistribution;
use super::site::Site;
use crate::assemble::{MountedImage, bootloader};
use crate::element::{Element, Phase, Place};
use crate::plan::{Plan, PlannedHook};
use crate::plugin::{
    self, BootLoader, Devices, Distribution, HookContext, Limits, LoaderRequest, Setting, packaging,
};
use crate::report::{FailureCause, HookOutput, Stream};
use crate::shell::environment::{self, Environment};
use crate::shell::{ShellRunner, hooks_dir};

/// Both hook runners.
#[derive(Debug)]
pub struct Crew {
    shell: ShellRunner,
    components: plugin::Runner,
    sources: Arc<Vec<Element>>,
    ramdisk: Published,
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
        Ok(Crew { shell, components, sources: Arc::new(plan.sources.clone()), ramdisk: Published::default() })
    }

    /// Runs one phase.
    ///
    /// # Errors
    ///
    /// Fails with the first hook that fails.
    pub fn run(&self, plan: &Plan, phase: Phase, ground: &Ground, site: &Site) -> Result<PhaseOutcome> {
        phase::run(self, plan, phase, ground, site)
    }

    /// Installs the packages that the operator asked for (`-p`).
    ///
    /// # Errors
    ///
    /// Fails as the distribution's package manager does.
    pub fn install_packages(&self, plan: &Plan, ground: &Ground, site: &Site) -> Result<()> {
        let scope = site.report.phase(Phase::Install, 1);
        let hook = scope.hook("slate", "packages", crate::element::HookKind::Component);
        let context = self.context(Phase::Install, ground, hook.output());
        let distribution = self.components.distribution(&context);
        let distribution = distribution.context("no element of the plan manages packages")?;
        distribution.install(&plan.packages).context("installing the packages asked for with -p")?;
        hook.finish(Ok(()));
        scope.finish();
        Ok(())
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

    /// Lets a shell hook of a chroot phase reach a component's package
    /// manager, and puts the way there into its search path.
    pub(super) fn bridge(
        &self,
        phase: Phase,
        ground: &Ground,
        site: &Site,
        env: &mut Environment,
        output: &HookOutput,
    ) -> Result<Option<Bridge>> {
        if phase.place() == Place::Outside || !self.has_component_distribution() {
            return Ok(None);
        }
        let context = self.context(phase, ground, output);
        let Some(distribution) = self.components.distribution(&context) else {
            return Ok(None);
        };
        let seen_as = Path::new(hooks_dir::IN_TARGET);
        let path = env.entry("PATH".to_owned()).or_default();
        *path = format!("{}:{path}", Bridge::path_entry(seen_as).display());
        let (sources, output) = (self.sources.clone(), output.clone());
        let answer = move |arguments: Vec<String>| match serve(&arguments, &*distribution, &sources) {
            Ok(()) => 0,
            Err(error) => {
                output.line(Stream::Stderr, &format!("install-packages: {error:#}"));
                1
            }
        };
        Bridge::open(&site.workspace.hooks(), seen_as, &ground.tree, answer).map(Some)
    }

    fn has_component_distribution(&self) -> bool {
        self.sources.iter().any(|element| {
            element.component.is_some() && element.provides.iter().any(|name| name == "operating-system")
        })
    }

    fn context(&self, phase: Phase, ground: &Ground, output: &HookOutput) -> HookContext {
        let mut variables = self.shell.variables(ground);
        environment::inside_chroot(&mut variables);
        let distribution: Option<Arc<dyn Distribution>> = match self.has_component_distribution() {
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
            chroot_mounted: ground.chroot_mounted,
            variables,
            devices: ground.image.as_deref().map(devices).unwrap_or_default(),
            output: output.clone(),
            distribution,
            boot_loader: ground.image.clone().map(|image| boot_loader(image, output)),
            rehearsal: None,
        }
    }
}

fn devices(image: &MountedImage) -> Devices {
    Devices {
        size: Some(image.plan.size),
        disk: Some(image.disk.clone()),
        partitions: image.volumes.clone(),
        logical: image.logical.clone(),
    }
}

fn boot_loader(image: Arc<MountedImage>, output: &HookOutput) -> Arc<dyn BootLoader> {
    Arc::new(Grub { image, output: output.clone() })
}

/// GRUB, on the disk of a mounted image.
struct Grub {
    image: Arc<MountedImage>,
    output: HookOutput,
}

impl BootLoader for Grub {
    fn install(&self, request: &LoaderRequest) -> Result<()> {
        let mut log = |line: &str| self.output.line(Stream::Stdout, line);
        Ok(bootloader::install(&self.image, request, &mut log)?)
    }
}

fn setting(plan: &Plan, site: &Site) -> Result<Setting> {
    let cache = &site.options.cache_directory;
    let mut caches = BTreeMap::new();
    for (_, mount) in plan.caches() {
        let directory = cache.join(&mount.name);
        std::fs::create_dir_all(&directory)
            .with_context(|| format!("creating the cache {}", directory.display()))?;
        caches.insert(mount.name.clone(), directory);
    }
    Ok(Setting {
        compiled: cache.join("compiled"),
        downloads: cache.join("downloads"),
        scratch: site.workspace.area().join("scratch"),
        caches,
        image_name: plan.image_name(),
        root_label: plan.layout.root().map(|root| root.label.clone()).unwrap_or_default(),
        home: caller::home(),
        offline: site.options.offline,
        limits: Limits::default(),
    })
}

/// Does what a shell hook asked `install-packages` for.
fn serve(arguments: &[String], distribution: &dyn Distribution, sources: &[Element]) -> Result<()> {
    let mapped = |element: Option<String>, names: Vec<String>| -> Result<Vec<String>> {
        let Some(element) = element else { return Ok(names) };
        let source = sources.iter().find(|source| source.name == element);
        let source =
            source.with_context(|| format!("-m names '{element}', which is no element of this build"))?;
        let found = packaging::packages(source, &names, &distribution.describe()?)?;
        Ok(found.into_iter().flatten().collect())
    };
    match bridge::parse(arguments).map_err(anyhow::Error::msg)? {
        Request::Install { element, names } => distribution.install(&mapped(element, names)?),
        Request::Remove { element, names } => distribution.remove(&mapped(element, names)?),
        Request::Upgrade => distribution.upgrade(),
    }
}
