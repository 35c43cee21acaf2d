//! What one instance of a component can reach.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, Store, UpdateDeadline};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::context::{Contributions, HookContext};
use super::engine::{TICK, host_error};
use super::limits::{Limit, LimitReached, Limits};
use super::permission::Permissions;
use super::rehearsal::Wish;
use super::runner::Shared;
use super::scratch;
use super::stdio::Stdio;
use super::usage::{Counters, Usage};
use crate::element::capability::Grant;
use crate::element::manifest::{Manifest, ParameterValue};
use crate::report::{HookOutput, Level, Stream, Unit};
use crate::sys::root::Root;
use crate::sys::stop::Stop;

/// Handles for standard input and output, the scratch directory and the like,
/// which are not the guest's choice.
const STANDARD_HANDLES: usize = 64;

/// How often a computing guest's scratch directory is looked at.
const SCRATCH_LOOK: Duration = Duration::from_millis(500);

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
    /// When whatever it does is to stop.
    pub(super) stop: Stop,
    /// What the hook has used so far, the distribution's share included.
    pub(super) used: Arc<Counters>,
    /// Handles open now.
    pub(super) handles: usize,
    /// Whether the instance manages packages for a hook, and so must not ask for that itself.
    pub(super) managing: bool,
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
        usage: Usage,
        managing: bool,
    ) -> anyhow::Result<Store<State>> {
        let limits = &shared.setting.limits;
        let Usage { stop, log, counters } = usage;
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.size(Limit::Handles).saturating_add(STANDARD_HANDLES));
        let state = State {
            root: Root::open(&context.tree)?.with_ledger(context.ledger()),
            wasi: wasi(shared, facts, &log)?,
            facts: facts.clone(),
            context: context.clone(),
            shared: shared.clone(),
            log,
            table,
            stop,
            used: counters,
            handles: 0,
            managing,
            memory: 0,
        };
        let mut store = Store::new(&shared.engine, state);
        store.limiter(|state| state);
        store.set_hostcall_fuel(limits.size(Limit::Argument));
        store.set_epoch_deadline(1);
        watch(&mut store);
        Ok(store)
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.shared.setting.limits
    }

    /// Succeeds if a capability is granted; a rehearsal notes that it was wished for.
    pub(super) fn require(&self, wish: &Grant) -> Result<(), String> {
        if let Some(rehearsal) = &self.context.rehearsal {
            let asked = self.facts.manifest.capabilities.grants();
            let covering = asked.into_iter().zip(self.facts.permissions.asks_for(wish));
            let declared = covering.filter(|(_, covers)| *covers).map(|(grant, _)| grant).collect();
            rehearsal.wish(Wish { grant: wish.clone(), declared });
        }
        self.facts.permissions.check(wish)
    }

    /// What goes with a call into the distribution.
    pub(super) fn usage(&self) -> Usage {
        let log = Log { last_error: None, ..self.log.clone() };
        Usage { stop: self.stop, log, counters: self.used.clone() }
    }

    /// What is left of the hook's time.
    pub(super) fn remaining(&self) -> Duration {
        self.stop.remaining()
    }

    /// The last error that the guest logged: a panic's message, most of the time.
    pub(super) fn last_error(&self) -> Option<&str> {
        self.log.last_error.as_deref()
    }

    /// What all hooks of the build asked for so far.
    pub(super) fn contributions<T>(&self, look: impl FnOnce(&mut Contributions) -> T) -> T {
        look(&mut lock(&self.shared.contributions))
    }

    /// Adds to what hooks asked for, which is kept in memory to the build's
    /// end; fails with the reason if it is too much.
    pub(super) fn contribute(
        &mut self,
        bytes: usize,
        change: impl FnOnce(&mut Contributions),
    ) -> Result<(), String> {
        if self.used.requested.add(bytes as u64) > self.limits().get(Limit::Requests) {
            return Err(self.limits().reached(Limit::Requests).to_string());
        }
        self.contributions(change);
        Ok(())
    }
}

/// Looks at the guest on every tick: interruption, both time limits, and now
/// and then what it has put into its scratch directory.
fn watch(store: &mut Store<State>) {
    let mut unseen = Duration::ZERO;
    store.epoch_deadline_callback(move |store| {
        let state = store.data();
        unseen += TICK;
        state.stop.check()?;
        let computed = state.used.computed.add(TICK.as_millis() as u64);
        if Duration::from_millis(computed) > state.limits().duration(Limit::Computing) {
            return Err(state.limits().reached(Limit::Computing).into());
        }
        if unseen >= SCRATCH_LOOK {
            unseen = Duration::ZERO;
            scratch::check(&state.shared.scratch_path(&state.facts.name), state.limits())?;
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
        if self.memory > self.limits().size(Limit::Memory) {
            return Err(self.limits().reached(Limit::Memory).into());
        }
        Ok(true)
    }
}

/// The hook's log, up to a number of bytes. Clones count together.
#[derive(Clone)]
pub(super) struct Log {
    output: HookOutput,
    left: Arc<AtomicU64>,
    told: Arc<AtomicBool>,
    limit: LimitReached,
    last_error: Option<String>,
}

impl Log {
    pub(super) fn new(output: &HookOutput, limits: &Limits) -> Self {
        let (left, told) = (Arc::new(AtomicU64::new(limits.get(Limit::Output))), Arc::default());
        Log { output: output.clone(), left, told, limit: limits.reached(Limit::Output), last_error: None }
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
    pub(super) fn progress(&self, label: &str, done: u64, total: Option<u64>, unit: Unit) {
        if self.pass(label.len()) {
            self.output.progress(label, done, total, unit);
        }
    }

    fn pass(&self, bytes: usize) -> bool {
        let cost = bytes as u64 + 1;
        let spent =
            self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(cost));
        if spent.is_err() && !self.told.swap(true, Ordering::Relaxed) {
            self.output.message(Level::Warn, &format!("{}; the rest is dropped", self.limit));
        }
        spent.is_ok()
    }
}

/// A mutex's content, whatever happened to other threads.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
