//! Fails when an interface, a guest program or an element has no test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::trial::GUESTS;

/// Interfaces whose functions the guest program of another name calls or exports.
const ELSEWHERE: [(&str, &str); 2] = [("package-manager", "managers"), ("service-manager", "managers")];

fn names(folder: impl AsRef<Path>, extension: &str) -> BTreeSet<String> {
    let folder = folder.as_ref();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.unwrap().path());
    let named = paths.filter(|path| path.extension().unwrap_or_default() == extension);
    named.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

#[test]
fn every_interface_has_a_guest_program() {
    let guests = names(Path::new(GUESTS).join("examples"), "rs");
    // `types` has no functions, and `world` is no interface.
    let interfaces =
        names(repository().join("wit"), "wit").into_iter().filter(|name| name != "types" && name != "world");
    for interface in interfaces {
        let stand_in = ELSEWHERE.iter().find(|(name, _)| *name == interface);
        let guest = stand_in.map_or(interface.as_str(), |(_, guest)| guest);
        assert!(guests.contains(guest), "no guest program tests the interface {interface}");
    }
}

#[test]
fn every_guest_program_has_a_test_and_is_compiled() {
    let tests = names(repository().join("tests/components"), "rs");
    let main = include_str!("main.rs");
    let manifest = fs::read_to_string(Path::new(GUESTS).join("Cargo.toml")).unwrap();
    for guest in names(Path::new(GUESTS).join("examples"), "rs") {
        let module = guest.replace('-', "_");
        assert!(tests.contains(&module), "no tests/components/{module}.rs tests the guest program {guest}");
        assert!(main.contains(&format!("mod {module};")), "main.rs leaves {module} out");
        assert!(manifest.contains(&format!("name = \"{guest}\"")), "Cargo.toml leaves {guest} out");
    }
}

#[test]
fn every_attack_is_tried_and_is_compiled() {
    let mut tests = String::new();
    gather(&repository().join("tests/components/attacks"), &mut tests);
    let manifest = fs::read_to_string(Path::new(GUESTS).join("Cargo.toml")).unwrap();
    for attack in names(Path::new(GUESTS).join("attacks"), "rs") {
        assert!(tests.contains(&format!("\"{attack}\"")), "no test runs the guest program {attack}");
        assert!(manifest.contains(&format!("name = \"{attack}\"")), "Cargo.toml leaves {attack} out");
    }
}

#[test]
fn every_built_in_element_is_named_in_a_test() {
    let mut texts = String::new();
    gather(&repository().join("tests"), &mut texts);
    for folder in ["elements-wasm", "elements-shell"] {
        for entry in fs::read_dir(repository().join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_str().unwrap().to_owned();
            let is_element = entry.path().is_dir();
            assert!(!is_element || texts.contains(&name), "no test names the element {name}");
        }
    }
}

/// Adds the texts of all tests below a folder, golden files included.
fn gather(folder: &Path, texts: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, texts);
        } else {
            texts.push_str(&String::from_utf8_lossy(&fs::read(&path).unwrap()));
        }
    }
}
