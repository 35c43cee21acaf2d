//! Events as lines of text, for whoever wants to read them.

use std::time::Duration;

use crate::element::{Phase, Place};
use crate::report::event::{Body, End, Event, Level, Scope};
use crate::report::options::{Verbosity, View};
use crate::report::render::failure;
use crate::report::text::{Style, count, printable, seconds, size};
use crate::report::timings::{Profile, Table, Timing};

/// What took less is not worth a line of its own when it ends.
const WORTH_A_LINE: Duration = Duration::from_secs(1);

/// The event in text, without a time; empty if a reader of this verbosity does not want it.
pub(crate) fn lines(event: &Event, view: View) -> Vec<String> {
    let View { verbosity, style, .. } = view;
    let scope = event.scope.as_ref();
    match &event.body {
        Body::Failure(failure) => failure::block(failure, style),
        Body::Message { level, text, target } if *level >= least_level(view, *target) => {
            message(*level, text, *target, style)
        }
        Body::Message { .. } => Vec::new(),
        Body::Timings { timings } => {
            Table { rows: timings, total: event.elapsed }.to_string().lines().map(str::to_owned).collect()
        }
        _ if verbosity == Verbosity::Quiet => Vec::new(),
        Body::Profile { hooks } => profile(scope, hooks),
        Body::PhaseStart { hooks: 0, .. } => Vec::new(),
        Body::PhaseStart { place, hooks } => phase_start(scope, *place, *hooks),
        Body::StepStart {} | Body::HookStart { .. } => vec![name(scope)],
        Body::Output { line, .. } if verbosity >= Verbosity::Verbose => {
            vec![style.dim(&format!("| {}", printable(line)))]
        }
        Body::StepEnd(end) | Body::HookEnd(end) => part_end(scope, *end, style),
        Body::StageEnd(end) if end.ok => vec![format!("done in {}", seconds(end.took))],
        Body::Artifact { format, path, bytes } => {
            vec![format!("wrote {} ({format}, {})", style.bold(&path.display().to_string()), size(*bytes))]
        }
        Body::Finish { ok: true } => vec![style.good(&format!("finished in {}", seconds(event.elapsed)))],
        Body::StageStart {}
        | Body::StageEnd(_)
        | Body::PhaseEnd(_)
        | Body::Output { .. }
        | Body::Progress(_)
        | Body::Finish { ok: false } => Vec::new(),
    }
}

fn least_level(view: View, target: Option<&str>) -> Level {
    if target.is_some() { view.traced } else { view.verbosity.least_level() }
}

fn message(level: Level, text: &str, target: Option<&str>, style: Style) -> Vec<String> {
    let label = match level {
        Level::Trace => style.dim("trace: "),
        Level::Debug => style.dim("debug: "),
        Level::Info => String::new(),
        Level::Warn => style.warning("warning: "),
        Level::Error => style.error("error: "),
    };
    let target = target.map_or_else(String::new, |target| format!("{target}: "));
    text.lines().map(|line| format!("{label}{target}{}", printable(line))).collect()
}

fn phase_start(scope: &Scope, place: Place, hooks: usize) -> Vec<String> {
    let Some(phase) = scope.phase else { return Vec::new() };
    let place = match place {
        Place::Outside => "outside the chroot",
        Place::Chroot => "in the chroot",
    };
    let all = Phase::ALL.len();
    vec![format!("phase {} of {all}: {}, {place}", phase as usize + 1, count(hooks, "hook"))]
}

/// A phase without hooks has no times.
fn profile(scope: &Scope, hooks: &[Timing]) -> Vec<String> {
    match scope.phase {
        Some(phase) if !hooks.is_empty() => {
            Profile { phase, hooks }.to_string().lines().map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn part_end(scope: &Scope, end: End, style: Style) -> Vec<String> {
    let took = seconds(end.took);
    match end.ok {
        false => vec![format!("{} {} after {took}", name(scope), style.error("failed"))],
        true if end.took >= WORTH_A_LINE => vec![format!("{} took {took}", name(scope))],
        true => Vec::new(),
    }
}

/// What a scope is called: `62-ssh-key (local-config)`, or a step's name.
pub(crate) fn name(scope: &Scope) -> String {
    match (&scope.hook, &scope.element, &scope.step) {
        (Some(hook), Some(element), _) => format!("{hook} ({element})"),
        (_, _, Some(step)) => step.clone(),
        _ => String::new(),
    }
}

/// The column that says where in the build a line belongs.
pub(crate) fn place(scope: &Scope) -> &str {
    scope.phase.map(Phase::as_str).or(scope.stage.as_deref()).unwrap_or("")
}
