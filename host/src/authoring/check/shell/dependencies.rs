//! Names of elements that an element needs.

use crate::authoring::check::Finding;
use crate::element::{Element, Library};
use crate::nearest::nearest;

/// Dependencies that neither are elements of the library nor are provided by any.
pub(super) fn findings(element: &Element, library: &Library) -> Vec<Finding> {
    let is_there = |name: &str| !matches!(library.find(name), Ok(None));
    let missing: Vec<&String> = element.dependencies.iter().filter(|name| !is_there(name)).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let known = library.names().unwrap_or_default();
    let provided: Vec<String> = known
        .iter()
        .filter_map(|name| library.find(name).ok().flatten())
        .flat_map(|found| found.provides)
        .collect();
    let missing = missing.into_iter().filter(|name| !provided.contains(name));
    missing.map(|name| unknown(name, &known, library)).collect()
}

fn unknown(name: &str, known: &[String], library: &Library) -> Finding {
    let message = format!("it depends on '{name}', which is no element of {}", library.places());
    let alike = nearest(name, known.iter().map(String::as_str));
    let hint = match alike.as_slice() {
        [] => "say with --elements-path or ELEMENTS_PATH where it is".to_owned(),
        alike => format!("is {} meant? if not, say with --elements-path where it is", alike.join(" or ")),
    };
    Finding::warning("unknown-dependency", message).hint(hint)
}
