//! Compiles a component, no longer than it may take.
//!
//! The compiler cannot be interrupted. It works on a thread of its own, which
//! is left to itself when the build is to stop, and ends with the process.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use wasmtime::Engine;
use wasmtime::component::Component;

use super::engine::TICK;
use crate::sys::stop::{Stop, Stopped};

/// Stack of the compiler, which walks nested code by recursion.
const STACK: usize = 16 << 20;

/// Why a component was not compiled.
#[derive(Debug)]
pub(super) enum Uncompiled {
    /// It takes too long, or somebody asked to stop.
    Stopped(Stopped),
    /// It is not right.
    Wrong(wasmtime::Error),
}

/// Compiles a component, or finds it compiled.
pub(super) fn compile(engine: &Engine, bytes: Vec<u8>, stop: Stop) -> Result<Component, Uncompiled> {
    let (done, outcome) = mpsc::channel();
    let engine = engine.clone();
    // With nobody left to hear of it, the outcome does not matter.
    let work = move || drop(done.send(Component::new(&engine, bytes)));
    let started = thread::Builder::new().name("compiler".to_owned()).stack_size(STACK).spawn(work);
    started.map_err(|error| Uncompiled::Wrong(error.into()))?;
    loop {
        match outcome.recv_timeout(TICK) {
            Ok(outcome) => return outcome.map_err(Uncompiled::Wrong),
            Err(RecvTimeoutError::Timeout) => stop.check().map_err(Uncompiled::Stopped)?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Uncompiled::Wrong(wasmtime::Error::msg("the compiler panicked")));
            }
        }
    }
}
