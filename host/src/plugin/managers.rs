//! A distribution that is a component, as the host sees it.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use wasmtime::Store;

use super::bindings::managers::Managers;
use super::bindings::wit::types::Failure;
use super::context::{Distribution, HookContext, Identity};
use super::drive::drive;
use super::failure;
use super::runner::Shared;
use super::state::State;
use super::usage::Usage;

/// Calls into the distribution's component, each in a fresh instance.
pub(super) struct ComponentDistribution {
    shared: Arc<Shared>,
    element: String,
    context: Arc<HookContext>,
    /// Of the hook that calls; absent where the host does.
    caller: Option<Usage>,
}

impl ComponentDistribution {
    pub(super) fn new(
        shared: &Arc<Shared>,
        element: &str,
        context: &Arc<HookContext>,
        caller: Option<Usage>,
    ) -> Self {
        ComponentDistribution {
            shared: shared.clone(),
            element: element.to_owned(),
            context: context.clone(),
            caller,
        }
    }

    fn call<T>(
        &self,
        call: impl AsyncFnOnce(&Managers, &mut Store<State>) -> wasmtime::Result<T>,
    ) -> Result<T> {
        let (loaded, facts) = self.shared.component(&self.element)?;
        let begin = || Usage::begin(&self.context.output, &self.shared.setting.limits);
        let usage = self.caller.clone().unwrap_or_else(begin);
        let mut store = State::store(&self.shared, facts, &self.context, usage, true)?;
        let stop = store.data().stop;
        let result = drive(stop, async {
            let managers = loaded.managers(&mut store).await?;
            call(&managers, &mut store).await
        });
        result.map_err(|error| {
            anyhow!("element '{}': {}", self.element, failure::of_error(&error, store.data()))
        })
    }

    fn try_call<T>(
        &self,
        call: impl AsyncFnOnce(&Managers, &mut Store<State>) -> wasmtime::Result<Result<T, Failure>>,
    ) -> Result<T> {
        self.call(call)?.map_err(|error| anyhow!(failure::returned(&error)))
    }
}

impl Distribution for ComponentDistribution {
    fn describe(&self) -> Result<Identity> {
        let found = self.call(async |managers, store| {
            managers.blankslate_element_package_manager().call_describe(store).await
        })?;
        Ok(Identity { name: found.name, family: found.family, release: found.release })
    }

    fn refresh(&self) -> Result<()> {
        self.try_call(async |managers, store| {
            managers.blankslate_element_package_manager().call_refresh(store).await
        })
    }

    fn upgrade(&self) -> Result<()> {
        self.try_call(async |managers, store| {
            managers.blankslate_element_package_manager().call_upgrade(store).await
        })
    }

    fn install(&self, packages: &[String]) -> Result<()> {
        self.try_call(async |managers, store| {
            managers.blankslate_element_package_manager().call_install(store, packages).await
        })
    }

    fn remove(&self, packages: &[String]) -> Result<()> {
        self.try_call(async |managers, store| {
            managers.blankslate_element_package_manager().call_remove(store, packages).await
        })
    }

    fn installed(&self, packages: &[String]) -> Result<Vec<bool>> {
        self.try_call(async |managers, store| {
            managers.blankslate_element_package_manager().call_installed(store, packages).await
        })
    }

    fn enable(&self, services: &[String]) -> Result<()> {
        self.try_call(async |managers, store| {
            managers.blankslate_element_service_manager().call_enable(store, services).await
        })
    }

    fn disable(&self, services: &[String]) -> Result<()> {
        self.try_call(async |managers, store| {
            managers.blankslate_element_service_manager().call_disable(store, services).await
        })
    }
}
