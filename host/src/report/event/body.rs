//! What can happen in a build.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::element::Place;
use crate::report::event::{Level, Stream, seconds};
use crate::report::failure::BuildFailure;
use crate::report::timings::Timing;

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
    /// How long the hooks of a phase took, where that is asked for.
    Profile {
        /// In the order they ran.
        hooks: Vec<Timing>,
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

impl Body {
    /// The event's name in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Body::StageStart {} => "stage-start",
            Body::StageEnd(_) => "stage-end",
            Body::StepStart {} => "step-start",
            Body::StepEnd(_) => "step-end",
            Body::PhaseStart { .. } => "phase-start",
            Body::Profile { .. } => "profile",
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
