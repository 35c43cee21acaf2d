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

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::element::{HookKind, Phase};
use crate::sys::process;

mod body;

pub use body::{Body, End, FailureEvent, Progress, Unit};

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
