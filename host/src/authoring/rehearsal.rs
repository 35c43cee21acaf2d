//! Runs an element's hooks on a directory, without root, and tells what they did.
//!
//! 1. [`Case::all`] reads what is given: parameters, grants, a tree, answers.
//! 2. [`perform`] makes the tree, runs the component's hooks phase by phase with
//!    a [`Rehearsal`] in the machine's stead, and writes down what they asked for
//!    and what became of the tree.
//! 3. The text of the [`Performance`] is compared with the `expected.txt` of the case, or written there.

mod case;
mod contributions;
mod snapshot;
mod stage;
mod transcript;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};

pub use case::{Case, EXPECTED, beside};

use crate::element::{Element, HookKind, Phase};
use crate::plan::{Plan, PlannedHook, plan_alone};
use crate::plugin::{Devices, HookContext, Limits, Rehearsal, Runner, Wish};
use crate::report::{FailureCause, HookOutput, Report};
use crate::sys::root::Root;
use snapshot::Snapshot;
use stage::Stage;
use transcript::Transcript;

/// What the hooks of a case did.
#[derive(Debug)]
pub struct Performance {
    /// The text of it.
    pub text: String,
    /// The capabilities that they wished for, each with the hook: `install 50-greet`.
    pub wishes: Vec<(String, Wish)>,
    /// Where the code was that trapped, if it did: what the text leaves out.
    pub places: Vec<String>,
}

/// Runs the hooks of a case within limits and gives what they did.
/// Compiled code is kept in `cache`.
///
/// # Errors
///
/// Fails if the case does not fit the element, or the component does not load.
/// A hook that fails is no error: the text says so.
pub fn perform(
    element: &Element,
    case: &Case,
    limits: &Limits,
    cache: &Path,
    report: &Report,
) -> Result<Performance> {
    let plan = plan_alone(case.spec(element), element.clone())
        .map_err(|error| anyhow::anyhow!("{error}"))
        .with_context(|| case.shown())?;
    let stage = Stage::set(case, &plan, limits, cache)?;
    let rehearsal = Arc::new(Rehearsal::new(case.answers()?));
    let root = Root::open(&stage.tree)?.with_ledger(Some(rehearsal.ledger().clone()));
    let mut troupe =
        Troupe { plan: &plan, stage: &stage, rehearsal, report, wishes: Vec::new(), places: Vec::new() };
    let before = Snapshot::take(&root)?;
    let mut transcript = Transcript::default();
    troupe.run(&mut transcript)?;
    transcript.tree(&before, &Snapshot::take(&root)?);
    Ok(Performance { text: transcript.into_text(), wishes: troupe.wishes, places: troupe.places })
}

/// What performs a case.
struct Troupe<'a> {
    plan: &'a Plan,
    stage: &'a Stage,
    rehearsal: Arc<Rehearsal>,
    report: &'a Report,
    wishes: Vec<(String, Wish)>,
    places: Vec<String>,
}

impl Troupe<'_> {
    /// Runs all hooks; the first that fails is the last that runs.
    fn run(&mut self, transcript: &mut Transcript) -> Result<()> {
        let runner = Runner::new(self.plan, self.stage.setting())?;
        for phase in Phase::ALL {
            let hooks = self.plan.hooks(phase);
            let scope = self.report.phase(phase, hooks.len());
            for hook in hooks {
                transcript.hook(phase, &hook.name);
                if hook.kind == HookKind::Shell {
                    transcript.not_run();
                    continue;
                }
                let running = scope.hook(&hook.element, &hook.name, hook.kind);
                let cause = self.hook(&runner, phase, hook, running.output(), transcript);
                let failure = cause.map(|cause| running.failure(cause));
                running.finish(failure.as_ref().map_or(Ok(()), Err));
                if failure.is_some() {
                    return Ok(());
                }
            }
            scope.finish();
        }
        Ok(())
    }

    /// Runs a hook, and says why it failed if it did.
    fn hook(
        &mut self,
        runner: &Runner,
        phase: Phase,
        hook: &PlannedHook,
        output: &HookOutput,
        transcript: &mut Transcript,
    ) -> Option<FailureCause> {
        let before = runner.contributions();
        let result = runner.run(hook, &self.context(phase, output));
        contributions::note(&before, &runner.contributions(), &self.rehearsal);
        transcript.calls(self.rehearsal.take_calls());
        let wishes = self.rehearsal.take_wishes();
        self.wishes.extend(wishes.into_iter().map(|wish| (format!("{phase} {}", hook.name), wish)));
        let cause = result.err();
        if let Some(cause) = &cause {
            transcript.failure(cause);
            self.places = transcript::places(cause);
        }
        cause
    }

    fn context(&self, phase: Phase, output: &HookOutput) -> HookContext {
        let has_disk = [Phase::PreFinalise, Phase::Finalise, Phase::Cleanup].contains(&phase);
        HookContext {
            phase,
            tree: self.stage.tree.clone(),
            variables: self.plan.environment.clone(),
            devices: Devices::default(),
            output: output.clone(),
            distribution: Some(self.rehearsal.clone()),
            boot_loader: has_disk.then(|| self.rehearsal.clone() as _),
            rehearsal: Some(self.rehearsal.clone()),
        }
    }
}
