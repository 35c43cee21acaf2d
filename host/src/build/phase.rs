//! Runs the hooks of one phase, shell hooks and component hooks in one order.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use cap_std::fs::Dir;

use super::breaks::BreakPoint;
use super::bridge::Bridge;
use super::crew::Crew;
use super::late;
use super::served::Desk;
use super::site::Site;
use super::{Ground, PhaseOutcome};
use crate::element::{HookKind, Phase, Place};
use crate::plan::{Plan, PlannedHook};
use crate::report::{FailureCause, HookFailure, HookOutput, PhaseScope, Stream, TimeLimit};
use crate::shell::environment::Environment;
use crate::shell::hooks_dir;
use crate::shell::sourcing::SourcingError;
use crate::sys::mount::Mount;
use crate::sys::process::{self, Ended};
use crate::sys::signals;

/// Runs all hooks of `phase`; the first failure ends it.
///
/// # Errors
///
/// Fails with a [`HookFailure`] if a hook fails.
pub fn run(crew: &Crew, plan: &Plan, phase: Phase, ground: &Ground, site: &Site) -> Result<PhaseOutcome> {
    let hooks = late::hooks(plan, phase, &site.workspace.hooks())?;
    let packages = phase == Phase::Install && !plan.packages.is_empty();
    let scope = site.report.phase(phase, hooks.len() + usize::from(packages));
    site.tell_ignored(plan, phase);
    let bound = bind_hooks(phase, ground, site)?;
    let mut run = PhaseRun {
        crew,
        phase,
        ground,
        site,
        scope: &scope,
        env: None,
        bridge: None,
        outcome: PhaseOutcome::default(),
    };
    run.stop(BreakPoint::Before(phase))?;
    for hook in &hooks {
        signals::check()?;
        run.hook(hook)?;
    }
    if packages {
        run.packages(plan)?;
    }
    run.stop(BreakPoint::After(phase))?;
    let outcome = std::mem::take(&mut run.outcome);
    // The bridge's directory must be there until it has ended.
    drop(run);
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
    /// The sourced environment, once something needed it.
    env: Option<Environment>,
    /// The way to a component's package manager, once a shell hook may need it.
    bridge: Option<(Bridge, Desk)>,
    outcome: PhaseOutcome,
}

impl PhaseRun<'_> {
    fn hook(&mut self, hook: &PlannedHook) -> Result<()> {
        let scope = self.scope.hook(&hook.element, &hook.name, hook.kind);
        let result = match hook.kind {
            HookKind::Shell => self.shell(hook, scope.output()),
            HookKind::Component => self.crew.run_component(hook, self.phase, self.ground, scope.output()),
            HookKind::Host => self.crew.run_declared(hook, self.phase, self.ground, scope.output()),
        };
        let failure = result.err().map(|cause| scope.failure(cause));
        scope.finish(failure.as_ref().map_or(Ok(()), Err));
        failure.map_or(Ok(()), |failure| self.fail(failure))
    }

    /// Installs the packages that the operator asked for (`-p`).
    fn packages(&mut self, plan: &Plan) -> Result<()> {
        let scope = self.scope.hook("slate", "packages", HookKind::Host);
        let result = self.crew.install_packages(&plan.packages, self.ground, scope.output());
        let failure = result.err().map(|error| scope.failure(io_cause(&error)));
        scope.finish(failure.as_ref().map_or(Ok(()), Err));
        failure.map_or(Ok(()), |failure| self.fail(failure))
    }

    /// Gives a person the chance to look at what failed.
    fn fail(&mut self, failure: HookFailure) -> Result<()> {
        if let Err(error) = self.stop(BreakPoint::AfterError) {
            self.site.report.warn(&format!("{error:#}"));
        }
        Err(failure.into())
    }

    fn stop(&mut self, point: BreakPoint) -> Result<()> {
        let breaks = &self.site.options.breaks;
        if !breaks.has(point) {
            return Ok(());
        }
        let report = &self.site.report;
        let sourced = self.env.clone().map_or_else(
            || self.crew.phase_environment(self.phase, self.ground, None, &mut |line| report.info(line)),
            Ok,
        );
        // A file of environment.d may be what failed.
        let env = match (sourced, point) {
            (Err(_), BreakPoint::AfterError) => self.crew.shell().variables(self.ground),
            (sourced, _) => sourced?,
        };
        breaks.stop(point, self.phase, &env, self.ground, report)
    }

    fn shell(&mut self, hook: &PlannedHook, output: &HookOutput) -> Result<(), FailureCause> {
        let env = self.environment(output).map_err(|error| io_cause(&error))?;
        let outcome = &mut self.outcome;
        let mut sink = |stream: process::Stream, line: &str| {
            if stream == process::Stream::Stdout {
                outcome.note(line);
            }
            output.line(stream.into(), line);
        };
        let shell = self.crew.shell();
        let exit = shell.run(hook, self.phase, &env, self.ground, &mut sink);
        cause_of(exit.map_err(|error| io_cause(&error))?.ended)
    }

    /// The environment of a shell hook, with the way to the package manager.
    fn environment(&mut self, output: &HookOutput) -> Result<Environment> {
        if self.env.is_none() {
            let mut sink = |line: &str| output.line(Stream::Stderr, line);
            let sourced = self.crew.phase_environment(self.phase, self.ground, Some(output), &mut sink);
            self.env = Some(sourced?);
        }
        if self.bridge.is_none() {
            self.bridge = self.crew.bridge(self.phase, self.ground, self.site)?;
        }
        let mut env = self.env.clone().unwrap_or_default();
        if let Some((_, desk)) = &self.bridge {
            self.crew.introduce(desk, self.phase, self.ground, output)?;
            let path = env.entry("PATH".to_owned()).or_default();
            let entry = Bridge::path_entry(hooks_dir::IN_TARGET.as_ref());
            *path = format!("{}:{path}", entry.display());
        }
        Ok(env)
    }
}

fn cause_of(ended: Ended) -> Result<(), FailureCause> {
    match ended {
        Ended::Code(0) => Ok(()),
        Ended::Code(status) => Err(FailureCause::Exit(status)),
        Ended::Signal(number) => Err(FailureCause::Signal(number)),
        Ended::TimedOut(limit) => Err(FailureCause::TimedOut(TimeLimit { limit, raise: None })),
        Ended::Interrupted(_) => Err(FailureCause::Interrupted),
    }
}

/// Why a hook could not be run: a file of `environment.d`, or whatever else.
pub(super) fn io_cause(error: &anyhow::Error) -> FailureCause {
    let Some(SourcingError { path, element, ended }) = error.downcast_ref() else {
        return FailureCause::Io(format!("{error:#}"));
    };
    match cause_of(*ended) {
        Err(FailureCause::Interrupted) => FailureCause::Interrupted,
        Err(cause) => {
            FailureCause::Environment { file: path.clone(), element: element.clone(), cause: Box::new(cause) }
        }
        Ok(()) => FailureCause::Io(error.to_string()),
    }
}
