//! The cases that stand beside built-in elements, against those elements as `slate` has them.
//!
//! `UPDATE_GOLDEN` writes what they expect anew, as for plans.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use blankslate::authoring::rehearsal::{Case, perform};
use blankslate::element::Library;
use blankslate::plugin::Limits;
use blankslate::report::Report;

use crate::slate::tests;

/// The folders of cases, each with its element's name.
fn folders() -> Vec<(String, PathBuf)> {
    let elements = fs::read_dir(tests().join("../elements-wasm")).expect("listing the elements");
    let paths = elements.map(|entry| entry.expect("listing the elements").path());
    let named = paths.filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path.join("tests"))));
    named.filter(|(_, cases)| cases.is_dir()).collect()
}

#[test]
fn elements_do_what_their_cases_expect() {
    let (cache, report) = (Path::new(env!("CARGO_TARGET_TMPDIR")), Report::silent());
    let mut names = Vec::new();
    for (name, folder) in folders() {
        let element = Library::default().find(&name).expect("an element").expect("a built-in element");
        for case in Case::all(&folder).expect("cases") {
            let found =
                perform(&element, &case, &Limits::default(), cache, &report).expect("a rehearsal").text;
            let path = case.expected();
            if env::var_os("UPDATE_GOLDEN").is_some() {
                fs::write(&path, &found).expect("writing what is expected");
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            assert!(expected == found, "{name}, case {}:\n{found}", case.name);
            names.push(format!("{name} {}", case.name));
        }
    }
    names.sort();
    assert_eq!(names, ["debian planted", "debian smaller-than-minbase", "debian without-mmdebstrap"]);
}
