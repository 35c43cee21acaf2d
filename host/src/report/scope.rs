//! The parts of a build as values: whoever does the work holds one.
//!
//! `finish` says that a part went well. A part that is dropped without it was
//! given up, as `?` does on the way out: it ends too, but not well.

use std::fmt;
use std::sync::{Arc, Mutex};

use crate::element::{HookKind, Phase};
use crate::report::core::Core;
use crate::report::event::{Body, End, Progress, Scope, Unit};
use crate::report::throttle::Throttle;
use crate::report::timings::TimingKind;

/// A part of a build between its begin and its end.
pub(crate) struct Span {
    pub(crate) core: Arc<Core>,
    pub(crate) scope: Arc<Scope>,
    timing: usize,
    /// Makes the event of the end; gone once the part has ended.
    end: Option<fn(End) -> Body>,
}

impl Span {
    pub(crate) fn begin(
        core: &Arc<Core>,
        scope: Scope,
        (kind, name): (TimingKind, &str),
        begin: Body,
        end: fn(End) -> Body,
    ) -> Self {
        let timing = core.begin_timing(kind, name, scope.element.as_deref());
        let scope = Arc::new(scope);
        core.emit(&scope, begin);
        Span { core: core.clone(), scope, timing, end: Some(end) }
    }

    pub(crate) fn end(&mut self, ok: bool) {
        if let Some(end) = self.end.take() {
            let took = self.core.end_timing(self.timing);
            self.core.emit(&self.scope, end(End { ok, took }));
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.end(false);
    }
}

/// A stage of a build: plan, build, assemble, export.
#[must_use = "a stage ends where its scope is dropped"]
pub struct StageScope {
    span: Span,
}

impl StageScope {
    pub(crate) fn begin(core: &Arc<Core>, name: &str) -> Self {
        core.enter_stage(Some(name));
        let scope = core.scope();
        let span = Span::begin(core, scope, (TimingKind::Stage, name), Body::StageStart {}, Body::StageEnd);
        StageScope { span }
    }

    /// Begins a step: `copying the tree`. Steps may run at the same time.
    pub fn step(&self, name: &str) -> StepScope {
        StepScope::begin(&self.span.core, name)
    }

    /// Ends the stage: it went well.
    pub fn finish(mut self) {
        self.span.end(true);
    }
}

impl Drop for StageScope {
    fn drop(&mut self) {
        self.span.end(false);
        self.span.core.enter_stage(None);
    }
}

/// A step inside a stage.
#[must_use = "a step ends where its scope is dropped"]
pub struct StepScope {
    span: Span,
    throttle: Throttle,
}

impl StepScope {
    pub(crate) fn begin(core: &Arc<Core>, name: &str) -> Self {
        core.start_ticking();
        let scope = Scope { step: Some(name.to_owned()), ..core.scope() };
        let span = Span::begin(core, scope, (TimingKind::Step, name), Body::StepStart {}, Body::StepEnd);
        StepScope { span, throttle: Throttle::default() }
    }

    /// Says how many bytes are done. Cheap: may be called for every block.
    pub fn bytes(&self, done: u64, total: Option<u64>) {
        self.progress(Progress { label: String::new(), done, total, unit: Unit::Bytes });
    }

    /// Says how many things are done. Cheap: may be called for every one.
    pub fn items(&self, label: &str, done: u64, total: Option<u64>) {
        self.progress(Progress { label: label.to_owned(), done, total, unit: Unit::Items });
    }

    fn progress(&self, progress: Progress) {
        let Span { core, scope, .. } = &self.span;
        if self.throttle.pass(core.elapsed(), &progress) {
            core.emit(scope, Body::Progress(progress));
        }
    }

    /// Ends the step: it went well.
    pub fn finish(mut self) {
        self.span.end(true);
    }
}

/// One of the ten phases.
#[must_use = "a phase ends where its scope is dropped"]
pub struct PhaseScope {
    span: Span,
    phase: Phase,
    hooks_begun: Mutex<usize>,
}

impl PhaseScope {
    pub(crate) fn begin(core: &Arc<Core>, phase: Phase, hooks: usize) -> Self {
        core.start_ticking();
        core.enter_phase(Some(phase));
        let scope = core.scope();
        let begin = Body::PhaseStart { place: phase.place(), hooks };
        let span = Span::begin(core, scope, (TimingKind::Phase, phase.as_str()), begin, Body::PhaseEnd);
        PhaseScope { span, phase, hooks_begun: Mutex::new(0) }
    }

    /// Begins a hook.
    pub fn hook(&self, element: &str, hook: &str, kind: HookKind) -> super::HookScope {
        let number = {
            let mut begun = self.hooks_begun.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *begun += 1;
            *begun
        };
        super::HookScope::begin(&self.span.core, self.phase, (element, hook, kind), number)
    }

    /// Ends the phase: it went well.
    pub fn finish(mut self) {
        let Span { core, scope, timing, .. } = &self.span;
        if core.profile {
            let hooks = core.timings().hooks_since(*timing, core.elapsed());
            core.emit(scope, Body::Profile { hooks });
        }
        self.span.end(true);
    }
}

impl Drop for PhaseScope {
    fn drop(&mut self) {
        self.span.end(false);
        self.span.core.enter_phase(None);
    }
}

impl fmt::Debug for StageScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StageScope").field(&self.span.scope).finish()
    }
}

impl fmt::Debug for StepScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StepScope").field(&self.span.scope).finish()
    }
}

impl fmt::Debug for PhaseScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PhaseScope").field(&self.span.scope).finish()
    }
}
