//! From a component's bytes to something that can be instantiated.

use anyhow::Context;
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{AsContextMut, Engine};

use super::bindings::managers::{Managers, ManagersIndices};
use super::bindings::{Element, ElementIndices};
use super::engine::host_error;
use super::inspect::{ComponentInfo, InspectError, inspect};
use super::interfaces;
use super::state::State;

/// A component that does not load.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Its bytes cannot be read.
    #[error("reading the component of element '{element}'")]
    Read {
        /// The element.
        element: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is none for this host.
    #[error("element '{element}' does not load: {reason}")]
    Inspect {
        /// The element.
        element: String,
        /// Why.
        reason: InspectError,
    },
    /// It does not compile or link.
    #[error("element '{element}' does not load: {message}")]
    Link {
        /// The element.
        element: String,
        /// Why.
        message: String,
    },
}

/// A compiled and linked component.
pub(super) struct Loaded {
    pre: InstancePre<State>,
    element: ElementIndices,
    managers: Option<ManagersIndices>,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").field("is_distribution", &self.managers.is_some()).finish_non_exhaustive()
    }
}

/// All interfaces that a guest can import.
pub(super) fn linker(engine: &Engine) -> anyhow::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).map_err(host_error)?;
    interfaces::add_to_linker(&mut linker).map_err(host_error)?;
    Ok(linker)
}

impl Loaded {
    /// Checks, compiles and links a component.
    pub(super) fn new(linker: &Linker<State>, element: &str, bytes: &[u8]) -> Result<Loaded, LoadError> {
        let info =
            inspect(bytes).map_err(|reason| LoadError::Inspect { element: element.to_owned(), reason })?;
        Loaded::link(linker, &info, bytes)
            .map_err(|error| LoadError::Link { element: element.to_owned(), message: format!("{error:#}") })
    }

    fn link(linker: &Linker<State>, info: &ComponentInfo, bytes: &[u8]) -> wasmtime::Result<Loaded> {
        let component = Component::new(linker.engine(), bytes)?;
        let pre = linker.instantiate_pre(&component)?;
        let managers = info.is_distribution().then(|| ManagersIndices::new(&pre)).transpose()?;
        Ok(Loaded { element: ElementIndices::new(&pre)?, managers, pre })
    }

    /// Whether it manages packages and services.
    pub(super) fn is_distribution(&self) -> bool {
        self.managers.is_some()
    }

    /// A fresh instance to run a hook of.
    pub(super) fn element(&self, mut store: impl AsContextMut<Data = State>) -> wasmtime::Result<Element> {
        let instance = self.pre.instantiate(&mut store)?;
        self.element.load(&mut store, &instance)
    }

    /// A fresh instance to manage packages and services with.
    pub(super) fn managers(&self, mut store: impl AsContextMut<Data = State>) -> anyhow::Result<Managers> {
        let indices = self.managers.as_ref().context("the component manages no packages")?;
        let instance = self.pre.instantiate(&mut store).map_err(host_error)?;
        indices.load(&mut store, &instance).map_err(host_error)
    }
}
