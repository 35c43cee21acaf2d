//! Why a build failed.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::element::{Phase, Place};
use crate::report::event::seconds;
use crate::sys::signals::{Interrupted, signal_name};

/// A hook that failed, and all that is known about it.
///
/// It is an error of its own type, because the command's exit status depends
/// on it: stages pass it on inside `anyhow::Error`, and [`BuildFailure::of`]
/// finds it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HookFailure {
    /// The element it belongs to.
    pub element: String,
    /// The full hook name: `62-ssh-key`.
    pub hook: String,
    /// The phase it ran in.
    pub phase: Phase,
    /// Where it ran.
    pub place: Place,
    /// How it failed.
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
    TimedOut(TimeLimit),
    /// The operator stopped the build.
    Interrupted,
    /// A file of `environment.d`, which is sourced first, failed: the hook did not begin.
    Environment {
        /// The file, relative to its element.
        file: String,
        /// The element that has it; absent for a file of none.
        element: Option<String>,
        /// How it failed.
        cause: Box<FailureCause>,
    },
    /// It could not be run at all.
    Io(String),
}

/// How long a hook may take. For programs it is a number of seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TimeLimit {
    /// How long that is.
    #[serde(serialize_with = "seconds")]
    pub limit: Duration,
    /// What to type for more, where that is known.
    #[serde(skip)]
    pub raise: Option<String>,
}

impl fmt::Display for TimeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.limit.as_secs())?;
        self.raise.as_ref().map_or(Ok(()), |raise| write!(f, "; raise it with {raise}"))
    }
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
            FailureCause::Environment { cause, .. } => cause.exit_status(),
            FailureCause::Returned(_) | FailureCause::Trap(_) | FailureCause::Io(_) => 1,
        }
    }
}

impl fmt::Display for FailureCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FailureCause::Exit(status) => write!(f, "exit status {status}"),
            FailureCause::Signal(number) => write!(f, "killed by {}", signal_name(*number)),
            FailureCause::Returned(error) => f.write_str(error),
            FailureCause::Trap(trap) => write!(f, "the component trapped: {trap}"),
            FailureCause::TimedOut(limit) => write!(f, "ran longer than its limit of {limit}"),
            FailureCause::Interrupted => f.write_str("interrupted"),
            FailureCause::Environment { file, cause, .. } => write!(f, "{file}: {cause}"),
            FailureCause::Io(error) => write!(f, "could not be run: {error}"),
        }
    }
}

impl fmt::Display for HookFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HookFailure { element, hook, phase, place, cause, .. } = self;
        let place = match place {
            Place::Outside => "outside the chroot",
            Place::Chroot => "in the chroot",
        };
        match cause {
            FailureCause::Interrupted => {
                write!(f, "interrupted in hook {hook} of element {element}, phase {phase} ({place})")
            }
            FailureCause::Environment { file, element, cause } => {
                let of = element.as_ref().map(|element| format!(" of element {element}")).unwrap_or_default();
                write!(f, "{file}{of} failed before hook {hook} in phase {phase} ({place}): {cause}")
            }
            _ => write!(f, "hook {hook} of element {element} failed in phase {phase} ({place}): {cause}"),
        }
    }
}

impl std::error::Error for HookFailure {}

/// Why a build ends without an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum BuildFailure {
    /// A hook failed.
    Hook(HookFailure),
    /// The operator stopped the build between hooks.
    Interrupted {
        /// The signal that asked for it.
        signal: i32,
    },
    /// Something else failed: what was being done, then each cause of the one before it.
    Error {
        /// What was being done first, the root cause last.
        chain: Vec<String>,
    },
}

impl BuildFailure {
    /// The failure that an error carries.
    pub fn of(error: &anyhow::Error) -> Self {
        if let Some(failure) = error.downcast_ref::<HookFailure>() {
            return BuildFailure::Hook(failure.clone());
        }
        if let Some(Interrupted { signal }) = Interrupted::within(error) {
            return BuildFailure::Interrupted { signal };
        }
        BuildFailure::Error { chain: error.chain().map(ToString::to_string).collect() }
    }

