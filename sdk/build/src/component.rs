//! From core modules to self-contained components.

use std::path::Path;

use anyhow::{Context, Result};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasm_encoder::{CustomSection, Encode, Section};
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::files::FILES_SECTION;

/// Name of the custom section that holds an element's manifest.
pub const MANIFEST_SECTION: &str = "blankslate:element-manifest";

/// How the name of the section begins that says which world a module implements.
const WORLD_SECTION: &str = "component-type";

/// The eight bytes that a core module begins with.
const MODULE_HEADER: &[u8] = b"\0asm\x01\0\0\0";

/// Says in a core module which world it implements, for the languages whose
/// bindings cannot: Go. What says it already, or is a component, stays as it is.
///
/// # Errors
///
/// Fails if the directory has no WIT package with such a world, or the bytes
/// are no module.
pub fn embed_world(mut module: Vec<u8>, wit: &Path, world: &str) -> Result<Vec<u8>> {
    if !module.starts_with(MODULE_HEADER) || names_world(&module)? {
        return Ok(module);
    }
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).with_context(|| format!("parsing {}", wit.display()))?;
    let world = resolve.select_world(&[package], Some(world))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    Ok(module)
}

fn names_world(module: &[u8]) -> Result<bool> {
    for payload in Parser::new(0).parse_all(module) {
        if matches!(payload?, Payload::CustomSection(section) if section.name().starts_with(WORLD_SECTION)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes a component of a core module that `wit-bindgen` or [`embed_world`]
/// prepared. A module for WASI's first version gets its adapter. What is a
/// component already stays as it is.
///
/// # Errors
///
/// Fails if the module implements no world, or imports what its world has not.
pub fn componentize(module: Vec<u8>) -> Result<Vec<u8>> {
    if !module.starts_with(MODULE_HEADER) {
        return Ok(module);
    }
    ComponentEncoder::default()
        .validate(true)
        .module(&module)?
        .adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)?
        .encode()
}

/// Appends an element's manifest to its component.
#[must_use]
pub fn embed_manifest(component: Vec<u8>, manifest: &str) -> Vec<u8> {
    append(component, MANIFEST_SECTION, manifest.as_bytes())
}

/// Appends an element's files, as [`pack_files`](crate::pack_files) packs them, to its component.
#[must_use]
pub fn embed_files(component: Vec<u8>, packed: &[u8]) -> Vec<u8> {
    append(component, FILES_SECTION, packed)
}

fn append(mut component: Vec<u8>, name: &str, data: &[u8]) -> Vec<u8> {
    let section = CustomSection { name: name.into(), data: data.into() };
    component.push(section.id());
    section.encode(&mut component);
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_appended_as_a_custom_section() {
        let component = embed_manifest(b"\0asm\x0d\0\x01\0".to_vec(), "name = 'x'");

        let name = MANIFEST_SECTION.len() as u8;
        let mut expected = b"\0asm\x0d\0\x01\0\0".to_vec();
        expected.extend([1 + name + 10, name]);
        expected.extend(MANIFEST_SECTION.as_bytes());
        expected.extend(b"name = 'x'");
        assert_eq!(component, expected);
    }
}
