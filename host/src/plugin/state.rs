//! What one instance of a component can reach.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, Store, UpdateDeadline};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::context::{Contributions, HookContext};
use super::engine::{TICK, host_error};
use super::limits::{LimitReached, Limits};
use super::permission::Permissions;
use super::runner::Shared;
use super::stdio::Stdio;
use crate::element::manifest::{Manifest, ParameterValue};
use crate::report::{HookOutput, Level, Stream};
use crate::sys::root::Root;
use crate::sys::signals;

/// What is known of an element, whichever of its hooks runs.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) name: String,
    pub(super) manifest: Manifest,
    pub(super) permissions: Permissions,
    /// Parameters that have a value.
    pub(super) parameters: BTreeMap<String, ParameterValue>,
    /// Seed of its random numbers.
    pub(super) seed: [u8; 32],
}

/// The state of one instance.
pub(super) struct State {
    pub(super) facts: Arc<Facts>,
    pub(super) context: Arc<HookContext>,
    pub(super) shared: Arc<Shared>,
    pub(super) root: Root,
    pub(super) log: Log,
    pub(super) table: ResourceTable,
    /// Bytes written to the image so far.
    pub(super) written: u64,
    /// Handles open now.
    pub(super) handles: usize,
    /// Whether the instance manages packages for a hook, and so must not ask for that itself.
    pub(super) managing: bool,
    started: Instant,
    memory: usize,
    wasi: WasiCtx,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("element", &self.facts.name).finish_non_exhaustive()
    }
}

impl State {
    /// A store with the state of a fresh instance.
    pub(super) fn store(
        shared: &Arc<Shared>,
        facts: &Arc<Facts>,
        context: &Arc<HookContext>,
        managing: bool,
    ) -> anyhow::Result<Store<State>> {
        let log = Log::new(&context.output, shared.setting.limits.output);
        let state = State {
            root: Root::open(&context.tree)?.with_ledger(context.ledger()),
            wasi: wasi(shared, facts, &log)?,
            facts: facts.clone(),
            context: context.clone(),
            shared: shared.clone(),
            log,
            table: ResourceTable::new(),
            written: 0,
            handles: 0,
            managing,
            started: Instant::now(),
            memory: 0,
        };
        let mut store = Store::new(&shared.engine, state);
        store.limiter(|state| state);
        store.set_hostcall_fuel(shared.setting.limits.argument);
        store.set_epoch_deadline(1);
        watch(&mut store);
        Ok(store)
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.shared.setting.limits
    }

    /// What is left of the hook's time.
    pub(super) fn remaining(&self) -> Duration {
        self.limits().time.saturating_sub(self.started.elapsed())
    }

    /// The last error that the guest logged: a panic's message, most of the time.
    pub(super) fn last_error(&self) -> Option<&str> {
        self.log.last_error.as_deref()
    }

    /// What all hooks of the build asked for so far.
    pub(super) fn contribute<T>(&self, change: impl FnOnce(&mut Contributions) -> T) -> T {
        change(&mut self.shared.contributions.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Looks at the guest on every tick: interruption and both time limits.
fn watch(store: &mut Store<State>) {
    let mut computed = Duration::ZERO;
    store.epoch_deadline_callback(move |store| {
        let state = store.data();
        computed += TICK;
        signals::check()?;
        if state.remaining().is_zero() {
            return Err(LimitReached::Time(state.limits().time).into());
        }
        if computed > state.limits().computing {
            return Err(LimitReached::Computing(state.limits().computing).into());
        }
        Ok(UpdateDeadline::Continue(1))
    });
}

fn wasi(shared: &Shared, facts: &Facts, log: &Log) -> anyhow::Result<WasiCtx> {
    use rand::SeedableRng as _;
    let scratch = shared.scratch(&facts.name)?;
    let random = || rand::rngs::SmallRng::from_seed(facts.seed);
    let mut wasi = WasiCtxBuilder::new();
    wasi.stdout(Stdio::new(Stream::Stdout, log.clone()));
    wasi.stderr(Stdio::new(Stream::Stderr, log.clone()));
    wasi.secure_random(random()).insecure_random(random());
    wasi.insecure_random_seed(u128::from_le_bytes(facts.seed[..16].try_into().unwrap_or_default()));
    wasi.preopened_dir(&scratch, "/scratch", FsPerms::ReadWrite)
        .map_err(host_error)
        .context("opening the scratch directory")?;
    Ok(wasi.build())
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl ResourceLimiter for State {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.grow(desired.saturating_sub(current))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.grow(desired.saturating_sub(current).saturating_mul(size_of::<usize>()))
    }
}

impl State {
    fn grow(&mut self, bytes: usize) -> wasmtime::Result<bool> {
        self.memory = self.memory.saturating_add(bytes);
        let limit = self.limits().memory;
        if self.memory > limit { Err(LimitReached::Memory(limit).into()) } else { Ok(true) }
    }
}

/// The hook's log, up to a number of bytes. Clones count together.
#[derive(Clone)]
pub(super) struct Log {
    output: HookOutput,
    left: Arc<AtomicU64>,
    told: Arc<AtomicBool>,
    limit: u64,
    last_error: Option<String>,
}

impl Log {
    fn new(output: &HookOutput, limit: u64) -> Self {
        let (left, told) = (Arc::new(AtomicU64::new(limit)), Arc::default());
        Log { output: output.clone(), left, told, limit, last_error: None }
    }

    /// A line of output.
    pub(super) fn line(&self, stream: Stream, line: &str) {
        if self.pass(line.len()) {
            self.output.line(stream, line);
        }
    }

    /// A message of the element.
    pub(super) fn message(&mut self, level: Level, text: &str) {
        if level == Level::Error {
            self.last_error = Some(text.chars().take(2000).collect());
        }
        if self.pass(text.len()) {
            self.output.message(level, text);
        }
    }

    /// How far a step has come.
    pub(super) fn progress(&self, label: &str, done: u64, total: Option<u64>) {
        self.output.progress(label, done, total);
    }

    fn pass(&self, bytes: usize) -> bool {
        let cost = bytes as u64 + 1;
        let spent =
            self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(cost));
        if spent.is_err() && !self.told.swap(true, Ordering::Relaxed) {
            let text = format!("more output than the limit of {} bytes: the rest is dropped", self.limit);
            self.output.message(Level::Warn, &text);
        }
        spent.is_ok()
    }
}

/// A mutex's content, whatever happened to other threads.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
