//! Keeps progress from flooding a report.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::report::event::Progress;

/// The least time between two events of one progress: faster than the eye needs.
const INTERVAL: Duration = Duration::from_millis(200);

/// Lets one progress pass in an interval, and always the first and the last.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    last: Mutex<Option<Duration>>,
}

impl Throttle {
    pub(crate) fn pass(&self, now: Duration, progress: &Progress) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let complete = progress.total.is_some_and(|total| progress.done >= total);
        let pass = complete || last.is_none_or(|last| now >= last + INTERVAL);
        if pass {
            *last = Some(now);
        }
        pass
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::event::Unit;

    #[test]
    fn the_first_the_last_and_one_in_an_interval_pass() {
        let throttle = Throttle::default();
        let table = [(0, 1, true), (100, 2, false), (200, 3, true), (210, 4, false), (220, 5, true)];
        for (at, done, passes) in table {
            let progress = Progress { label: String::new(), done, total: Some(5), unit: Unit::Items };
            assert_eq!(throttle.pass(Duration::from_millis(at), &progress), passes, "at {at} ms");
        }
    }
}
