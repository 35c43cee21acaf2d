//! Runs the hooks of a plan's components.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use wasmtime::Engine;

use super::bindings::wit::types::{HookCall, Phase as GuestPhase};
use super::context::{Contributions, Distribution, HookContext, Lines};
use super::drive::drive;
use super::engine::{Ticker, engine};
use super::failure;
use super::limits::Limits;
use super::load::{LoadError, Loaded, linker};
use super::managers::ComponentDistribution;
use super::permission::Permissions;
use super::state::{Facts, State, lock};
use super::usage::Usage;
use crate::element::{Component, Element, Phase};
use crate::plan::{GrantOrigin, Plan, PlannedHook};
use crate::report::FailureCause;
use crate::sys::stop::Stop;

/// What stays the same for all hooks of a build.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Where compiled components are kept between builds.
    pub compiled: PathBuf,
    /// Where fetched files are kept between builds.
    pub downloads: PathBuf,
    /// Where the scratch directories of this build's elements are made.
    pub scratch: PathBuf,
    /// The directories behind the manifests' caches, by the names of element and cache.
    pub caches: BTreeMap<(String, String), PathBuf>,
    /// The name of the output.
    pub image_name: String,
    /// The label of the root file system.
    pub root_label: String,
    /// The caller's home directory.
    pub home: Option<PathBuf>,
    /// Never use the network.
    pub offline: bool,
    /// How much each hook may use.
    pub limits: Limits,
}

/// What all instances of a build share.
pub(super) struct Shared {
    pub(super) engine: Engine,
    pub(super) setting: Setting,
    pub(super) plan: Plan,
    pub(super) contributions: Mutex<Contributions>,
    /// Digests of the files that each element fetched in this build.
    pub(super) fetched: Mutex<Vec<(String, String)>>,
    components: BTreeMap<String, (Loaded, Arc<Facts>)>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("components", &self.components.keys()).finish_non_exhaustive()
    }
}

/// Runs component hooks. Starts a thread that ends with it.
#[derive(Debug)]
pub struct Runner {
    shared: Arc<Shared>,
    _ticker: Ticker,
}

impl Runner {
    /// Loads the components of a plan.
    ///
    /// # Errors
    ///
    /// Fails with a [`LoadError`] if one is none for this host or takes too long
    /// to compile, when the build is interrupted, and if the cache cannot be used.
    pub fn new(plan: &Plan, setting: Setting) -> Result<Runner> {
        let engine = engine(&setting.compiled, &setting.limits)?;
        let linker = linker(&engine)?;
        let mut components = BTreeMap::new();
        for element in &plan.sources {
            let Some(component) = &element.component else { continue };
            let read = |source| LoadError::Read { element: element.name.clone(), source };
            let bytes = component.read().map_err(read)?;
            let loaded = Loaded::new(&linker, &element.name, &bytes, &setting.limits)?;
            let facts = Arc::new(facts(plan, &setting, element, component));
            components.insert(element.name.clone(), (loaded, facts));
        }
        let ticker = Ticker::start(&engine);
        let shared = Shared {
            engine,
            setting,
            plan: plan.clone(),
            contributions: Mutex::default(),
            fetched: Mutex::default(),
            components,
        };
        Ok(Runner { shared: Arc::new(shared), _ticker: ticker })
    }

    /// Runs a hook.
    ///
    /// # Errors
    ///
    /// Fails if the component returns an error, traps or hits a limit.
    pub fn run(&self, hook: &PlannedHook, context: &HookContext) -> Result<(), FailureCause> {
        let io = |error: anyhow::Error| FailureCause::Io(format!("{error:#}"));
        let (loaded, facts) = self.shared.component(&hook.element).map_err(io)?;
        let call = hook_call(hook, facts, context.phase).map_err(io)?;
        let context = Arc::new(context.clone());
        let usage = Usage::begin(&context.output, &self.shared.setting.limits);
        let mut store = State::store(&self.shared, facts, &context, usage, false).map_err(io)?;
        let stop = store.data().stop;
        let result = drive(stop, async {
            let element = loaded.element(&mut store).await?;
            element.blankslate_element_lifecycle().call_run(&mut store, &call).await
        });
        match result {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => match stop.check() {
                Ok(()) => Err(FailureCause::Returned(failure::returned(&error))),
                // What the guest returns is what the interruption made of its call.
                Err(stopped) => Err(failure::of_error(&stopped.into(), store.data())),
            },
            Err(error) => Err(failure::of_error(&error, store.data())),
        }
    }

