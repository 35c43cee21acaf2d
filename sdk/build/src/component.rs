//! From core modules to self-contained components.

use anyhow::Result;
use wasm_encoder::{CustomSection, Encode, Section};
use wit_component::ComponentEncoder;

/// Name of the custom section that holds an element's manifest.
pub const MANIFEST_SECTION: &str = "blankslate:element-manifest";

/// The eight bytes that a core module begins with.
const MODULE_HEADER: &[u8] = b"\0asm\x01\0\0\0";

/// Makes a component of a core module that `wit-bindgen` prepared. What is a
/// component already stays as it is.
pub(crate) fn componentize(module: Vec<u8>) -> Result<Vec<u8>> {
    if !module.starts_with(MODULE_HEADER) {
        return Ok(module);
    }
    ComponentEncoder::default().validate(true).module(&module)?.encode()
}

/// Appends an element's manifest to its component.
#[must_use]
pub fn embed_manifest(mut component: Vec<u8>, manifest: &str) -> Vec<u8> {
    let section = CustomSection { name: MANIFEST_SECTION.into(), data: manifest.as_bytes().into() };
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
