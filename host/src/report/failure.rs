//! Why a build failed.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::element::{Phase, Place};
use crate::report::event::seconds;

/// A hook that failed, and all that is known about it.
///
/// It is an error of its own type, because the command's exit status depends
/// on it: stages pass it on inside `anyhow::Error`, and [`BuildFailure::of`]
/// finds it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HookFailure {
    pub element: String,
    /// The full hook name: `62-ssh-key`.
    pub hook: String,
    pub phase: Phase,
    pub place: Place,
    pub cause: FailureCause,
    /// The last lines it printed, oldest first.
    pub tail: Vec<String>,
}

/// How a hook failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "type", content = "value")]
pub enum FailureCause {
    /// It exited with a status other than 0.
    Exit(i32),
    /// A signal ended it.
    Signal(i32),
    /// The component returned an error.
    Returned(String),
    /// The component trapped: its own bug, or a limit it ran into.
    Trap(String),
    /// It took longer than it may.
    TimedOut(#[serde(serialize_with = "seconds")] Duration),
    /// The operator stopped the build.
    Interrupted,
    /// It could not be run at all.
    Io(String),
}

impl HookFailure {
    /// The exit status this failure gives to the command.
    pub fn exit_status(&self) -> u8 {
        self.cause.exit_status()
    }
}

impl FailureCause {
    /// Exit status of a command that ran out of time, as timeout(1) has it.
    const TIMED_OUT: u8 = 124;
    /// Exit status of a command that Ctrl-C stopped, as shells have it.
    const INTERRUPTED: u8 = 130;

    /// The exit status this cause gives to the command: the hook's own where
    /// it has one, otherwise what a shell would give.
    pub fn exit_status(&self) -> u8 {
        match self {
            FailureCause::Exit(status) => match u8::try_from(*status) {
                Ok(0) | Err(_) => 1,
                Ok(status) => status,
            },
            FailureCause::Signal(number) => u8::try_from(128 + number).unwrap_or(1),
            FailureCause::TimedOut(_) => FailureCause::TIMED_OUT,
            FailureCause::Interrupted => FailureCause::INTERRUPTED,
            FailureCause::Returned(_) | FailureCause::Trap(_) | FailureCause::Io(_) => 1,
        }
    }
}

impl fmt::Display for FailureCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FailureCause::Exit(status) => write!(f, "exit status {status}"),
            FailureCause::Signal(number) => match signal_name(*number) {
                Some(name) => write!(f, "ended by signal {number} ({name})"),
                None => write!(f, "ended by signal {number}"),
            },
            FailureCause::Returned(error) => f.write_str(error),
            FailureCause::Trap(trap) => write!(f, "the component trapped: {trap}"),
            FailureCause::TimedOut(limit) => write!(f, "ran longer than its limit of {} s", limit.as_secs()),
            FailureCause::Interrupted => f.write_str("interrupted"),
            FailureCause::Io(error) => write!(f, "could not be run: {error}"),
        }
    }
}

fn signal_name(number: i32) -> Option<&'static str> {
    nix::sys::signal::Signal::try_from(number).ok().map(nix::sys::signal::Signal::as_str)
}

impl fmt::Display for HookFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HookFailure { element, hook, phase, place, cause, .. } = self;
        let place = match place {
            Place::Outside => "outside the chroot",
            Place::Chroot => "in the chroot",
        };
        write!(f, "hook {hook} of element {element} failed in phase {phase} ({place}): {cause}")
    }
}

impl std::error::Error for HookFailure {}

/// Why a build ends without an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum BuildFailure {
    /// A hook failed.
    Hook(HookFailure),
    /// Something else did: what was being done, then each cause of the one before it.
    Error { chain: Vec<String> },
}

impl BuildFailure {
    /// The failure that an error carries.
    pub fn of(error: &anyhow::Error) -> Self {
        match error.downcast_ref::<HookFailure>() {
            Some(failure) => BuildFailure::Hook(failure.clone()),
            None => BuildFailure::Error { chain: error.chain().map(ToString::to_string).collect() },
        }
    }

    /// The exit status this failure gives to the command.
    pub fn exit_status(&self) -> u8 {
        match self {
            BuildFailure::Hook(failure) => failure.exit_status(),
            BuildFailure::Error { .. } => 1,
        }
    }
}
