//! What a hook has used of its limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::limits::{Limit, Limits};
use super::state::Log;
use crate::report::HookOutput;
use crate::sys::stop::Stop;

/// What goes with a hook into each call of the distribution, so that both
/// together stay within the limits of one.
#[derive(Clone)]
pub(super) struct Usage {
    pub(super) stop: Stop,
    pub(super) log: Log,
    pub(super) counters: Arc<Counters>,
}

impl Usage {
    /// That of a hook which begins.
    pub(super) fn begin(output: &HookOutput, limits: &Limits) -> Usage {
        let stop = Stop::after(limits.duration(Limit::Time));
        Usage { stop, log: Log::new(output, limits), counters: Arc::default() }
    }
}

/// What is counted up to a limit.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// Bytes written to the image.
    pub(super) written: Counter,
    /// Bytes fetched.
    pub(super) downloaded: Counter,
    /// Bytes of what was asked of boot loader and ramdisk.
    pub(super) requested: Counter,
    /// Milliseconds in guests' own code.
    pub(super) computed: Counter,
    /// Steps of progress that are not shown.
    pub(super) hidden: Counter,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Adds to it; gives the sum.
    pub(super) fn add(&self, amount: u64) -> u64 {
        let sum = |old: u64| Some(old.saturating_add(amount));
        let old = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum);
        old.unwrap_or_else(|old| old).saturating_add(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::Counter;

    #[test]
    fn a_counter_does_not_begin_anew_at_its_end() {
        let counter = Counter::default();
        assert_eq!((counter.add(2), counter.add(3), counter.get()), (2, 5, 5));
        assert_eq!((counter.add(u64::MAX), counter.add(1), counter.get()), (u64::MAX, u64::MAX, u64::MAX));
    }
}
