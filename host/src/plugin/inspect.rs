//! What a component says about itself, without running it.

mod known;
mod wasi;

use std::collections::BTreeMap;

use wasmparser::{Validator, WasmFeatures};
use wit_component::DecodedWasm;
use wit_parser::{Resolve, WorldId, WorldItem, WorldKey};

use crate::element::manifest::api;

/// The newest release of the element API, which this host is made for.
pub const API_VERSION: &str = api::RELEASES[api::RELEASES.len() - 1];

/// The element API's package, without its version.
const PACKAGE: &str = "blankslate:element";

/// Namespaces of interfaces that every guest may import.
const STANDARD: &str = "wasi:";

/// What a component imports and exports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComponentInfo {
    /// Version of the element API that it was built for; absent if it neither
    /// imports nor exports any of it.
    pub api: Option<String>,
    /// The functions it imports, by interface: `rootfs`, `wasi:io/streams@0.2.6`.
    pub imports: BTreeMap<String, Vec<String>>,
    /// The functions it exports, by interface.
    pub exports: BTreeMap<String, Vec<String>>,
}

/// Why bytes are no component for this host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// It cannot be decoded.
    #[error(
        "not a WebAssembly component: {0}; build it anew, with `slate element build` or its own toolchain"
    )]
    Malformed(String),
    /// It was built for another version of the API.
    #[error(
        "built for version {found} of {PACKAGE}, which this slate does not know (it knows {}); build the element anew with the SDK of this slate, or use a newer slate",
        api::RELEASES.join(", ")
    )]
    Version {
        /// The version it was built for.
        found: String,
    },
    /// It imports what the host does not have.
    #[error(
        "it imports {0}, which slate does not offer (it offers {PACKAGE}@{API_VERSION} and WASI 0.2); build it without that, or use a slate that offers it"
    )]
    UnknownImport(String),
    /// It does not export what every element does.
    #[error(
        "it does not export {PACKAGE}/lifecycle@{API_VERSION}, which runs its hooks: use the SDK's register! macro, or the world 'element'"
    )]
    NoLifecycle,
}

impl ComponentInfo {
    /// Whether it exports an interface of the element API.
    pub fn exports(&self, interface: &str) -> bool {
        self.exports.contains_key(interface)
    }

    /// Whether it manages packages and services of an operating system.
    pub fn is_distribution(&self) -> bool {
        self.exports("package-manager") && self.exports("service-manager")
    }
}

/// Reads what a component imports and exports, and checks that this host knows
/// all of it.
///
/// # Errors
///
/// Fails for what is no component, and for one of another API version.
pub fn inspect(bytes: &[u8]) -> Result<ComponentInfo, InspectError> {
    let malformed = |error: anyhow::Error| InspectError::Malformed(format!("{error:#}"));
    // Decoding believes the counts that a file gives, and takes memory for them.
    let valid = Validator::new_with_features(WasmFeatures::all()).validate_all(bytes);
    valid.map_err(|error| InspectError::Malformed(error.to_string()))?;
    let (resolve, world) = match wit_component::decode(bytes).map_err(malformed)? {
        DecodedWasm::Component(resolve, world) => (resolve, world),
        DecodedWasm::WitPackage(..) => {
            return Err(InspectError::Malformed("it holds WIT and no code".to_owned()));
        }
    };
    let mut info = ComponentInfo::default();
    read(&resolve, world, &mut info)?;
    if !info.exports("lifecycle") {
        return Err(InspectError::NoLifecycle);
    }
    Ok(info)
}

fn read(resolve: &Resolve, world: WorldId, info: &mut ComponentInfo) -> Result<(), InspectError> {
    let world = &resolve.worlds[world];
    for (key, item) in &world.imports {
        if let Some((name, functions)) = interface(resolve, key, item, info)? {
            if let Some(missing) = known::missing(&name, &functions) {
                return Err(InspectError::UnknownImport(missing));
            }
            info.imports.insert(name, functions);
        }
    }
    for (key, item) in &world.exports {
        match interface(resolve, key, item, info) {
            Ok(Some((name, functions))) => drop(info.exports.insert(name, functions)),
            // What the toolchains of other languages export for themselves is nobody's business.
            Ok(None) | Err(InspectError::UnknownImport(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// An imported or exported interface by its short name, with its functions.
fn interface(
    resolve: &Resolve,
    key: &WorldKey,
    item: &WorldItem,
    info: &mut ComponentInfo,
) -> Result<Option<(String, Vec<String>)>, InspectError> {
    let name = resolve.name_world_key(key);
    let WorldItem::Interface { id, .. } = item else {
        return if matches!(item, WorldItem::Type { .. }) {
            Ok(None)
        } else {
            Err(InspectError::UnknownImport(name))
        };
    };
    let functions = resolve.interfaces[*id].functions.keys().cloned().collect();
    if name.starts_with(STANDARD) {
        return Ok(Some((name, functions)));
    }
    let own = name.strip_prefix(PACKAGE).and_then(|rest| rest.strip_prefix('/')?.split_once('@'));
    let Some((short, version)) = own else { return Err(InspectError::UnknownImport(name)) };
    if api::series_of(version).is_none() {
        return Err(InspectError::Version { found: version.to_owned() });
    }
    info.api = Some(version.to_owned());
    Ok(Some((short.to_owned(), functions)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_component_is_told() {
        for bytes in [&b""[..], b"#!/bin/sh\n", b"\0asm\x0d\0\x01\0\xff"] {
            let error = inspect(bytes).unwrap_err();
            assert!(matches!(error, InspectError::Malformed(_)), "{error}");
        }
        assert_eq!(inspect(b"\0asm\x0d\0\x01\0"), Err(InspectError::NoLifecycle));
    }
}
