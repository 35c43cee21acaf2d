//! The series of the element API that have been released, and how the components
//! of each are bound.
//!
//! A released world loads for ever: an entry is never taken away. What a series
//! adds it has in its `wit/`, marked `@since`, and its components are bound as
//! before. One that breaks gets a directory of WIT of its own, bindings made of
//! it, and an entry here; the bindings of the older one stay, convert what they
//! are asked, and hand it to the newest.

use wasmtime::component::{Component, Linker};

use super::interfaces;
use super::state::State;

/// A series, and what its components have in common.
pub(super) struct Series {
    /// Adds what its components import.
    add_to_linker: fn(&mut Linker<State>) -> wasmtime::Result<()>,
    /// What every element exports.
    lifecycle: &'static str,
    /// What a distribution exports besides.
    package_manager: &'static str,
}

/// All of them, oldest first.
pub(super) static SERIES: [Series; 1] = [Series {
    add_to_linker: interfaces::add_to_linker,
    lifecycle: "blankslate:element/lifecycle@0.1.0",
    package_manager: "blankslate:element/package-manager@0.1.0",
}];

impl Series {
    /// The series that a component is of; absent if it exports the hooks of none.
    pub(super) fn of(component: &Component) -> Option<&'static Series> {
        SERIES.iter().find(|series| exports(component, series.lifecycle))
    }

    /// Whether a component of the series manages packages and services.
    pub(super) fn is_distribution(&self, component: &Component) -> bool {
        exports(component, self.package_manager)
    }
}

/// Adds the interfaces of every series.
pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    SERIES.iter().try_for_each(|series| (series.add_to_linker)(linker))
}

fn exports(component: &Component, interface: &str) -> bool {
    component.get_export_index(None, interface).is_some()
}

#[cfg(test)]
mod tests {
    use super::SERIES;
    use crate::element::manifest::API_VERSIONS;

    #[test]
    fn every_series_of_manifests_is_bound() {
        assert_eq!(SERIES.len(), API_VERSIONS.len());
        for (series, name) in SERIES.iter().zip(API_VERSIONS) {
            for export in [series.lifecycle, series.package_manager] {
                assert!(export.contains(&format!("@{name}.")), "{export}");
            }
        }
    }
}