    /// The image's distribution: a component, or the shell element that the
    /// context holds; absent if there is neither.
    pub fn distribution(&self, context: &HookContext) -> Option<Arc<dyn Distribution>> {
        self.shared.distribution(&Arc::new(context.clone()), None)
    }

    /// What the hooks asked for so far.
    pub fn contributions(&self) -> Contributions {
        lock(&self.shared.contributions).clone()
    }
}

impl Shared {
    pub(super) fn component(&self, element: &str) -> Result<&(Loaded, Arc<Facts>)> {
        self.components.get(element).with_context(|| format!("element '{element}' has no component"))
    }

    /// See [`Runner::distribution`]; for a hook it stays within what is left of its limits.
    pub(super) fn distribution(
        self: &Arc<Self>,
        context: &Arc<HookContext>,
        caller: Option<Usage>,
    ) -> Option<Arc<dyn Distribution>> {
        let component = self.components.iter().find(|(_, (loaded, _))| loaded.is_distribution());
        match component {
            Some((name, _)) => Some(Arc::new(ComponentDistribution::new(self, name, context, caller))),
            None => {
                let distribution = context.distribution.clone()?;
                Some(match caller {
                    Some(Usage { stop, log, .. }) => {
                        distribution.called(stop, Arc::new(move |stream, line| log.line(stream, line)))
                    }
                    None => {
                        let output = context.output.clone();
                        let lines: Lines = Arc::new(move |stream, line| output.line(stream, line));
                        distribution.called(Stop::default(), lines)
                    }
                })
            }
        }
    }

    pub(super) fn scratch_path(&self, element: &str) -> PathBuf {
        self.setting.scratch.join(element)
    }

    /// The scratch directory of an element, which is made if it is missing.
    pub(super) fn scratch(&self, element: &str) -> Result<PathBuf> {
        let path = self.scratch_path(element);
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.with_context(|| format!("making the scratch directory {}", path.display()))?;
        Ok(path)
    }
}

fn facts(plan: &Plan, setting: &Setting, element: &Element, component: &Component) -> Facts {
    let name = &element.name;
    let of_element = plan.grants.iter().filter(|grant| grant.element == *name);
    let granted = of_element.filter(|grant| grant.origin != GrantOrigin::Denied);
    let granted = granted.map(|grant| grant.grant.clone()).collect();
    let home = setting.home.as_ref().and_then(|home| home.to_str());
    let parameters = plan.parameters.iter().filter(|parameter| parameter.element == *name);
    Facts {
        name: name.clone(),
        manifest: component.manifest.clone(),
        permissions: Permissions::new(name, &component.manifest, granted, home)
            .in_dialect(setting.limits.dialect()),
        parameters: parameters
            .filter_map(|parameter| Some((parameter.name.clone(), parameter.value.clone()?)))
            .collect(),
        seed: Sha256::digest(format!("{} {name}", setting.image_name)).into(),
    }
}

/// The hook by its name in the manifest.
fn hook_call(hook: &PlannedHook, facts: &Facts, phase: Phase) -> Result<HookCall> {
    let listed =
        facts.manifest.hooks.iter().find(|item| item.phase == phase && item.full_name() == hook.name);
    let name = listed
        .with_context(|| format!("the manifest lists no hook {} in phase {phase}", hook.name))?
        .name
        .clone();
    Ok(HookCall { phase: guest_phase(phase), name })
}

fn guest_phase(phase: Phase) -> GuestPhase {
    match phase {
        Phase::Root => GuestPhase::Root,
        Phase::ExtraData => GuestPhase::ExtraData,
        Phase::PreInstall => GuestPhase::PreInstall,
        Phase::Install => GuestPhase::Install,
        Phase::PostInstall => GuestPhase::PostInstall,
        Phase::PostRoot => GuestPhase::PostRoot,
        Phase::BlockDevice => GuestPhase::BlockDevice,
        Phase::PreFinalise => GuestPhase::PreFinalise,
        Phase::Finalise => GuestPhase::Finalise,
        Phase::Cleanup => GuestPhase::Cleanup,
    }
}
