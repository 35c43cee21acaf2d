//! Components that load, and components that do not.

use std::fs;

use blankslate::authoring::check::{Severity, check};
use blankslate::element::Library;
use blankslate::plugin::{InspectError, inspect};

use crate::tooling::Scratch;
use crate::trial::{self, Trial, component};

/// A guest program in which a text is replaced by one of the same length.
fn patched(guest: &str, from: &str, to: &str) -> Vec<u8> {
    trial::patched(component(guest), from.as_bytes(), to.as_bytes())
}

/// How messages end about what the host lacks.
const OFFER: &str = "which slate does not offer (it offers blankslate:element@0.1.0 and WASI 0.2); build it without that, or use a slate that offers it";

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
    assert_eq!(
        error,
        format!("element 'log' does not load: it imports somebody:else/socketry@0.1.0, {OFFER}")
    );
}

#[test]
fn what_the_host_lacks_of_what_it_knows_is_named() {
    let version = wasi_version("wasi:cli/exit@");
    for (guest, from, to, expected) in [
        ("boot", "load-modules", "loax-modules", "loax-modules of blankslate:element/boot".to_owned()),
        (
            "boot",
            "blankslate:element/boot@",
            "blankslate:element/boat@",
            "blankslate:element/boat".to_owned(),
        ),
        ("log", "wasi:cli/exit@", "wasi:cli/exio@", format!("wasi:cli/exio@{version}")),
        (
            "log",
            "get-environment",
            "get-enviromnent",
            format!("get-enviromnent of wasi:cli/environment@{version}"),
        ),
        (
            "log",
            "[method]output-stream.check-write",
            "[method]output-stream.cheek-write",
            format!("output-stream.cheek-write of wasi:io/streams@{version}"),
        ),
    ] {
        let bytes = patched(guest, from, to);
        assert_eq!(inspect(&bytes), Err(InspectError::UnknownImport(expected.clone())), "{guest} with {to}");
        let manifest = MANIFEST.replace("'log'", &format!("'{guest}'"));
        let error = Trial::new().self_contained(guest, &bytes, &manifest).load().err().unwrap();
        assert_eq!(error, format!("element '{guest}' does not load: it imports {expected}, {OFFER}"));
    }
    let newer = patched("log", "wasi:cli/exit@0.2", "wasi:cli/exit@0.3");
    assert!(inspect(&newer).unwrap_err().to_string().starts_with("it imports wasi:cli/exit@0.3."));
}

/// The version of an interface that the guests import.
fn wasi_version(interface: &str) -> String {
    let text = String::from_utf8_lossy(component("log"));
    let at = text.find(interface).expect("the interface") + interface.len();
    text[at..].chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect()
}

/// A component with one core module whose function should return a number.
const INVALID: &[u8] =
    b"\0asm\x0d\0\x01\0\x01\x19\0asm\x01\0\0\0\x01\x05\x01\x60\0\x01\x7f\x03\x02\x01\0\x0a\x04\x01\x02\0\x0b";

#[test]
fn code_that_is_not_valid_is_told_with_its_place() {
    let error = Trial::new().self_contained("log", INVALID, MANIFEST).load().err().unwrap();
    assert_eq!(
        error,
        "element 'log' does not load: not a WebAssembly component: type mismatch: expected i32 but nothing on stack (at offset 0x22); build it anew, with `slate element build` or its own toolchain"
    );
}

/// The errors that are found in a folder with a component and this manifest.
fn errors(guest: &str, bytes: &[u8], capabilities: &str) -> Vec<(&'static str, String)> {
    let scratch = Scratch::new();
    let folder = scratch.make_dir(guest);
    let manifest = format!("name = '{guest}'\nversion = '0.1.0'\napi = '0.1'\n{capabilities}");
    fs::write(folder.join("element.toml"), manifest).unwrap();
    fs::write(folder.join(format!("{guest}.wasm")), bytes).unwrap();
    let errors = check(&folder, &Library::default(), None)
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error);
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
        [("component", format!("it imports loax-modules of blankslate:element/boot, {OFFER}"))]
    );
}

#[test]
fn what_is_cut_off_does_not_load() {
    let whole = component("log");
    let error = inspect(&whole[..whole.len() / 2]).unwrap_err();
    let error = error.to_string();
    assert!(error.starts_with("not a WebAssembly component: unexpected end"), "{error}");
}
