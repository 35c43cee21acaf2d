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
use crate::sys::process;

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
    /// `plan`, `build`, `assemble`, `export`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// A part of a stage that is no hook: `copying the tree`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// One of the ten phases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// The element of the hook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// The full hook name: `62-ssh-key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hook: Option<String>,
    /// Which runner runs the hook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<HookKind>,
}

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged, rename_all_fields = "kebab-case")]
pub enum Body {
    /// A stage begins.
    StageStart {},
    /// A stage ended.
    StageEnd(End),
    /// A step begins.
    StepStart {},
    /// A step ended.
    StepEnd(End),
    /// A phase begins.
    PhaseStart {
        /// Where its hooks run.
        place: Place,
        /// How many hooks it will run.
        hooks: usize,
    },
    /// A phase ended.
    PhaseEnd(End),
    /// A hook begins.
    HookStart {
        /// Counted from 1 in its phase.
        number: usize,
        /// The file that takes its output.
        log: Option<PathBuf>,
    },
    /// A hook printed a line.
    Output {
        /// Where to.
        stream: Stream,
        /// As the hook wrote it, without the line's end.
        line: String,
    },
    /// A hook or a step has come further.
    Progress(Progress),
    /// An element, a stage or a module says something.
    Message {
        /// How much it matters.
        level: Level,
        /// May have several lines.
        text: String,
        /// The module that speaks; absent for elements and stages.
        #[serde(skip_serializing_if = "Option::is_none")]
        target: Option<&'static str>,
    },
    /// A hook ended.
    HookEnd(End),
    /// An output is complete.
    Artifact {
        /// Its format: `qcow2`.
        format: String,
        /// Where it is.
        path: PathBuf,
        /// How large it is.
        bytes: u64,
    },
    /// The build fails.
    Failure(Box<FailureEvent>),
    /// Where the time went.
    Timings {
        /// In the order things began.
        timings: Vec<Timing>,
    },
    /// Nothing follows.
    Finish {
        /// Whether there is an image.
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
    /// How much is done.
    pub done: u64,
    /// Absent or zero where nobody knows.
    pub total: Option<u64>,
    /// What `done` and `total` count.
    pub unit: Unit,
}

/// What a progress counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Things: files, packages.
    Items,
    /// Bytes.
    Bytes,
}

/// Why a build ends, with everything that helps to find out more.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FailureEvent {
    /// What failed.
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
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// How much a message matters. The order is from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Each call.
    Trace,
    /// Each command that is run.
    Debug,
    /// Worth knowing.
    Info,
    /// The build goes on, and someone should look.
    Warn,
    /// Something did not work.
    Error,
}

impl From<process::Stream> for Stream {
    fn from(stream: process::Stream) -> Self {
        match stream {
            process::Stream::Stdout => Stream::Stdout,
            process::Stream::Stderr => Stream::Stderr,
        }
    }
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
