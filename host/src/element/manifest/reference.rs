//! The reference for authors has every key.

use std::collections::BTreeSet;

use super::{Manifest, ManifestError};
use crate::element::Phase;

const REFERENCE: &str = include_str!("../../../../sdk/MANIFEST.md");

const HEAD: &str = "name = 'x'\nversion = '1'\napi = '0.1'\n";

/// The keys that the parser knows in a table, which it says of one that it does not.
fn keys(table: &str) -> Vec<String> {
    let text = format!("{HEAD}{}", table.replace("UNKNOWN", "unknown-key = 1"));
    let Err(ManifestError::Syntax { problem, .. }) = Manifest::parse(&text) else {
        panic!("an unknown key is taken: {text}");
    };
    let expected = problem.split_once("expected one of ").or_else(|| problem.split_once("expected "));
    let (_, expected) = expected.unwrap_or_else(|| panic!("no keys in: {problem}"));
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The keys that the reference describes under a heading, up to the next one.
fn described(heading: &str) -> BTreeSet<&'static str> {
    let start = REFERENCE.find(&format!("\n## {heading}")).unwrap_or_else(|| panic!("no heading {heading}"));
    let section = REFERENCE[start + 4..].split("\n## ").next().unwrap_or_default();
    section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect()
}

#[test]
fn every_key_is_described_and_no_other() {
    let table: [(&str, &[&str]); 5] = [
        ("The element", &["UNKNOWN"]),
        ("Hooks", &["[[hooks]]\nUNKNOWN"]),
        ("Parameters", &["[parameters.x]\nUNKNOWN"]),
        (
            "Capabilities",
            &["[capabilities]\nUNKNOWN", "[[capabilities.host-programs]]\nprogram = 'x'\nUNKNOWN"],
        ),
        ("Caches", &["[[caches]]\nUNKNOWN"]),
    ];
    for (heading, tables) in table {
        let known: BTreeSet<String> = tables.iter().flat_map(|table| keys(table)).collect();
        assert!(known.len() > 1, "{heading}: {known:?}");
        let described: BTreeSet<String> = described(heading).into_iter().map(str::to_owned).collect();
        assert_eq!(described, known, "{heading}");
    }
}

#[test]
fn its_example_is_a_manifest_and_every_phase_is_named() {
    let example = REFERENCE.split("```").nth(1).and_then(|block| block.strip_prefix("toml\n"));
    let manifest = Manifest::parse(example.expect("an example")).unwrap();
    assert_eq!(manifest.name, "greeter");
    for phase in Phase::ALL {
        assert!(REFERENCE.contains(&format!("`{phase}`")), "{phase}");
    }
}
