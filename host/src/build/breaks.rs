//! Break points: where a person wants a shell in the middle of a build.
//!
//! They are the contract's: `break` lists points separated by commas,
//! `break_cmd` is what to run there instead of bash, `break_outside_target`
//! keeps it out of the chroot. It runs on the caller's terminal, where hooks
//! of the phase run, with their environment.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use anyhow::{Result, ensure};

use crate::element::{Phase, Place};
use crate::nearest::nearest;
use crate::report::Report;
use crate::shell::environment::Environment;
use crate::sys::process::Program;

use super::Ground;

/// What runs at a break point unless the caller says.
const SHELL: &str = "bash";

/// A point of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakPoint {
    /// Before the first hook of a phase.
    Before(Phase),
    /// After the last hook of a phase.
    After(Phase),
    /// After a hook that failed, before its build is given up.
    AfterError,
}

/// A point that there is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no break point (known: before-PHASE, after-PHASE and after-error, where PHASE is one of {phases})", phases = phases())]
pub struct UnknownBreakPoint(String);

impl UnknownBreakPoint {
    /// The points that are most like it, best first.
    pub fn nearest(&self) -> Vec<String> {
        let of_phases = Phase::ALL.into_iter().flat_map(|it| [BreakPoint::Before(it), BreakPoint::After(it)]);
        let known: Vec<String> = of_phases.chain([BreakPoint::AfterError]).map(|it| it.to_string()).collect();
        nearest(&self.0, known.iter().map(String::as_str))
    }
}

fn phases() -> String {
    Phase::ALL.map(Phase::as_str).join(", ")
}

impl FromStr for BreakPoint {
    type Err = UnknownBreakPoint;

    fn from_str(text: &str) -> Result<BreakPoint, UnknownBreakPoint> {
        let phase = |name: &str| Phase::ALL.into_iter().find(|phase| phase.as_str() == name);
        let before = text.strip_prefix("before-").and_then(phase).map(BreakPoint::Before);
        let after = || text.strip_prefix("after-").and_then(phase).map(BreakPoint::After);
        let error = || (text == "after-error").then_some(BreakPoint::AfterError);
        before.or_else(after).or_else(error).ok_or_else(|| UnknownBreakPoint(text.to_owned()))
    }
}

impl fmt::Display for BreakPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BreakPoint::Before(phase) => write!(f, "before-{phase}"),
            BreakPoint::After(phase) => write!(f, "after-{phase}"),
            BreakPoint::AfterError => f.write_str("after-error"),
        }
    }
}

/// The break points of a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaks {
    /// Where to stop.
    pub points: Vec<BreakPoint>,
    /// What to run there; absent means an interactive bash.
    pub command: Option<String>,
    /// Run it on the build host even where hooks run in the chroot.
    pub outside: bool,
}

impl Breaks {
    /// The break points that the variables of the contract ask for.
    ///
    /// # Errors
    ///
    /// Fails if one is none.
    pub fn of(variables: &BTreeMap<String, String>) -> Result<Breaks, UnknownBreakPoint> {
        let get = |name: &str| variables.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let points = get("break").unwrap_or_default().split(',').map(str::trim);
        Ok(Breaks {
            points: points.filter(|point| !point.is_empty()).map(str::parse).collect::<Result<_, _>>()?,
            command: get("break_cmd").map(str::to_owned),
            outside: get("break_outside_target").is_some(),
        })
    }

    /// Whether the build stops here.
    pub fn has(&self, point: BreakPoint) -> bool {
        self.points.contains(&point)
    }

    /// Runs what is to run at a point of `phase`, with the environment of its hooks.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be run, and if a command that the caller chose
    /// fails: then the build ends there.
    pub(super) fn stop(
        &self,
        point: BreakPoint,
        phase: Phase,
        env: &Environment,
        ground: &Ground,
        report: &Report,
    ) -> Result<()> {
        let program = self.program(phase, env, ground);
        report.info(&format!("break point {point}: {}; the build goes on when it ends", self.told()));
        let exit = program.run_interactive()?;
        ensure!(self.command.is_none() || exit.success(), "break point {point}: {program} {}", exit.ended);
        Ok(())
    }

    fn program(&self, phase: Phase, env: &Environment, ground: &Ground) -> Program {
        let program = match &self.command {
            Some(command) => Program::new("/bin/sh").args(["-c", command]),
            None => Program::new(SHELL),
        };
        let program = program.env_clear().envs(env).envs(terminal());
        match phase.place() {
            Place::Chroot if !self.outside => program.chroot(&ground.tree).cwd("/"),
            _ => program,
        }
    }

    fn told(&self) -> &str {
        self.command.as_deref().unwrap_or("a shell")
    }
}

/// What an interactive program needs to know of the terminal.
fn terminal() -> Option<(&'static str, String)> {
    std::env::var("TERM").ok().map(|term| ("TERM", term))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Result<Breaks, UnknownBreakPoint> {
        Breaks::of(&pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn points_are_read_from_the_variables() {
        let found = of(&[("break", "before-install,after-root, after-error"), ("break_cmd", "id")]).unwrap();
        let shown: Vec<String> = found.points.iter().map(BreakPoint::to_string).collect();
        assert_eq!(shown, ["before-install", "after-root", "after-error"]);
        assert!(found.has(BreakPoint::After(Phase::Root)) && !found.has(BreakPoint::Before(Phase::Root)));
        assert_eq!((found.command.as_deref(), found.outside), (Some("id"), false));
        assert_eq!(of(&[("break", "")]), Ok(Breaks::default()));
        assert!(of(&[("break_outside_target", "1")]).unwrap().outside);
    }

    #[test]
    fn a_point_that_there_is_not_is_refused() {
        for point in ["before-block-device-size", "install", "after-", "before-error"] {
            let message = of(&[("break", point)]).unwrap_err().to_string();
            assert_eq!(
                message,
                format!(
                    "'{point}' is no break point (known: before-PHASE, after-PHASE and after-error, where PHASE is \
                     one of root, extra-data, pre-install, install, post-install, post-root, block-device, \
                     pre-finalise, finalise, cleanup)"
                )
            );
        }
        let nearest = |point| of(&[("break", point)]).unwrap_err().nearest();
        assert_eq!(nearest("before-instal")[0], "before-install");
        assert_eq!(nearest("nonsense"), [] as [&str; 0]);
    }
}
