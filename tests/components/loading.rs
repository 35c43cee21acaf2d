//! Components that load, and components that do not.

use std::fs;

use blankslate::authoring::check::{Severity, check};
use blankslate::plugin::{InspectError, inspect};

use crate::tooling::Scratch;
use crate::trial::{Trial, component};

/// A component in which a text is replaced by one of the same length.
fn patched(guest: &str, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = component(guest).to_vec();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from.as_bytes()) {
        at += found;
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

const MANIFEST: &str = "
name = 'log'
version = '0.1.0'
api = '0.1'
provides = ['operating-system']

[[hooks]]
phase = 'install'
order = 50
name = 'lines'
";

#[test]
fn a_single_file_is_an_element() {
    let trial = Trial::new().self_contained("log", component("log"), MANIFEST).start();
    trial.succeed("log", "lines");
}

#[test]
fn a_component_tells_what_it_uses() {
    let info = inspect(component("boot")).unwrap();
    assert_eq!(info.api.as_deref(), Some("0.1.0"));
    assert_eq!(
        info.imports["boot"],
        ["add-kernel-arguments", "kernel-arguments", "load-modules", "install-loader"]
    );
    assert!(!info.imports.contains_key("command") && !info.is_distribution());
    assert!(inspect(component("managers")).unwrap().is_distribution());
}

#[test]
fn another_version_is_named_beside_our_own() {
    let bytes = patched("log", "@0.1.0", "@0.9.0");
    assert_eq!(inspect(&bytes), Err(InspectError::Version { found: "0.9.0".to_owned() }));
    let error = Trial::new().self_contained("log", &bytes, MANIFEST).load().err().unwrap();
    assert_eq!(
        error,
        "element 'log' does not load: built for version 0.9.0 of blankslate:element, which this slate does not know (it knows 0.1.0); build the element anew with the SDK of this slate, or use a newer slate"
    );
}

#[test]
fn an_unknown_import_is_named() {
    let bytes = patched("log", "blankslate:element/log", "somebody:else/socketry");
    let error = Trial::new().self_contained("log", &bytes, MANIFEST).load().err().unwrap();
    assert!(error.contains("it imports somebody:else/socketry@0.1.0, which slate does not offer"), "{error}");
}

#[test]
fn what_the_host_lacks_of_what_it_knows_is_named() {
    for (guest, from, to, expected) in [
        ("boot", "load-modules", "loax-modules", "boot.loax-modules"),
        ("boot", "blankslate:element/boot@", "blankslate:element/boat@", "blankslate:element/boat"),
        ("log", "wasi:cli/exit@", "wasi:cli/exio@", "wasi:cli/exio@0.2."),
        ("log", "wasi:cli/exit@0.2", "wasi:cli/exit@0.3", "wasi:cli/exit@0.3."),
    ] {
        match inspect(&patched(guest, from, to)) {
            Err(InspectError::UnknownImport(name)) => assert!(name.starts_with(expected), "{name}"),
            other => panic!("{guest} with {to}: {other:?}"),
        }
    }
}

/// The errors that are found in a folder with a component and this manifest.
fn errors(guest: &str, bytes: &[u8], capabilities: &str) -> Vec<(&'static str, String)> {
    let scratch = Scratch::new();
    let folder = scratch.make_dir(guest);
    let manifest = format!("name = '{guest}'\nversion = '0.1.0'\napi = '0.1'\n{capabilities}");
    fs::write(folder.join("element.toml"), manifest).unwrap();
    fs::write(folder.join(format!("{guest}.wasm")), bytes).unwrap();
    let errors = check(&folder).into_iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| (finding.code, finding.message)).collect()
}

#[test]
fn a_capability_that_is_used_and_not_declared_is_found() {
    assert_eq!(
        errors("command", component("command"), ""),
        [(
            "undeclared-capability",
            "the component uses command.run, for which element.toml asks for no capability".to_owned()
        )]
    );
    assert_eq!(errors("command", component("command"), "capabilities.chroot = true"), []);
}

#[test]
fn a_component_that_will_not_load_is_found() {
    assert_eq!(
        errors("boot", &patched("boot", "load-modules", "loax-modules"), "capabilities.block-device = true"),
        [(
            "component",
            "it imports boot.loax-modules, which slate does not offer (it offers blankslate:element@0.1.0 and WASI 0.2)"
                .to_owned()
        )]
    );
}

#[test]
fn what_is_cut_off_does_not_load() {
    let whole = component("log");
    let error = inspect(&whole[..whole.len() / 2]).unwrap_err();
    assert!(error.to_string().starts_with("not a WebAssembly component: "), "{error}");
}
