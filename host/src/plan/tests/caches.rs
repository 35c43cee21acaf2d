//! Where the caches of elements lie.

use super::support::{Made, library};
use crate::element::Origin;
use crate::plan::caches::places;

const ONE: &str =
    "name = 'one'\nversion = '1'\napi = '0.1'\ncaches = [{ name = 'store', path = '/var/one' }]";
const TWO: &str =
    "name = 'two'\nversion = '1'\napi = '0.1'\ncaches = [{ name = 'store', path = '/var/two' }]";
const IDLE: &str = "name = 'idle'\nversion = '1'\napi = '0.1'";

const ELEMENTS: &[Made<'_>] = &[
    ("one", &[("element.toml", ONE), ("one.wasm", "")]),
    ("two", &[("element.toml", TWO), ("two.wasm", "")]),
    ("idle", &[("element.toml", IDLE), ("idle.wasm", "")]),
    ("shell", &[("install.d/10-x", "#!/bin/sh\n")]),
];

/// The directories of the caches of elements, of which some are foreign.
fn directories(names: &[&str], foreign: &[&str]) -> Vec<String> {
    let library = library(ELEMENTS);
    let mut elements: Vec<_> = names.iter().map(|name| library.find(name).unwrap().unwrap()).collect();
    for element in elements.iter_mut().filter(|element| foreign.contains(&element.name.as_str())) {
        element.origin = Origin::Directory(element.name.clone().into());
    }
    places(&elements).iter().map(|cache| cache.directory.display().to_string()).collect()
}

#[test]
fn built_in_elements_share_and_others_have_their_own() {
    assert_eq!(directories(&["one", "two"], &[]), ["caches/_builtin/store", "caches/_builtin/store"]);
    assert_eq!(directories(&["one"], &["one"]), ["caches/one/store"]);
    assert_eq!(directories(&["one", "shell"], &["one", "shell"]), ["caches/one/store"]);
}

#[test]
fn what_other_foreign_components_can_write_into_is_kept_for_builds_that_have_them() {
    let with_idle = directories(&["one", "idle"], &["idle"]);
    assert!(with_idle[0].starts_with("caches/_builtin/store,"), "{with_idle:?}");
    let with_two = directories(&["one", "two"], &["two"]);
    assert_eq!(with_two[1], "caches/two/store");
    let all = [
        directories(&["one", "idle"], &["one", "idle"]).remove(0),
        directories(&["one", "two"], &["one", "two"]).remove(0),
        directories(&["one", "two", "idle"], &["one", "two", "idle"]).remove(0),
    ];
    assert!(all.iter().all(|directory| directory.starts_with("caches/one/store,")), "{all:?}");
    assert!(all[0] != all[1] && all[1] != all[2] && all[0] != all[2], "{all:?}");
    assert_eq!(directories(&["idle", "two", "one"], &["one", "two", "idle"])[1], all[2]);
}
