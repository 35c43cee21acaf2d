//! From a component's bytes to something that can be instantiated.

use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Engine, Store};

use super::bindings::managers::{Managers, ManagersIndices};
use super::bindings::{Element, ElementIndices};
use super::compile::{Uncompiled, compile};
use super::engine::host_error;
use super::inspect::{InspectError, inspect};
use super::limits::Limits;
use super::series::{self, Series};
use super::state::State;
use crate::element::Element as ElementSource;

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

/// Looks at an element's component, if it has one, without compiling it.
///
/// # Errors
///
/// Fails if it cannot be read or is none for this host.
pub fn check(element: &ElementSource) -> Result<(), LoadError> {
    let Some(component) = &element.component else { return Ok(()) };
    let name = || element.name.clone();
    let bytes = component.read().map_err(|source| LoadError::Read { element: name(), source })?;
    inspect(&bytes).map(drop).map_err(|reason| LoadError::Inspect { element: name(), reason })
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
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).map_err(host_error)?;
    series::add_to_linker(&mut linker).map_err(host_error)?;
    Ok(linker)
}

impl Loaded {
    /// Checks, compiles and links a component within the time of a hook and the memory for that.
    ///
    /// Fails with a [`LoadError`], or with what interrupted it.
    pub(super) fn new(
        linker: &Linker<State>,
        element: &str,
        bytes: &[u8],
        limits: &Limits,
    ) -> anyhow::Result<Loaded> {
        let compiled = compile(linker.engine(), bytes.to_owned(), limits)
            .and_then(|component| Loaded::link(linker, &component).map_err(Uncompiled::Wrong));
        let element = element.to_owned();
        Err(match compiled {
            Ok(loaded) => return Ok(loaded),
            Err(Uncompiled::Interrupted(stopped)) => return Err(stopped.into()),
            Err(Uncompiled::TooMuch(limit)) => {
                let message = format!("compiling it takes {}", limits.reached(limit));
                LoadError::Link { element, message }
            }
            // What inspection finds is what keeps a component from loading: it
            // reads all of the file, so only one that did not load is inspected.
            Err(Uncompiled::Wrong(error)) => match inspect(bytes) {
                Err(reason) => LoadError::Inspect { element, reason },
                Ok(_) => LoadError::Link { element, message: format!("{error:#}") },
            },
        }
        .into())
    }

    fn link(linker: &Linker<State>, component: &Component) -> wasmtime::Result<Loaded> {
        let pre = linker.instantiate_pre(component)?;
        let series = Series::of(component);
        let is_distribution = series.is_some_and(|series| series.is_distribution(component));
        let managers = is_distribution.then(|| ManagersIndices::new(&pre)).transpose()?;
        Ok(Loaded { element: ElementIndices::new(&pre)?, managers, pre })
    }

    /// Whether it manages packages and services.
    pub(super) fn is_distribution(&self) -> bool {
        self.managers.is_some()
    }

    /// A fresh instance to run a hook of.
    pub(super) async fn element(&self, store: &mut Store<State>) -> wasmtime::Result<Element> {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        self.element.load(store, &instance)
    }

    /// A fresh instance to manage packages and services with.
    pub(super) async fn managers(&self, store: &mut Store<State>) -> wasmtime::Result<Managers> {
        let indices = self.managers.as_ref();
        let indices = indices.ok_or_else(|| wasmtime::Error::msg("the component manages no packages"))?;
        let instance = self.pre.instantiate_async(&mut *store).await?;
        indices.load(store, &instance)
    }
}
