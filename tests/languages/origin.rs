//! Components are the same and tell nothing of the machine, wherever they were compiled.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::element::{LANGUAGES, conformance, kept, slate, template, tests};
use crate::tooling::{Scratch, seed::succeed};

/// The languages whose components are the same bytes each time. The toolchains of Python
/// and JavaScript keep the memory of an interpreter that has already started, which is
/// not twice the same.
const REPRODUCIBLE: [&str; 3] = ["c", "go", "rust"];

#[test]
fn one_source_gives_one_component() {
    let scratch = Scratch::new();
    for language in REPRODUCIBLE {
        let one = template(language);
        let other = scratch.make_dir(&format!("{language} in/another place/hello"));
        succeed(Command::new("cp").arg("-a").arg(one.join(".")).arg(&other));
        fs::remove_file(other.join("hello.wasm")).expect("removing the copy of the component");
        slate(&[&"element", &"build", &other]);
        let read = |folder: &Path| fs::read(folder.join("hello.wasm")).expect("reading a component");
        assert!(read(&one) == read(&other), "{language}: the components of {one:?} and {other:?} differ");
    }
}

#[test]
fn no_component_says_where_it_was_compiled() {
    let repository = tests().join("../..").canonicalize().expect("the repository");
    let toolchains = PathBuf::from("blankslate/toolchains");
    for language in LANGUAGES {
        for component in [conformance(language), template(language).join("hello.wasm")] {
            let bytes = fs::read(&component).expect("reading a component");
            for place in [&kept(), &repository, &toolchains, &std::env::temp_dir().join(".tmp")] {
                let place = place.as_os_str().as_encoded_bytes();
                let found = bytes.windows(place.len()).position(|window| window == place);
                let told = found.map(|at| String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 200)]));
                assert_eq!(told, None, "{}", component.display());
            }
        }
    }
}
