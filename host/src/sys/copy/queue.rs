//! Work for several threads that makes more work.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use anyhow::Result;

/// A stack of jobs: what was added last is done first, which keeps few directories open.
#[derive(Debug)]
pub(super) struct Queue<J> {
    state: Mutex<State<J>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<J> {
    jobs: Vec<J>,
    /// Jobs being done, which may add others.
    active: usize,
    failure: Option<anyhow::Error>,
}

impl<J: Send> Queue<J> {
    /// Does `jobs`, and those they add, on `threads` threads; stops at the first error.
    pub(super) fn run<W>(
        jobs: Vec<J>,
        threads: usize,
        worker: impl Fn() -> W + Sync,
        work: impl Fn(&mut W, J, &Self) -> Result<()> + Sync,
    ) -> Result<()> {
        let state = State { jobs, active: 0, failure: None };
        let queue = Self { state: Mutex::new(state), changed: Condvar::new() };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| queue.serve(&worker, &work));
            }
            queue.serve(&worker, &work);
        });
        let state = queue.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.failure.map_or(Ok(()), Err)
    }

    /// Adds jobs; the last of them is done first.
    pub(super) fn add(&self, jobs: impl IntoIterator<Item = J>) {
        self.lock().jobs.extend(jobs);
        self.changed.notify_all();
    }

    fn serve<W>(&self, worker: impl Fn() -> W, work: impl Fn(&mut W, J, &Self) -> Result<()>) {
        let mut worker = worker();
        while let Some(job) = self.next() {
            let result = work(&mut worker, job, self);
            let mut state = self.lock();
            state.active -= 1;
            if let Err(error) = result {
                state.jobs.clear();
                state.failure.get_or_insert(error);
            }
            drop(state);
            self.changed.notify_all();
        }
    }

    /// The next job; `None` once none is left and none can be added any more.
    fn next(&self) -> Option<J> {
        let mut state = self.lock();
        loop {
            if state.failure.is_some() {
                return None;
            }
            if let Some(job) = state.jobs.pop() {
                state.active += 1;
                return Some(job);
            }
            if state.active == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn jobs_that_jobs_add_are_done_too() {
        for threads in [1, 4] {
            let done = AtomicU32::new(0);
            let work = |_: &mut (), depth: u32, queue: &Queue<u32>| {
                done.fetch_add(1, Ordering::Relaxed);
                queue.add((0..2).filter(|_| depth > 0).map(|_| depth - 1));
                Ok(())
            };
            Queue::run(vec![5], threads, || (), work).unwrap();
            assert_eq!(done.into_inner(), (1 << 6) - 1);
        }
    }

    #[test]
    fn the_first_error_ends_all() {
        let done = AtomicU32::new(0);
        let work = |_: &mut (), job: u32, _: &Queue<u32>| {
            done.fetch_add(1, Ordering::Relaxed);
            if job == 2 { Err(anyhow::anyhow!("job two")) } else { Ok(()) }
        };
        let error = Queue::run(vec![1, 1, 1, 2, 3], 1, || (), work).unwrap_err();
        assert_eq!((error.to_string().as_str(), done.into_inner()), ("job two", 2));
    }
}
