//! When work is to stop: at a signal, or at its time.

use std::time::{Duration, Instant};

use nix::errno::Errno;
use thiserror::Error;

use super::signals::{self, Interrupted};

/// What work looks at that takes long. A signal stops all but clean-up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stop {
    limit: Option<(Duration, Instant)>,
    cleans_up: bool,
}

/// Why work stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Stopped {
    /// A signal asked for it.
    #[error(transparent)]
    Interrupted(Interrupted),
    /// It has had its time.
    #[error("stopped at the limit of {} s", .0.as_secs())]
    TimedOut(Duration),
}

impl Stop {
    /// Work that may take some time from now on.
    pub fn after(limit: Duration) -> Stop {
        Stop { limit: Some((limit, Instant::now())), cleans_up: false }
    }

    /// Clean-up, which goes on to its end: it is what follows a signal.
    pub fn never() -> Stop {
        Stop { limit: None, cleans_up: true }
    }

    /// Fails once the work must not go on.
    pub fn check(&self) -> Result<(), Stopped> {
        if !self.cleans_up {
            signals::check().map_err(Stopped::Interrupted)?;
        }
        match self.limit {
            Some((limit, begin)) if begin.elapsed() >= limit => Err(Stopped::TimedOut(limit)),
            _ => Ok(()),
        }
    }

    /// The same as the kernel's number for work that was cancelled.
    pub(super) fn cancelled(&self) -> nix::Result<()> {
        self.check().map_err(|_| Errno::ECANCELED)
    }

    /// What is left of its time.
    pub fn remaining(&self) -> Duration {
        self.limit.map_or(Duration::MAX, |(limit, begin)| limit.saturating_sub(begin.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_stops_at_its_time() {
        assert_eq!(Stop::default().check(), Ok(()));
        assert_eq!(Stop::after(Duration::from_secs(60)).check(), Ok(()));
        let over = Stop::after(Duration::ZERO);
        assert_eq!(over.check(), Err(Stopped::TimedOut(Duration::ZERO)));
        assert_eq!((over.cancelled(), over.remaining()), (Err(Errno::ECANCELED), Duration::ZERO));
    }
}
