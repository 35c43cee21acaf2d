//! Compiles a component, no longer and with no more memory than it may take.
//!
//! The compiler cannot be interrupted. It works on a thread of its own, which
//! is left to itself when the build is to stop, and ends with the process.
//! How much it takes does not follow from the component's size, so it is
//! measured: what the process holds more than before is the compiler's.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use wasmtime::Engine;
use wasmtime::component::Component;

use super::engine::TICK;
use super::limits::{Limit, Limits};
use crate::sys::stop::{Stop, Stopped};
use crate::sys::sysinfo::held_memory;

/// Stack of the compiler, which walks nested code by recursion.
const STACK: usize = 16 << 20;

/// Why a component was not compiled.
#[derive(Debug)]
pub(super) enum Uncompiled {
    /// Somebody asked to stop.
    Interrupted(Stopped),
    /// It takes more than a limit.
    TooMuch(Limit),
    /// It is not right.
    Wrong(wasmtime::Error),
}

/// Compiles a component, or finds it compiled.
pub(super) fn compile(engine: &Engine, bytes: Vec<u8>, limits: &Limits) -> Result<Component, Uncompiled> {
    let bounds = Bounds::begin(limits).map_err(unknown)?;
    let (done, outcome) = mpsc::channel();
    let engine = engine.clone();
    // With nobody left to hear of it, the outcome does not matter.
    let work = move || drop(done.send(Component::new(&engine, bytes)));
    let started = thread::Builder::new().name("compiler".to_owned()).stack_size(STACK).spawn(work);
    started.map_err(|error| unknown(error.into()))?;
    loop {
        match outcome.recv_timeout(TICK) {
            Ok(outcome) => return outcome.map_err(Uncompiled::Wrong),
            Err(RecvTimeoutError::Timeout) => bounds.check()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Uncompiled::Wrong(wasmtime::Error::msg("the compiler panicked")));
            }
        }
    }
}

/// What a compilation stays within that has begun.
struct Bounds {
    stop: Stop,
    /// Bytes that the process may hold.
    memory: u64,
}

impl Bounds {
    fn begin(limits: &Limits) -> anyhow::Result<Bounds> {
        let memory = held_memory()?.saturating_add(limits.get(Limit::Compiling));
        Ok(Bounds { stop: Stop::after(limits.duration(Limit::Time)), memory })
    }

    fn check(&self) -> Result<(), Uncompiled> {
        self.stop.check().map_err(|stopped| match stopped {
            Stopped::Interrupted(_) => Uncompiled::Interrupted(stopped),
            Stopped::TimedOut(_) => Uncompiled::TooMuch(Limit::Time),
        })?;
        let held = held_memory().map_err(unknown)?;
        if held > self.memory { Err(Uncompiled::TooMuch(Limit::Compiling)) } else { Ok(()) }
    }
}

fn unknown(error: anyhow::Error) -> Uncompiled {
    Uncompiled::Wrong(wasmtime::Error::msg(format!("{error:#}")))
}
