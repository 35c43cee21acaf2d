//! What happens in a build, as data: every renderer sees the same events.
//!
//! [`Event`] is also the schema of `--log-format json`: one object a line on
//! stderr. `event`, `time` and `elapsed` are always there, then the [`Scope`]
//! the event belongs to, then the fields of its [`Body`]. Fields may be added;
//! none changes its meaning or goes away.
//!
//! ```json
//! {"event":"output","time":"2026-01-02T03:04:05.678Z","elapsed":12.3,"stage":"build","phase":"install","element":"local-config","hook":"62-ssh-key","kind":"component","stream":"stdout","line":"adding 2 keys"}
//! ```
//!
//! | `event` | its own fields |
//! | --- | --- |
//! | `stage-start` | |
//! | `stage-end` | `ok`, `seconds` |
//! | `step-start` | |
//! | `step-end` | `ok`, `seconds` |
//! | `phase-start` | `place`, `hooks` |
//! | `phase-end` | `ok`, `seconds` |
//! | `hook-start` | `number` (counted from 1 in its phase), `log` |
//! | `output` | `stream`, `line` |
//! | `progress` | `label`, `done`, `total`, `unit` |
//! | `message` | `level`, `text`, `target` |
//! | `hook-end` | `ok`, `seconds` |
//! | `artifact` | `format`, `path`, `bytes` |
//! | `failure` | `failure`, `exit-status`, `log`, `logs`, `try` |
//! | `timings` | `timings` |
//! | `finish` | `ok` |

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::element::{HookKind, Phase, Place};
use crate::report::failure::BuildFailure;
use crate::report::timings::Timing;

/// Something that happened, when, and to what.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Event {
    /// [`Body::name`].
    pub event: &'static str,
    /// The time of day, RFC 3339 in UTC with milliseconds.
    #[serde(serialize_with = "rfc3339")]
    pub time: Timestamp,
    /// Since the build began; in JSON, seconds.
    #[serde(serialize_with = "seconds")]
    pub elapsed: Duration,
    /// What the event belongs to.
    #[serde(flatten, serialize_with = "shared")]
    pub scope: Arc<Scope>,
    /// What happened.
    #[serde(flatten)]
    pub body: Body,
}

/// What an event belongs to. Absent fields are left out of JSON.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Scope {
    /// Tells apart what runs at the same time.
    #[serde(skip)]
    pub id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hook: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<HookKind>,
}

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged, rename_all_fields = "kebab-case")]
pub enum Body {
    StageStart {},
    StageEnd(End),
    StepStart {},
    StepEnd(End),
    PhaseStart {
        place: Place,
        /// How many hooks it will run.
        hooks: usize,
    },
    PhaseEnd(End),
    HookStart {
        /// Counted from 1 in its phase.
        number: usize,
        /// The file that takes its output.
        log: Option<PathBuf>,
    },
    Output {
        stream: Stream,
        /// As the hook wrote it, without the line's end.
        line: String,
    },
    Progress(Progress),
    Message {
        level: Level,
        text: String,
        /// The module that speaks; absent for elements and stages.
        #[serde(skip_serializing_if = "Option::is_none")]
        target: Option<&'static str>,
    },
    HookEnd(End),
    Artifact {
        format: String,
        path: PathBuf,
        bytes: u64,
    },
    Failure(Box<FailureEvent>),
    Timings {
        timings: Vec<Timing>,
    },
    Finish {
        ok: bool,
    },
}

/// How something ended.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct End {
    /// False also for what was given up on the way out of an error.
    pub ok: bool,
    /// How long it took; in JSON, seconds.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub took: Duration,
}

/// How far something is.
#[derive(Clone, Debug, Serialize)]
pub struct Progress {
    /// What is counted; empty where the step's name says it.
    pub label: String,
    pub done: u64,
    /// Absent or zero where nobody knows.
    pub total: Option<u64>,
    pub unit: Unit,
}

/// What a progress counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    Items,
    Bytes,
}

/// Why a build ends, with everything that helps to find out more.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FailureEvent {
    pub failure: BuildFailure,
    /// The command's exit status.
    pub exit_status: u8,
    /// The failed hook's log.
    pub log: Option<PathBuf>,
    /// The directory with the logs of all hooks.
    pub logs: Option<PathBuf>,
    /// What to try, a sentence each.
    #[serde(rename = "try")]
    pub advice: Vec<String>,
}

/// Where a hook wrote a line to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    Stdout,
    Stderr,
}

/// How much a message matters. The order is from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

impl Body {
    /// The event's name in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Body::StageStart {} => "stage-start",
            Body::StageEnd(_) => "stage-end",
            Body::StepStart {} => "step-start",
            Body::StepEnd(_) => "step-end",
            Body::PhaseStart { .. } => "phase-start",
            Body::PhaseEnd(_) => "phase-end",
            Body::HookStart { .. } => "hook-start",
            Body::Output { .. } => "output",
            Body::Progress(_) => "progress",
            Body::Message { .. } => "message",
            Body::HookEnd(_) => "hook-end",
            Body::Artifact { .. } => "artifact",
            Body::Failure(_) => "failure",
            Body::Timings { .. } => "timings",
            Body::Finish { .. } => "finish",
        }
    }
}

fn rfc3339<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"))
}

/// Seconds with milliseconds: enough for people, and the same digits every run of a test.
pub(crate) fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((duration.as_secs_f64() * 1000.0).round() / 1000.0)
}

fn shared<S: Serializer>(scope: &Arc<Scope>, serializer: S) -> Result<S::Ok, S::Error> {
    scope.as_ref().serialize(serializer)
}
