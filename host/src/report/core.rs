//! What all handles and scopes of one report share.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, thread};

use crate::element::Phase;
use crate::report::clock::Clock;
use crate::report::event::{Body, Event, Level, Scope};
use crate::report::logs::{HookLog, LogDirectory};
use crate::report::render::Render;
use crate::report::timings::{TimingKind, Timings};

/// How often a live display is drawn anew, so that seconds tick by.
const TICK: Duration = Duration::from_millis(100);

pub(crate) struct Core {
    clock: Box<dyn Clock>,
    pub(crate) tail_lines: usize,
    /// Whether phases end with the times of their hooks.
    pub(crate) profile: bool,
    /// Whether a renderer wants [`Render::tick`].
    live: bool,
    ticking: AtomicBool,
    next_id: AtomicU64,
    state: Mutex<State>,
}

struct State {
    renderers: Vec<Box<dyn Render>>,
    timings: Timings,
    logs: Option<LogDirectory>,
    /// Where the build is: what scopes and messages belong to unless they say otherwise.
    stage: Option<String>,
    phase: Option<Phase>,
    failed_log: Option<PathBuf>,
}

impl State {
    /// Calls every renderer and drops those that fail.
    fn tell(&mut self, call: impl Fn(&mut dyn Render) -> io::Result<()>) -> Vec<io::Error> {
        let mut errors = Vec::new();
        self.renderers.retain_mut(|renderer| match call(renderer.as_mut()) {
            Ok(()) => true,
            Err(error) => {
                errors.push(error);
                false
            }
        });
        errors
    }
}

impl Core {
    pub(crate) fn new(
        renderers: Vec<Box<dyn Render>>,
        clock: Box<dyn Clock>,
        tail_lines: usize,
        profile: bool,
    ) -> Arc<Self> {
        Arc::new(Core {
            clock,
            tail_lines,
            profile,
            live: renderers.iter().any(|renderer| renderer.is_live()),
            ticking: AtomicBool::new(false),
            next_id: AtomicU64::new(1),
            state: Mutex::new(State {
                renderers,
                timings: Timings::default(),
                logs: None,
                stage: None,
                phase: None,
                failed_log: None,
            }),
        })
    }

    /// Adds a renderer.
    #[cfg(test)]
    pub(crate) fn add(&self, renderer: Box<dyn Render>) {
        self.state().renderers.push(renderer);
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Tells every renderer. One that fails is not asked again, and the others say so.
    pub(crate) fn emit(&self, scope: &Arc<Scope>, body: Body) {
        let mut state = self.state();
        let event = self.event(scope, body);
        let errors = state.tell(|renderer| renderer.event(&event));
        drop(state);
        self.warn_of(&errors);
    }

    fn warn_of(&self, errors: &[io::Error]) {
        for error in errors {
            self.warn(&format!("writing the report: {error}"));
        }
    }

    fn event(&self, scope: &Arc<Scope>, body: Body) -> Event {
        Event {
            event: body.name(),
            time: self.clock.now(),
            elapsed: self.elapsed(),
            scope: scope.clone(),
            body,
        }
    }

    /// Tells every renderer about something that belongs to the stage as a whole.
    pub(crate) fn emit_here(&self, body: Body) {
        self.emit(&Arc::new(self.scope()), body);
    }

    pub(crate) fn warn(&self, text: &str) {
        self.emit_here(Body::Message { level: Level::Warn, text: text.to_owned(), target: None });
    }

    /// A new scope in the current stage and phase.
    pub(crate) fn scope(&self) -> Scope {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let state = self.state();
        Scope { id, stage: state.stage.clone(), phase: state.phase, ..Scope::default() }
    }

    pub(crate) fn enter_stage(&self, name: Option<&str>) {
        self.state().stage = name.map(str::to_owned);
    }

    pub(crate) fn enter_phase(&self, phase: Option<Phase>) {
        self.state().phase = phase;
    }

    pub(crate) fn begin_timing(&self, kind: TimingKind, name: &str, element: Option<&str>) -> usize {
        let now = self.elapsed();
        self.state().timings.begin(kind, name, element, now)
    }

    pub(crate) fn end_timing(&self, entry: usize) -> Duration {
        let now = self.elapsed();
        self.state().timings.end(entry, now)
    }

    pub(crate) fn timings(&self) -> Timings {
        self.state().timings.clone()
    }

    pub(crate) fn open_logs(&self, directory: &Path) -> io::Result<()> {
        self.state().logs = Some(LogDirectory::open(directory)?);
        Ok(())
    }

    pub(crate) fn logs(&self) -> Option<PathBuf> {
        self.state().logs.as_ref().map(|logs| logs.path().to_owned())
    }

    /// The log of a hook that begins; none if there is no directory for it or it cannot be created.
    pub(crate) fn hook_log(&self, phase: Phase, hook: &str, element: &str) -> Option<HookLog> {
        let log = self.state().logs.as_ref().map(|logs| logs.hook(phase, hook, element))?;
        log.map_err(|error| self.warn(&format!("creating the log of hook {hook}: {error}"))).ok()
    }

    pub(crate) fn note_failed_log(&self, path: Option<PathBuf>) {
        self.state().failed_log = path;
    }

    pub(crate) fn failed_log(&self) -> Option<PathBuf> {
        self.state().failed_log.clone()
    }

    /// Starts the thread that makes a live display tick, once. It is not
    /// started with the report, because entering the sandbox forks, and only a
    /// process without threads may do that.
    pub(crate) fn start_ticking(self: &Arc<Self>) {
        if !self.live || self.ticking.swap(true, Ordering::Relaxed) {
            return;
        }
        let core = Arc::downgrade(self);
        thread::spawn(move || {
            while let Some(core) = core.upgrade() {
                core.tick();
                drop(core);
                thread::sleep(TICK);
            }
        });
    }

    pub(crate) fn tick(&self) {
        let mut state = self.state();
        let elapsed = self.elapsed();
        let errors = state.tell(|renderer| renderer.tick(elapsed));
        drop(state);
        self.warn_of(&errors);
    }

    /// A panic elsewhere must not silence the report.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
