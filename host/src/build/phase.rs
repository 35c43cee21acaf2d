//! Runs the hooks of one phase, shell hooks and component hooks in one order.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use cap_std::fs::Dir;

use super::crew::Crew;
use super::site::Site;
use crate::assemble::MountedImage;
use crate::element::{HookKind, Phase, Place};
use crate::plan::{Plan, PlannedHook};
use crate::report::{FailureCause, HookFailure, HookOutput, PhaseScope, Stream};
use crate::shell::environment::Environment;
use crate::shell::hooks_dir;
use crate::sys::mount::Mount;
use crate::sys::process::{self, Ended};

/// The line by which a `block-device.d` hook names a device of its own.
const BLOCK_DEVICE_LINE: &str = "IMAGE_BLOCK_DEVICE=";

/// What the hooks of a phase stand on.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The tree: being built, or the mounted image.
    pub tree: PathBuf,
    /// Variables that come up during the build: `DIB_IMAGE_SIZE`, `IMAGE_BLOCK_DEVICE`, ...
    pub variables: Environment,
    /// The mounted image, from `pre-finalise` on.
    pub image: Option<Arc<MountedImage>>,
    /// Whether the tree has what a chroot needs mounted.
    pub chroot_mounted: bool,
}

impl Ground {
    /// A tree that is being built.
    pub fn tree(tree: PathBuf) -> Ground {
        Ground { tree, variables: Environment::new(), image: None, chroot_mounted: false }
    }

    /// A mounted image whose chroot is ready.
    pub fn image(image: MountedImage) -> Ground {
        let tree = image.root.clone();
        Ground { image: Some(Arc::new(image)), chroot_mounted: true, ..Ground::tree(tree) }
    }
}

/// What a phase brought to light.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhaseOutcome {
    /// The device that a `block-device.d` hook made instead of the planned layout.
    pub block_device: Option<PathBuf>,
}

/// Runs all hooks of `phase`; the first failure ends it.
///
/// # Errors
///
/// Fails with a [`HookFailure`] if a hook fails.
pub fn run(crew: &Crew, plan: &Plan, phase: Phase, ground: &Ground, site: &Site) -> Result<PhaseOutcome> {
    let hooks = plan.hooks(phase);
    let scope = site.report.phase(phase, hooks.len());
    let bound = bind_hooks(phase, ground, site)?;
    let mut run =
        PhaseRun { crew, phase, ground, site, scope: &scope, env: None, outcome: PhaseOutcome::default() };
    for hook in hooks {
        run.hook(hook)?;
    }
    let outcome = run.outcome;
    if let Some(bound) = bound {
        bound.close()?;
    }
    scope.finish();
    Ok(outcome)
}

/// The hooks directory, bound into the tree for a chroot phase.
#[derive(Debug)]
struct BoundHooks {
    mount: Mount,
    target: PathBuf,
}

fn bind_hooks(phase: Phase, ground: &Ground, site: &Site) -> Result<Option<BoundHooks>> {
    if phase.place() == Place::Outside {
        return Ok(None);
    }
    let inner = hooks_dir::IN_TARGET.trim_start_matches('/');
    let tree =
        Dir::open_ambient_dir(&ground.tree, cap_std::ambient_authority()).context("opening the tree")?;
    tree.create_dir_all(inner).with_context(|| format!("making {} in the tree", hooks_dir::IN_TARGET))?;
    let target = ground.tree.join(inner);
    let mount = Mount::bind_read_only(&site.workspace.hooks(), &target)?;
    Ok(Some(BoundHooks { mount, target }))
}

impl BoundHooks {
    fn close(self) -> Result<()> {
        self.mount.close()?;
        fs::remove_dir(&self.target)
            .with_context(|| format!("removing the mount point {}", self.target.display()))
    }
}

struct PhaseRun<'a> {
    crew: &'a Crew,
    phase: Phase,
    ground: &'a Ground,
    site: &'a Site,
    scope: &'a PhaseScope,
    /// The sourced environment, once the first shell hook needed it.
    env: Option<Environment>,
    outcome: PhaseOutcome,
}

impl PhaseRun<'_> {
    fn hook(&mut self, hook: &PlannedHook) -> Result<()> {
        let scope = self.scope.hook(&hook.element, &hook.name, hook.kind);
        let result = match hook.kind {
            HookKind::Shell => self.shell(hook, scope.output()),
            HookKind::Component => self.crew.run_component(hook, self.phase, self.ground, scope.output()),
        };
        let failure = result.err().map(|cause| scope.failure(cause));
        scope.finish(failure.as_ref().map_or(Ok(()), Err));
        failure.map_or(Ok(()), |failure: HookFailure| Err(failure.into()))
    }

    fn shell(&mut self, hook: &PlannedHook, output: &HookOutput) -> Result<(), FailureCause> {
        let shell = self.crew.shell();
        if self.env.is_none() {
            let mut sink = |line: &str| output.line(Stream::Stderr, line);
            let sourced = shell.phase_environment(self.phase, self.ground, &mut sink);
            self.env = Some(sourced.map_err(|error| io_cause(&error))?);
        }
        let mut env = self.env.clone().unwrap_or_default();
        let bridge = self.crew.bridge(self.phase, self.ground, self.site, &mut env, output);
        let bridge = bridge.map_err(|error| io_cause(&error))?;
        let outcome = &mut self.outcome;
        let mut sink = |stream: process::Stream, line: &str| {
            note_block_device(outcome, line);
            output.line(stream.into(), line);
        };
        let exit =
            shell.run(hook, self.phase, &env, self.ground, &mut sink).map_err(|error| io_cause(&error))?;
        drop(bridge);
        cause_of(exit.ended)
    }
}

fn note_block_device(outcome: &mut PhaseOutcome, line: &str) {
    if let Some(device) = line.strip_prefix(BLOCK_DEVICE_LINE).filter(|device| !device.is_empty()) {
        outcome.block_device = Some(PathBuf::from(device.trim_matches('"')));
    }
}

fn cause_of(ended: Ended) -> Result<(), FailureCause> {
    match ended {
        Ended::Code(0) => Ok(()),
        Ended::Code(status) => Err(FailureCause::Exit(status)),
        Ended::Signal(number) => Err(FailureCause::Signal(number)),
        Ended::TimedOut(limit) => Err(FailureCause::TimedOut(limit)),
        Ended::Interrupted(_) => Err(FailureCause::Interrupted),
    }
}

pub(super) fn io_cause(error: &anyhow::Error) -> FailureCause {
    FailureCause::Io(format!("{error:#}"))
}
