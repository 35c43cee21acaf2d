//! A hook that runs: its output, its log, its end.

use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::element::{HookKind, Phase};
use crate::report::core::Core;
use crate::report::event::{Body, Level, Progress, Scope, Stream, Unit};
use crate::report::failure::{FailureCause, HookFailure};
use crate::report::logs::HookLog;
use crate::report::scope::Span;
use crate::report::throttle::Throttle;
use crate::report::timings::TimingKind;

/// A hook between its begin and its end.
#[must_use = "a hook ends where its scope is dropped"]
pub struct HookScope {
    span: Span,
    phase: Phase,
    element: String,
    hook: String,
    output: HookOutput,
}

/// Takes what a hook prints. Clones go to the same place: a runner keeps one
/// wherever output appears.
#[derive(Clone)]
pub struct HookOutput {
    shared: Arc<Shared>,
}

struct Shared {
    core: Arc<Core>,
    scope: Arc<Scope>,
    log: Mutex<Option<HookLog>>,
    path: Option<PathBuf>,
    tail: Mutex<VecDeque<String>>,
    throttle: Throttle,
}

impl HookScope {
    pub(crate) fn begin(
        core: &Arc<Core>,
        phase: Phase,
        (element, hook, kind): (&str, &str, HookKind),
        number: usize,
    ) -> Self {
        let (element, hook) = (element.to_owned(), hook.to_owned());
        let scope = Scope {
            phase: Some(phase),
            element: Some(element.clone()),
            hook: Some(hook.clone()),
            kind: Some(kind),
            ..core.scope()
        };
        let log = core.hook_log(phase, &hook, &element);
        let path = log.as_ref().map(|log| log.path.clone());
        let begin = Body::HookStart { number, log: path.clone() };
        let span = Span::begin(core, scope, (TimingKind::Hook, &hook), begin, Body::HookEnd);
        let shared = Shared {
            core: core.clone(),
            scope: span.scope.clone(),
            log: Mutex::new(log),
            path,
            tail: Mutex::default(),
            throttle: Throttle::default(),
        };
        HookScope { span, phase, element, hook, output: HookOutput { shared: Arc::new(shared) } }
    }

    /// What the hook prints goes here.
    pub fn output(&self) -> &HookOutput {
        &self.output
    }

    /// Takes a line of output, without its end.
    pub fn line(&self, stream: Stream, line: &str) {
        self.output.line(stream, line);
    }

    /// Says how far the hook is.
    pub fn progress(&self, label: &str, done: u64, total: Option<u64>, unit: Unit) {
        self.output.progress(label, done, total, unit);
    }

    /// Passes on what the element says through the `log` interface.
    pub fn message(&self, level: Level, text: &str) {
        self.output.message(level, text);
    }

    /// The failure of this hook, with the last lines it printed.
    pub fn failure(&self, cause: FailureCause) -> HookFailure {
        HookFailure {
            element: self.element.clone(),
            hook: self.hook.clone(),
            phase: self.phase,
            place: self.phase.place(),
            cause,
            tail: self.output.tail(),
        }
    }

    /// Ends the hook.
    pub fn finish(mut self, result: Result<(), &HookFailure>) {
        if result.is_err() {
            self.span.core.note_failed_log(self.output.shared.path.clone());
        }
        self.span.end(result.is_ok());
    }
}

impl HookOutput {
    /// Takes a line of output, without its end.
    pub fn line(&self, stream: Stream, line: &str) {
        self.keep(line);
        self.emit(Body::Output { stream, line: line.to_owned() });
    }

    /// Says how far the hook is. Cheap: may be called for every one.
    pub fn progress(&self, label: &str, done: u64, total: Option<u64>, unit: Unit) {
        let progress = Progress { label: label.to_owned(), done, total, unit };
        if self.shared.throttle.pass(self.shared.core.elapsed(), &progress) {
            self.emit(Body::Progress(progress));
        }
    }

    /// Passes on what the element says through the `log` interface. It is in
    /// the hook's log too, as a line of output would be.
    pub fn message(&self, level: Level, text: &str) {
        for line in text.lines() {
            self.keep(line);
        }
        self.emit(Body::Message { level, text: text.to_owned(), target: None });
    }

    /// The last lines, oldest first.
    pub fn tail(&self) -> Vec<String> {
        lock(&self.shared.tail).iter().cloned().collect()
    }

    fn keep(&self, line: &str) {
        let mut tail = lock(&self.shared.tail);
        if tail.len() == self.shared.core.tail_lines {
            tail.pop_front();
        }
        tail.push_back(line.to_owned());
        drop(tail);
        self.write_log(line);
    }

    /// Writes to the log. The first error ends it with a warning: a full disk
    /// must not hide the hook's own failure.
    fn write_log(&self, line: &str) {
        let mut log = lock(&self.shared.log);
        let Some(Err(error)) = log.as_mut().map(|log| log.line(line)) else { return };
        *log = None;
        drop(log);
        self.shared.core.warn(&format!("writing the hook's log: {error}"));
    }

    fn emit(&self, body: Body) {
        self.shared.core.emit(&self.shared.scope, body);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for HookScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HookScope").field(&self.span.scope).finish()
    }
}

impl fmt::Debug for HookOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HookOutput").field(&self.shared.scope).finish()
    }
}
