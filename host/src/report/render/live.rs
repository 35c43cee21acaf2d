//! The live display of a terminal: what is done scrolls up as lines, what runs
//! stands below with its time, its progress and the last line it printed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::element::Phase;
use crate::report::event::{Body, Event, Progress, Scope};
use crate::report::options::{Verbosity, View};
use crate::report::render::Render;
use crate::report::render::bar::bar;
use crate::report::render::lines::{lines, name, place};
use crate::report::render::plain::{Stamp, prefix, stands_alone};
use crate::report::render::screen::Screen;
use crate::report::text::{Style, count, printable, seconds};

/// Shows a build that runs.
pub(crate) struct Live {
    screen: Screen,
    view: View,
    /// What the first live line says.
    place: String,
    phase: Option<RunningPhase>,
    running: Vec<Running>,
}

struct RunningPhase {
    phase: Phase,
    hooks: usize,
    begun: usize,
}

/// A hook or a step that runs.
struct Running {
    scope: Arc<Scope>,
    since: Duration,
    progress: Option<Progress>,
    /// The last line it printed.
    last: String,
}

impl Live {
    pub(crate) fn new(screen: Screen, view: View) -> Self {
        Live { screen, view, place: String::new(), phase: None, running: Vec::new() }
    }

    /// Keeps track of what runs.
    fn follow(&mut self, event: &Event) {
        match &event.body {
            Body::StageStart {} => self.place = place(&event.scope).to_owned(),
            Body::StageEnd(_) => self.place.clear(),
            Body::PhaseStart { hooks, .. } => {
                // One without hooks is over before anyone could read of it.
                let phase = event.scope.phase.filter(|_| *hooks > 0);
                self.phase = phase.map(|phase| RunningPhase { phase, hooks: *hooks, begun: 0 });
            }
            Body::PhaseEnd(_) => self.phase = None,
            Body::StepStart {} | Body::HookStart { .. } => self.begin(event),
            Body::StepEnd(_) | Body::HookEnd(_) => {
                self.running.retain(|running| running.scope.id != event.scope.id);
            }
            Body::Output { line, .. } => self.update(event, |running| running.last = printable(line)),
            Body::Progress(progress) => {
                self.update(event, |running| running.progress = Some(progress.clone()));
            }
            Body::Message { .. }
            | Body::Profile { .. }
            | Body::Artifact { .. }
            | Body::Failure(_)
            | Body::Timings { .. }
            | Body::Finish { .. } => {}
        }
    }

    fn begin(&mut self, event: &Event) {
        if let (Body::HookStart { number, .. }, Some(phase)) = (&event.body, &mut self.phase) {
            phase.begun = *number;
        }
        self.running.push(Running {
            scope: event.scope.clone(),
            since: event.elapsed,
            progress: None,
            last: String::new(),
        });
    }

    fn update(&mut self, event: &Event, change: impl FnOnce(&mut Running)) {
        if let Some(running) = self.running.iter_mut().find(|running| running.scope.id == event.scope.id) {
            change(running);
        }
    }

    /// What scrolls up because of an event.
    fn scrolled(&self, event: &Event) -> Vec<String> {
        let text = match (&event.body, &self.phase) {
            // Shown live; of a verbose report the lines are wanted nevertheless.
            (Body::StepStart {} | Body::HookStart { .. } | Body::PhaseStart { .. }, _)
                if self.view.verbosity < Verbosity::Verbose =>
            {
                Vec::new()
            }
            (Body::PhaseEnd(end), Some(phase)) if end.ok => {
                vec![format!("{} done in {}", count(phase.hooks, "hook"), seconds(end.took))]
            }
            _ => lines(event, self.view),
        };
        if stands_alone(&event.body) {
            return text;
        }
        let prefix = prefix(event, Stamp::Elapsed, self.view.style);
        text.into_iter().map(|line| format!("{prefix}{line}")).collect()
    }

    /// The live lines.
    fn live_lines(&self, now: Duration) -> Vec<String> {
        if self.running.is_empty() && self.phase.is_none() {
            return Vec::new();
        }
        let mut view = vec![self.headline(now)];
        for running in &self.running {
            view.push(running.line(now, self.view.style));
            if !running.last.is_empty() {
                view.push(self.view.style.dim(&format!("{:10}{}", "", running.last)));
            }
        }
        view
    }

    fn headline(&self, now: Duration) -> String {
        let phase = self.phase.as_ref().map_or_else(String::new, |phase| {
            let (number, all) = (phase.phase as usize + 1, Phase::ALL.len());
            format!("phase {number} of {all}: {}, hook {} of {}", phase.phase, phase.begun, phase.hooks)
        });
        let place = self.view.style.bold(&format!("{:<12}", self.place));
        format!("{:>8}  {place}  {phase}", seconds(now)).trim_end().to_owned()
    }
}

impl Running {
    fn line(&self, now: Duration, style: Style) -> String {
        let time = seconds(now.saturating_sub(self.since));
        let progress = self.progress.as_ref().map_or_else(String::new, |progress| bar(progress, style));
        format!("{time:>8}  {}  {progress}", name(&self.scope)).trim_end().to_owned()
    }
}

impl Render for Live {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let scrolled = self.scrolled(event);
        self.follow(event);
        // Output comes in bursts: it is drawn with the next tick.
        if scrolled.is_empty() && matches!(event.body, Body::Output { .. }) {
            return Ok(());
        }
        self.screen.draw(&scrolled, &self.live_lines(event.elapsed))
    }

    fn tick(&mut self, elapsed: Duration) -> io::Result<()> {
        match self.live_lines(elapsed) {
            view if view.is_empty() => Ok(()),
            view => self.screen.draw(&[], &view),
        }
    }

    fn is_live(&self) -> bool {
        true
    }
}
