//! The compiler, its cache on disk, and the clock that interrupts guests.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};
use wasmtime::{Cache, CacheConfig, Config, Engine, WasmBacktraceDetails};

use super::limits::{Limit, Limits};

/// How often a running guest is looked at.
pub(super) const TICK: Duration = Duration::from_millis(20);

/// Stack for functions of the host, which run on that of the guest that calls them.
const HOST_STACK: usize = 8 << 20;

/// Makes an engine that keeps compiled code in a directory, for guests of a limit.
pub(super) fn engine(cache: &Path, limits: &Limits) -> Result<Engine> {
    let guest_stack = limits.size(Limit::Stack);
    let mut kept = CacheConfig::new();
    kept.with_directory(cache);
    let mut config = Config::new();
    config.wasm_component_model(true);
    config.epoch_interruption(true);
    config.max_wasm_stack(guest_stack);
    config.async_stack_size(guest_stack.saturating_add(HOST_STACK));
    // The API is of WASI 0.2: no guest has concurrent tasks, and calls are cheaper without.
    config.concurrency_support(false);
    config.wasm_backtrace_details(WasmBacktraceDetails::Enable);
    let context = || format!("opening the cache of compiled elements {}", cache.display());
    config.cache(Some(Cache::new(kept).map_err(host_error).with_context(context)?));
    Engine::new(&config).map_err(host_error).context("starting the WebAssembly engine")
}

/// An error of the engine as one of the host's.
pub(super) fn host_error(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}

/// A thread that advances an engine's epoch. Ends when dropped.
#[derive(Debug)]
pub(super) struct Ticker {
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    pub(super) fn start(engine: &Engine) -> Ticker {
        let stopping = Arc::new(AtomicBool::new(false));
        let (engine, stop) = (engine.weak(), stopping.clone());
        let thread = thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                thread::park_timeout(TICK);
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
            }
        });
        Ticker { stopping, thread: Some(thread) }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::warn!("the clock of the WebAssembly engine panicked");
            }
        }
    }
}
