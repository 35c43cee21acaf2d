//! Files that only look like components, and manifests that claim too much.

use std::ops::Range;

use blankslate::element::Library;
use blankslate::plan::{GrantOrigin, plan};
use blankslate::plugin::inspect;
use blankslate::spec::ImageSpec;
use blankslate_element_build::{CarriedFile, CarriedKind, embed_files, embed_manifest, pack_files};
use wasmparser::{Parser, Payload};

use crate::tooling::Scratch;
use crate::trial::{Trial, component};

const MANIFEST: &str = "name = 'log'\nversion = '0.1.0'\napi = '0.1'\nprovides = ['operating-system']\n";

/// What loading a self-contained file says, in which its own path reads FILE.
fn load(bytes: &[u8], manifest: &str) -> Result<(), String> {
    let trial = Trial::new().self_contained("log", bytes, manifest);
    let file = trial.join("log.wasm").display().to_string();
    trial.load().map(drop).map_err(|error| error.replace(&file, "FILE"))
}

#[test]
fn a_second_manifest_is_refused() {
    let once = embed_manifest(component("log").to_vec(), MANIFEST);
    assert_eq!(
        load(&once, MANIFEST).unwrap_err(),
        "FILE: carries 2 manifests (custom section 'blankslate:element-manifest')"
    );
}

/// What loading a component with these files inside says.
fn load_with(files: &[(&str, CarriedKind, u32, &str)]) -> String {
    let file = |&(path, kind, mode, content): &(&str, CarriedKind, u32, &str)| CarriedFile {
        path: path.to_owned(),
        kind,
        mode,
        content: content.into(),
    };
    let files = pack_files(&files.iter().map(file).collect::<Vec<_>>()).unwrap();
    // The manifest comes behind the files, where it may stand too.
    load(&embed_files(component("log").to_vec(), &files), MANIFEST).unwrap_err()
}

/// A component brings nothing that runs with the builder's rights.
#[test]
fn scripts_inside_a_component_are_refused() {
    use CarriedKind::{File, Missing};
    for path in ["install.d/10-x", "cleanup.d/10-x", "environment.d/10-x", "bin/x", "source-repository-x"] {
        assert_eq!(
            load_with(&[(path, File, 0o755, "#!/bin/sh\n")]),
            format!("FILE: section 'blankslate:element-files': '{path}' is nothing that a component carries")
        );
    }
    assert_eq!(
        load_with(&[("install.d/10-x", Missing, 0o755, "")]),
        "FILE: section 'blankslate:element-files': 'install.d/10-x' is in the element's folder alone; give the folder instead"
    );
}

#[test]
fn forged_files_inside_a_component_are_refused() {
    let load = |packed: &[u8]| load(&embed_files(component("log").to_vec(), packed), MANIFEST).unwrap_err();
    let table: [(&[u8], &str); 4] = [
        (b"", "not readable: unexpected end"),
        (b"\x01\x01\x04../x\0\0\0", "'../x' is not a path of plain names below the element"),
        (b"\x01\x01\x04/etc\0\0\0", "'/etc' is not a path of plain names below the element"),
        (
            b"\x01\x02\x08static/x\x01\0\x04/etc\x0astatic/x/y\0\0\0",
            "'static/x/y' lies below 'static/x', which is no directory",
        ),
    ];
    for (packed, message) in table {
        let error = load(packed);
        let expected = format!("FILE: section 'blankslate:element-files': {message}");
        assert!(error.starts_with(&expected), "{error}");
    }
    let twice = embed_files(embed_files(component("log").to_vec(), b"\x01\0"), b"\x01\0");
    assert_eq!(
        self::load(&twice, MANIFEST).unwrap_err(),
        "FILE: carries 2 sections 'blankslate:element-files'"
    );
}

/// `mke2fs -d` and its like copy files of the build host into the image.
#[test]
fn a_layout_inside_a_component_gives_mkfs_no_options() {
    let layout =
        "- local_loop: {name: d, mkfs: {name: root, type: ext4, opts: '-d /etc', mount: {mount_point: /}}}";
    assert_eq!(
        load_with(&[("block-device-default.yaml", CarriedKind::File, 0o644, layout)]),
        "FILE/block-device-default.yaml: a component carries no options for mkfs ('opts'): they could name files of the build host"
    );
}

#[test]
fn a_manifest_with_a_name_that_is_a_path_is_refused() {
    let error = load(component("log"), &MANIFEST.replace("'log'", "'../../log'")).unwrap_err();
    assert!(error.starts_with("FILE: name: '../../log' is not an element name"), "{error}");
}

/// The name of a built-in element brings none of its grants.
#[test]
fn a_manifest_that_claims_to_be_built_in_is_granted_nothing() {
    let scratch = Scratch::new();
    let manifest = MANIFEST.replace("'log'", "'debian'") + "capabilities.chroot = true\n";
    let file = scratch.join("debian.wasm");
    std::fs::write(&file, embed_manifest(component("log").to_vec(), &manifest)).unwrap();
    let elements = vec![file.to_str().unwrap().to_owned()];
    let plan = plan(ImageSpec { elements, ..ImageSpec::default() }, &Library::default()).unwrap();
    let origins: Vec<_> = plan.grants.iter().map(|grant| grant.origin).collect();
    assert_eq!(origins, [GrantOrigin::Denied]);
}

#[test]
fn files_that_are_cut_off_are_refused() {
    let whole = component("log");
    for end in (0..whole.len()).step_by(whole.len() / 200) {
        let error = inspect(&whole[..end]).unwrap_err().to_string();
        let known = ["not a WebAssembly component: ", "it does not export "];
        assert!(known.iter().any(|start| error.starts_with(start)), "{end}: {error}");
    }
}

/// Whatever a changed byte makes of a component, nobody panics over it.
#[test]
fn files_with_a_changed_byte_are_judged() {
    let whole = component("log").to_vec();
    for at in (0..whole.len()).step_by(whole.len() / 500) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        if let Err(error) = inspect(&bytes) {
            assert!(!error.to_string().is_empty());
        }
    }
}

/// Code that does not compile is found when the element is loaded, before any hook runs.
#[test]
fn code_that_is_not_valid_does_not_load() {
    let mut bytes = component("log").to_vec();
    let body = longest_function(&bytes);
    bytes[body.end - 40..body.end - 8].fill(0xff);
    let error = load(&bytes, MANIFEST).unwrap_err();
    assert!(error.starts_with("element 'log' does not load: "), "{error}");
}

/// Where the longest function of a component's modules stands.
fn longest_function(bytes: &[u8]) -> Range<usize> {
    let payloads = Parser::new(0).parse_all(bytes).map(Result::unwrap);
    let bodies = payloads.filter_map(|payload| match payload {
        Payload::CodeSectionEntry(body) => Some(body.range()),
        _ => None,
    });
    bodies.max_by_key(|range| range.end - range.start).unwrap()
}
