//! Finds the manifest inside a self-contained component.

use blankslate_element_build::MANIFEST_SECTION as SECTION;
use wasmparser::{Encoding, Parser, Payload};

/// What every WebAssembly file starts with.
const MAGIC: &[u8] = b"\0asm";

/// The text of the manifest. One at the component's own level counts; the core
/// modules inside are looked at only where there is none.
///
/// # Errors
///
/// Fails with the reason, for people, if there is not one manifest.
pub fn manifest(bytes: &[u8]) -> Result<String, String> {
    if !bytes.starts_with(MAGIC) {
        return Err("not a WebAssembly file".to_owned());
    }
    let (mut outer, mut inner) = (Vec::new(), Vec::new());
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(|error| format!("not a valid component: {}", error.message()))?;
        match payload {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err("a core module, not a component".to_owned());
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if section.name() == SECTION => {
                if depth == 0 { &mut outer } else { &mut inner }.push(section.data());
            }
            _ => {}
        }
    }
    let found = if outer.is_empty() { inner } else { outer };
    match found.as_slice() {
        [text] => {
            String::from_utf8(text.to_vec()).map_err(|_| format!("section '{SECTION}' is not UTF-8 text"))
        }
        [] => Err(format!("carries no manifest (custom section '{SECTION}')")),
        several => Err(format!("carries {} manifests (custom section '{SECTION}')", several.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    const MODULE: &[u8] = b"\0asm\x01\0\0\0";

    fn section(id: u8, body: &[u8]) -> Vec<u8> {
        let length = u8::try_from(body.len()).unwrap();
        assert!(length < 0x80, "one byte of LEB128");
        [&[id, length], body].concat()
    }

    fn custom(text: &[u8]) -> Vec<u8> {
        let name = SECTION.as_bytes();
        section(0, &[&[u8::try_from(name.len()).unwrap()], name, text].concat())
    }

    #[test]
    fn finds_the_section_at_either_level() {
        let nested = section(1, &[MODULE, &custom(b"inner")].concat());
        let table: [(&[Vec<u8>], Result<&str, &str>); 7] = [
            (&[COMPONENT.to_vec(), custom(b"text")], Ok("text")),
            (&[COMPONENT.to_vec(), nested.clone()], Ok("inner")),
            (&[COMPONENT.to_vec(), nested, custom(b"text")], Ok("text")),
            (
                &[COMPONENT.to_vec()],
                Err("carries no manifest (custom section 'blankslate:element-manifest')"),
            ),
            (
                &[COMPONENT.to_vec(), custom(b"a"), custom(b"b")],
                Err("carries 2 manifests (custom section 'blankslate:element-manifest')"),
            ),
            (
                &[COMPONENT.to_vec(), custom(b"\xff")],
                Err("section 'blankslate:element-manifest' is not UTF-8 text"),
            ),
            (&[MODULE.to_vec(), custom(b"text")], Err("a core module, not a component")),
        ];
        for (index, (parts, expected)) in table.into_iter().enumerate() {
            let found = manifest(&parts.concat());
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "case {index}");
        }
        assert_eq!(manifest(b"#!/bin/sh\n").unwrap_err(), "not a WebAssembly file");
        let cut = manifest(&COMPONENT[..6]).unwrap_err();
        assert!(cut.starts_with("not a valid component: "), "{cut}");
    }
}
