//! Waits for a guest, no longer than it may take.
//!
//! A guest that computes is interrupted by the engine's clock. One that waits,
//! for a time of WASI's, is not: its call is a future, which is dropped.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use wasmtime_wasi::runtime::with_ambient_tokio_runtime;

use super::engine::TICK;
use crate::sys::stop::Stop;

/// Runs a call into a guest to its end, or until it must stop.
pub(super) fn drive<T>(stop: Stop, call: impl Future<Output = wasmtime::Result<T>>) -> wasmtime::Result<T> {
    with_ambient_tokio_runtime(|| {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        let mut call = pin!(call);
        loop {
            if let Poll::Ready(result) = call.as_mut().poll(&mut context) {
                return result;
            }
            thread::park_timeout(TICK);
            stop.check()?;
        }
    })
}

/// Wakes the thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sys::stop::Stopped;

    #[test]
    fn a_call_ends_by_itself_or_at_its_time() {
        assert_eq!(drive(Stop::default(), async { Ok(7) }).unwrap(), 7);
        let limit = Duration::from_millis(50);
        let error = drive(Stop::after(limit), std::future::pending::<wasmtime::Result<()>>()).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Stopped::TimedOut(limit)));
    }

    #[test]
    fn a_call_within_a_call_is_waited_for_too() {
        let inner = || drive(Stop::default(), async { Ok(1) });
        assert_eq!(drive(Stop::default(), async { inner() }).unwrap(), 1);
    }
}
