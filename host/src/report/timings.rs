//! Where the time went.
//!
//! [`Timings`] only collects: what began and ended when. [`Timings::rows`]
//! makes a table of it, which [`Table`] prints and JSON carries as it is.

use std::time::Duration;

use serde::Serialize;

use crate::report::event::seconds;

mod profile;
mod table;

pub use profile::Profile;
pub use table::Table;

/// What was timed, in the order it began.
#[derive(Clone, Debug, Default)]
pub struct Timings {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    kind: TimingKind,
    name: String,
    element: Option<String>,
    start: Duration,
    end: Option<Duration>,
}

/// What was timed. The order is from the outside to the inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TimingKind {
    /// Plan, build, assemble, export.
    Stage,
    /// One of the ten phases.
    Phase,
    /// A part of a stage that is no hook.
    Step,
    /// A hook.
    Hook,
}

/// One row: what took how long.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timing {
    /// What was timed.
    pub kind: TimingKind,
    /// Its name.
    pub name: String,
    /// The hook's element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// When it began, since the build began; in JSON, seconds.
    #[serde(serialize_with = "seconds")]
    pub start: Duration,
    /// How long it took; in JSON, seconds.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub took: Duration,
    /// Its share of the whole build, in percent.
    pub percent: u8,
    /// Whether it is one of the slowest hooks and steps.
    pub slow: bool,
}

/// How many of the slowest hooks and steps are marked, if they are worth a percent.
const SLOWEST: usize = 10;

impl Timings {
    /// Notes that something begins. Returns what [`Timings::end`] wants.
    pub fn begin(&mut self, kind: TimingKind, name: &str, element: Option<&str>, at: Duration) -> usize {
        let (name, element) = (name.to_owned(), element.map(str::to_owned));
        self.entries.push(Entry { kind, name, element, start: at, end: None });
        self.entries.len() - 1
    }

    /// Notes that something ended, and says how long it took.
    pub fn end(&mut self, entry: usize, at: Duration) -> Duration {
        let entry = &mut self.entries[entry];
        entry.end = Some(at);
        at.saturating_sub(entry.start)
    }

    /// The hooks that began since an entry was begun.
    pub fn hooks_since(&self, entry: usize, now: Duration) -> Vec<Timing> {
        let hooks = self.entries.iter().skip(entry).filter(|entry| entry.kind == TimingKind::Hook);
        hooks.map(|hook| hook.row(now)).collect()
    }

    /// The table at a time. What has not ended counts up to then.
    pub fn rows(&self, now: Duration) -> Vec<Timing> {
        let mut rows: Vec<Timing> = self.entries.iter().map(|entry| entry.row(now)).collect();
        for index in slowest(&rows) {
            rows[index].slow = true;
        }
        rows
    }
}

impl Entry {
    fn row(&self, now: Duration) -> Timing {
        let took = self.end.unwrap_or(now).saturating_sub(self.start);
        Timing {
            kind: self.kind,
            name: self.name.clone(),
            element: self.element.clone(),
            start: self.start,
            took,
            percent: percent(took, now),
            slow: false,
        }
    }
}

fn percent(part: Duration, whole: Duration) -> u8 {
    if whole.is_zero() {
        return 0;
    }
    (part.as_secs_f64() * 100.0 / whole.as_secs_f64()).round().min(100.0) as u8
}

/// The slowest of what holds nothing else, so that nothing is named twice.
fn slowest(rows: &[Timing]) -> Vec<usize> {
    let mut leaves: Vec<usize> =
        (0..rows.len()).filter(|&i| rows[i].kind >= TimingKind::Step && rows[i].percent > 0).collect();
    leaves.sort_by_key(|&i| (std::cmp::Reverse(rows[i].took), i));
    leaves.truncate(SLOWEST);
    leaves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn rows_keep_the_order_of_beginning_and_know_their_share() {
        let mut timings = Timings::default();
        let stage = timings.begin(TimingKind::Stage, "build", None, ms(0));
        let hook = timings.begin(TimingKind::Hook, "10-a", Some("debian"), ms(100));
        assert_eq!(timings.end(hook, ms(350)), ms(250));
        timings.end(stage, ms(400));
        let rows = timings.rows(ms(500));
        let seen: Vec<_> =
            rows.iter().map(|row| (row.name.as_str(), row.took, row.percent, row.slow)).collect();
        assert_eq!(seen, [("build", ms(400), 80, false), ("10-a", ms(250), 50, true)]);
        assert_eq!(rows[1].element.as_deref(), Some("debian"));
    }

    #[test]
    fn what_has_not_ended_counts_up_to_now() {
        let mut timings = Timings::default();
        timings.begin(TimingKind::Step, "copying", None, ms(1000));
        assert_eq!(timings.rows(ms(1500))[0].took, ms(500));
        assert_eq!(timings.rows(ms(1000))[0].percent, 0);
    }

    #[test]
    fn only_the_ten_slowest_hooks_and_steps_are_marked() {
        let mut timings = Timings::default();
        let phase = timings.begin(TimingKind::Phase, "install", None, ms(0));
        for n in 0..12 {
            let hook = timings.begin(TimingKind::Hook, &format!("{n}"), Some("x"), ms(0));
            timings.end(hook, ms(10 + n));
        }
        timings.end(phase, ms(100));
        let slow: Vec<String> =
            timings.rows(ms(100)).into_iter().filter(|row| row.slow).map(|row| row.name).collect();
        assert_eq!(slow, ["2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
    }

    #[test]
    fn json_has_seconds() {
        let mut timings = Timings::default();
        let stage = timings.begin(TimingKind::Stage, "plan", None, ms(0));
        timings.end(stage, ms(1234));
        assert_eq!(
            serde_json::to_string(&timings.rows(ms(1234))).unwrap(),
            r#"[{"kind":"stage","name":"plan","start":0.0,"seconds":1.234,"percent":100,"slow":false}]"#
        );
    }
}
