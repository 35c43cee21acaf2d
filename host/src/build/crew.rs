//! The two runners of a build, and the way from each to the other.

use anyhow::Result;

use super::phase::{self, Ground, PhaseOutcome};
use super::site::Site;
use crate::element::Phase;
use crate::plan::Plan;
use crate::plugin;
use crate::shell::ShellRunner;
use crate::sys::process::Program;

/// Both hook runners.
#[derive(Debug)]
pub struct Crew {
    shell: ShellRunner,
    components: plugin::Runner,
}

impl Crew {
    /// Starts both runners.
    ///
    /// # Errors
    ///
    /// Fails if elements cannot be materialised or a component does not load.
    pub fn muster(plan: &Plan, site: &Site) -> Result<Crew> {
        let shell = ShellRunner::prepare(plan, site)?;
        let components = plugin::Runner::new(plan, setting(plan, site))?;
        Ok(Crew { shell, components })
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
        let step = site.report.step("installing the packages asked for");
        let mut ignore = |_: &str| {};
        let env = self.shell.phase_environment(Phase::Install, ground, &mut ignore)?;
        let install = Program::new("install-packages").args(&plan.packages).env_clear().envs(&env);
        let exit = install.chroot(&ground.tree).cwd("/").run(&mut |_, line| {
            tracing::info!(target: "install-packages", "{}", String::from_utf8_lossy(line));
        })?;
        exit.check()?;
        step.finish();
        Ok(())
    }

    pub(super) fn shell(&self) -> &ShellRunner {
        &self.shell
    }

    pub(super) fn components(&self) -> &plugin::Runner {
        &self.components
    }
}

fn setting(plan: &Plan, site: &Site) -> plugin::Setting {
    let cache = &site.options.cache_directory;
    let caches = plan.caches().map(|(_, mount)| (mount.name.clone(), cache.join(&mount.name)));
    plugin::Setting {
        compiled: cache.join("compiled"),
        downloads: cache.join("downloads"),
        scratch: site.workspace.area().join("scratch"),
        caches: caches.collect(),
        image_name: image_name(plan),
        root_label: plan.layout.root().map(|root| root.label.clone()).unwrap_or_default(),
        home: std::env::home_dir(),
        offline: site.options.offline,
        limits: plugin::Limits::default(),
    }
}

fn image_name(plan: &Plan) -> String {
    let stem = plan.outputs.first().and_then(|output| output.path.file_stem());
    stem.map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