    /// The exit status this failure gives to the command.
    pub fn exit_status(&self) -> u8 {
        match self {
            BuildFailure::Hook(failure) => failure.exit_status(),
            BuildFailure::Interrupted { signal } => Interrupted { signal: *signal }.exit_status(),
            BuildFailure::Error { .. } => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    fn failure(cause: FailureCause) -> HookFailure {
        HookFailure {
            element: "vm".to_owned(),
            hook: "50-grub".to_owned(),
            phase: Phase::Finalise,
            place: Place::Chroot,
            cause,
            tail: Vec::new(),
        }
    }

    #[test]
    fn every_cause_has_words_and_an_exit_status() {
        let table = [
            (FailureCause::Exit(3), "exit status 3", 3),
            (FailureCause::Exit(0), "exit status 0", 1),
            (FailureCause::Exit(-1), "exit status -1", 1),
            (FailureCause::Signal(9), "killed by SIGKILL", 137),
            (FailureCause::Signal(40), "killed by signal 40", 168),
            (FailureCause::Returned("no such user".to_owned()), "no such user", 1),
            (FailureCause::Trap("unreachable".to_owned()), "the component trapped: unreachable", 1),
            (
                FailureCause::TimedOut(TimeLimit { limit: Duration::from_secs(90), raise: None }),
                "ran longer than its limit of 90 s",
                124,
            ),
            (FailureCause::Io("no bash".to_owned()), "could not be run: no bash", 1),
        ];
        for (cause, words, status) in table {
            let failure = failure(cause);
            assert_eq!(failure.exit_status(), status, "{words}");
            let start = "hook 50-grub of element vm failed in phase finalise (in the chroot)";
            assert_eq!(failure.to_string(), format!("{start}: {words}"));
        }
    }

    #[test]
    fn a_file_of_variables_fails_in_its_own_name() {
        let failure = failure(FailureCause::Environment {
            file: "environment.d/10-x".to_owned(),
            element: Some("base".to_owned()),
            cause: Box::new(FailureCause::Exit(4)),
        });
        assert_eq!(failure.exit_status(), 4);
        assert_eq!(
            failure.to_string(),
            "environment.d/10-x of element base failed before hook 50-grub in phase finalise (in the chroot): exit status 4"
        );
    }

    #[test]
    fn an_interrupted_hook_has_not_failed() {
        let failure = failure(FailureCause::Interrupted);
        assert_eq!(failure.exit_status(), 130);
        assert_eq!(
            failure.to_string(),
            "interrupted in hook 50-grub of element vm, phase finalise (in the chroot)"
        );
    }

    #[test]
    fn a_hook_failure_is_found_below_any_context() {
        let failure = failure(FailureCause::Exit(3));
        let error = Err::<(), _>(failure.clone()).context("inner").context("outer").unwrap_err();
        assert_eq!(BuildFailure::of(&error), BuildFailure::Hook(failure));
    }

    #[test]
    fn an_interrupt_is_no_error_of_the_build() {
        let error = Err::<(), _>(Interrupted { signal: 15 }).context("copying the tree").unwrap_err();
        assert_eq!(BuildFailure::of(&error), BuildFailure::Interrupted { signal: 15 });
        assert_eq!(BuildFailure::of(&error).exit_status(), 143);
    }

    #[test]
    fn other_errors_keep_their_whole_chain() {
        let error = anyhow::anyhow!("no space left").context("mkfs.ext4 failed").context("making the disk");
        let chain = ["making the disk", "mkfs.ext4 failed", "no space left"].map(str::to_owned).to_vec();
        assert_eq!(BuildFailure::of(&error), BuildFailure::Error { chain });
        assert_eq!(BuildFailure::of(&error).exit_status(), 1);
    }
}
