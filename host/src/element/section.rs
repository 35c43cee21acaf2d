//! Finds the manifest, and the element's files, inside a self-contained component.

use blankslate_element_build::{FILES_SECTION, MANIFEST_SECTION};
use wasmparser::{Encoding, Parser, Payload};

use crate::bound;

/// What every WebAssembly file starts with.
const MAGIC: &[u8] = b"\0asm";

/// What a self-contained component carries, as the sections hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sections<'a> {
    /// The text of the manifest.
    pub manifest: &'a str,
    /// The element's files, packed; absent if it carries none.
    pub files: Option<&'a [u8]>,
}

/// The text of the manifest. One at the component's own level counts; the core
/// modules inside are looked at only where there is none.
///
/// # Errors
///
/// Fails with the reason, for people, if there is not one manifest.
pub fn manifest(bytes: &[u8]) -> Result<String, String> {
    Ok(sections(bytes)?.manifest.to_owned())
}

/// The sections with manifest and files, each looked for as [`manifest`] says.
///
/// # Errors
///
/// Fails with the reason, for people, if there is not one manifest, or if there
/// are several sections with files.
pub fn sections(bytes: &[u8]) -> Result<Sections<'_>, String> {
    let found = Found::in_component(bytes)?;
    let text = match found.of(MANIFEST_SECTION).as_slice() {
        [text] => *text,
        [] => return Err(format!("carries no manifest (custom section '{MANIFEST_SECTION}')")),
        several => {
            return Err(format!("carries {} manifests (custom section '{MANIFEST_SECTION}')", several.len()));
        }
    };
    if text.len() as u64 > bound::TEXT.most {
        return Err(format!("section '{MANIFEST_SECTION}' is {}", bound::TEXT));
    }
    let not_text = |_| format!("section '{MANIFEST_SECTION}' is not UTF-8 text");
    let manifest = std::str::from_utf8(text).map_err(not_text)?;
    match found.of(FILES_SECTION).as_slice() {
        [] => Ok(Sections { manifest, files: None }),
        [files] => Ok(Sections { manifest, files: Some(files) }),
        several => Err(format!("carries {} sections '{FILES_SECTION}'", several.len())),
    }
}

/// The custom sections of ours: name, whether at the component's own level, content.
struct Found<'a>(Vec<(&'static str, bool, &'a [u8])>);

impl<'a> Found<'a> {
    fn in_component(bytes: &'a [u8]) -> Result<Self, String> {
        if !bytes.starts_with(MAGIC) {
            return Err("not a WebAssembly file".to_owned());
        }
        let mut found = Vec::new();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload.map_err(|error| format!("not a valid component: {}", error.message()))?;
            match payload {
                Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                    return Err("a core module, not a component".to_owned());
                }
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::CustomSection(section) => {
                    let known =
                        [MANIFEST_SECTION, FILES_SECTION].into_iter().find(|it| *it == section.name());
                    found.extend(known.map(|name| (name, depth == 0, section.data())));
                }
                _ => {}
            }
        }
        Ok(Found(found))
    }

    /// Those of a name at the component's own level; where there are none, those inside.
    fn of(&self, name: &str) -> Vec<&'a [u8]> {
        let at = |wanted: bool| {
            let of_name = self.0.iter().filter(move |(it, own, _)| *it == name && *own == wanted);
            of_name.map(|(_, _, data)| *data).collect::<Vec<_>>()
        };
        let own = at(true);
        if own.is_empty() { at(false) } else { own }
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
        named(MANIFEST_SECTION, text)
    }

    fn named(name: &str, text: &[u8]) -> Vec<u8> {
        let name = name.as_bytes();
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
    #[test]
    fn files_are_one_section() {
        let files = |several: &[&[u8]]| {
            let mut bytes = [COMPONENT, &custom(b"text")].concat();
            several.iter().for_each(|text| bytes.extend(named(FILES_SECTION, text)));
            sections(&bytes).map(|it| it.files.map(<[u8]>::to_vec))
        };
        assert_eq!(files(&[]), Ok(None));
        assert_eq!(files(&[b"a"]), Ok(Some(b"a".to_vec())));
        assert_eq!(files(&[b"a", b"b"]), Err("carries 2 sections 'blankslate:element-files'".to_owned()));
    }
}
