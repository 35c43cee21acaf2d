//! Whether someone asked this process to stop.
//!
//! [`install`] turns SIGINT, SIGTERM and SIGHUP into a flag. Everything that
//! takes long looks at it: [`super::process::Program`] ends what it runs,
//! [`super::copy`] stops between two files and two pieces of one, the stages
//! call [`check`] before each hook and before outputs get their names. The stack
//! then unwinds through the guards, which is what leaves the machine as it was.

use std::fs;
use std::sync::atomic::{AtomicI32, Ordering};

use anyhow::{Context, Result};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use thiserror::Error;

use super::stop::Stopped;

/// The signal that arrived last; 0 while none has.
static RECEIVED: AtomicI32 = AtomicI32::new(0);

/// The signals that ask a build to stop.
pub(super) const STOPPING: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// The error of work that stopped because a signal asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("interrupted by {}", signal_name(*.signal))]
pub struct Interrupted {
    /// The signal's number.
    pub signal: i32,
}

impl Interrupted {
    /// The interruption that an error tells of, if it does.
    pub fn within(error: &anyhow::Error) -> Option<Interrupted> {
        match (error.downcast_ref(), error.downcast_ref()) {
            (Some(interrupted), _) | (_, Some(Stopped::Interrupted(interrupted))) => Some(*interrupted),
            _ => None,
        }
    }

    /// The exit status a shell would report for it: 128 and the signal.
    pub fn exit_status(self) -> u8 {
        u8::try_from(128 + self.signal).unwrap_or(u8::MAX)
    }
}

/// Those of [`STOPPING`] that this process does not ignore.
pub(super) fn heeded() -> Result<Vec<Signal>> {
    let status = fs::read_to_string("/proc/self/status").context("reading /proc/self/status")?;
    let ignored =
        parse_ignored(&status).context("/proc/self/status does not tell which signals are ignored")?;
    let bit = |signal: Signal| 1_u64 << (signal as u32 - 1);
    Ok(STOPPING.into_iter().filter(|&signal| ignored & bit(signal) == 0).collect())
}

/// The set of ignored signals in a `/proc/<pid>/status`, as its bits.
fn parse_ignored(status: &str) -> Option<u64> {
    let set = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(set.trim(), 16).ok()
}

/// Makes SIGINT, SIGTERM and SIGHUP set the flag instead of ending the process.
///
/// Call it in the process that does the work: after [`super::sandbox::enter`]
/// where that is used. Calling it again is harmless.
///
/// A signal that the caller has this process ignore, as `nohup` does, stays ignored.
#[expect(unsafe_code, reason = "installing a signal handler")]
pub fn install() -> Result<()> {
    let action = SigAction::new(SigHandler::Handler(remember), SaFlags::SA_RESTART, SigSet::empty());
    for signal in heeded()? {
        // SAFETY: the handler only stores to an atomic, which is async-signal-safe.
        unsafe { sigaction(signal, &action) }.with_context(|| format!("handling {signal}"))?;
    }
    Ok(())
}

/// Whether a signal has asked this process to stop.
pub fn interrupted() -> bool {
    RECEIVED.load(Ordering::Relaxed) != 0
}

/// Fails with [`Interrupted`] once a signal has asked this process to stop.
pub fn check() -> Result<(), Interrupted> {
    match RECEIVED.load(Ordering::Relaxed) {
        0 => Ok(()),
        signal => Err(Interrupted { signal }),
    }
}

/// The name of a signal, such as `SIGKILL`, or its number where it has none.
pub fn signal_name(number: i32) -> String {
    Signal::try_from(number).map_or_else(|_| format!("signal {number}"), |signal| signal.to_string())
}

extern "C" fn remember(signal: libc::c_int) {
    RECEIVED.store(signal, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interruption_names_its_signal_and_exit_status() {
        let interrupted = Interrupted { signal: libc::SIGTERM };
        assert_eq!(interrupted.to_string(), "interrupted by SIGTERM");
        assert_eq!(interrupted.exit_status(), 143);
    }

    #[test]
    fn ignored_signals_are_read_as_a_set() {
        assert_eq!(parse_ignored("SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n"), Some(0x1001));
        assert_eq!(parse_ignored("SigBlk:\t0\n"), None);
    }

    #[test]
    fn a_signal_without_a_name_is_told_by_number() {
        assert_eq!(signal_name(libc::SIGKILL), "SIGKILL");
        assert_eq!(signal_name(40), "signal 40");
    }
}
