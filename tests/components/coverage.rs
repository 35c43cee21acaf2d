//! Fails when an interface, a guest program or an element has no test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use blankslate::plugin::inspect;
use wit_parser::Resolve;

use crate::trial::{GUESTS, component};

/// What shows that a built-in element does what it says: a file below `tests`, and a test in it.
const SHOWN_BY: [(&str, &str, &str); 9] = [
    ("block-device-efi", "boot/loaders.rs", "a_gpt_disk_with_both_loaders_starts_by_bios_and_by_uefi"),
    (
        "block-device-gpt",
        "boot/loaders.rs",
        "a_gpt_disk_starts_by_bios_with_a_kernel_that_came_after_its_loader",
    ),
    ("block-device-mbr", "boot/boots.rs", "the_disk_has_one_bootable_partition"),
    ("debian", "boot/boots.rs", "the_machine_starts_without_a_failed_unit"),
    ("dhcp-all-interfaces", "boot/boots.rs", "an_ssh_key_from_the_metadata_logs_in"),
    ("local-config", "parity/local_config.rs", "root_gets_the_keys_and_apt_the_proxies"),
    ("mellanox", "parity/mellanox.rs", "debian"),
    ("serial-console", "boot/boots.rs", "the_serial_line_has_messages_and_a_login"),
    ("vm", "boot/boots.rs", "the_root_has_its_label_and_fills_a_larger_disk"),
];

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
fn every_function_of_an_interface_is_called_or_exported_by_a_guest_program() {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(repository().join("wit")).expect("the WIT package");
    for (interface, id) in &resolve.packages[package].interfaces {
        let functions = &resolve.interfaces[*id].functions;
        // `types` has none.
        if functions.is_empty() {
            continue;
        }
        let stand_in = ELSEWHERE.iter().find(|(name, _)| name == interface);
        let guest = stand_in.map_or(interface.as_str(), |(_, guest)| guest);
        let info = inspect(component(guest)).expect("a component");
        let used = [info.imports.get(interface), info.exports.get(interface)];
        let used: BTreeSet<&String> = used.into_iter().flatten().flatten().collect();
        let missing: Vec<&String> = functions.keys().filter(|function| !used.contains(function)).collect();
        assert!(missing.is_empty(), "the guest program {guest} leaves out {missing:?} of {interface}");
    }
}

#[test]
fn every_guest_program_has_a_test_and_is_compiled() {
    let folder = repository().join("tests/components");
    let tests = names(&folder, "rs");
    let main = include_str!("main.rs");
    let manifest = fs::read_to_string(Path::new(GUESTS).join("Cargo.toml")).unwrap();
    for guest in names(Path::new(GUESTS).join("examples"), "rs") {
        let module = guest.replace('-', "_");
        assert!(tests.contains(&module), "no tests/components/{module}.rs tests the guest program {guest}");
        let text = fs::read_to_string(folder.join(format!("{module}.rs"))).unwrap();
        let tests_it = text.contains("#[test]") && text.contains(&format!("\"{guest}\""));
        assert!(tests_it, "tests/components/{module}.rs has no test of the guest program \"{guest}\"");
        assert!(main.contains(&format!("mod {module};")), "main.rs leaves {module} out");
        assert!(manifest.contains(&format!("name = \"{guest}\"")), "Cargo.toml leaves {guest} out");
    }
}

#[test]
fn every_attack_is_tried_and_is_compiled() {
    let folder = repository().join("tests/components/attacks");
    let read = |name: &String| fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
    let tests: String = names(&folder, "rs").iter().map(read).collect();
    let manifest = fs::read_to_string(Path::new(GUESTS).join("Cargo.toml")).unwrap();
    for attack in names(Path::new(GUESTS).join("attacks"), "rs") {
        assert!(tests.contains(&format!("\"{attack}\"")), "no test runs the guest program {attack}");
        assert!(manifest.contains(&format!("name = \"{attack}\"")), "Cargo.toml leaves {attack} out");
    }
}

#[test]
fn every_built_in_element_has_a_test_of_what_it_does() {
    let mut elements = BTreeSet::new();
    for folder in ["elements-wasm", "elements-shell"] {
        for entry in fs::read_dir(repository().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            elements.extend(path.is_dir().then_some(name).filter(|name| name != "target"));
        }
    }
    let shown: BTreeSet<String> = SHOWN_BY.iter().map(|(element, ..)| (*element).to_owned()).collect();
    assert_eq!(shown, elements, "SHOWN_BY names a test of what each built-in element does");
    for (element, file, test) in SHOWN_BY {
        let text = fs::read_to_string(repository().join("tests").join(file)).unwrap_or_default();
        let defined = text.contains(&format!("fn {test}()")) || text.contains(&format!("(\"{test}\", "));
        assert!(defined, "there is no test {test} in tests/{file}, which is to show the element {element}");
    }
}
