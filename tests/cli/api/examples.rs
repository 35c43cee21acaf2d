//! Every public module of the Rust SDK shows how it is used. That the examples compile,
//! the SDK's own tests see to.

use std::fs;

use crate::slate::tests;

/// How an example begins that is compiled.
const EXAMPLES: [&str; 2] = ["```\nuse ", "```no_run\n"];

#[test]
fn every_module_of_the_rust_sdk_has_an_example() {
    let source = tests().join("../sdk/rust/src");
    let read = |name: &str| fs::read_to_string(source.join(name)).expect("reading the SDK");
    let library = read("lib.rs");
    let modules = library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let modules: Vec<&str> = modules.collect();
    assert!(modules.contains(&"rootfs"), "{modules:?}");
    for module in modules {
        let text = read(&format!("{module}.rs")).replace("/// ", "").replace("//! ", "");
        let has_one = EXAMPLES.iter().any(|begin| text.contains(begin));
        assert!(has_one, "sdk/rust/src/{module}.rs has no example");
    }
}
