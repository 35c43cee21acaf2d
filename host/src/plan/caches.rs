//! Decides where the caches of component elements lie.
//!
//! What a cache holds comes into images, so who can write into one must not
//! reach an image that has other elements:
//!
//! - a foreign element's caches lie below its own name, and only built-in
//!   elements share theirs;
//! - programs of the image run while a cache is bound, and those may be any
//!   element's work, so builds with other foreign components have other caches.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::PlannedCache;
use crate::element::manifest::CacheMount;
use crate::element::{Element, Origin};

/// Holds the caches of elements, below slate's own cache directory.
pub const DIRECTORY: &str = "caches";

/// Holds the caches of built-in elements. No element can be called so.
const BUILTIN: &str = "_builtin";

/// How many digits of a digest tell sets of elements apart.
const DIGITS: usize = 32;

/// The caches of all elements, in the elements' order.
pub(super) fn places(elements: &[Element]) -> Vec<PlannedCache> {
    let foreign = |element: &&Element| element.component.is_some() && element.origin != Origin::Builtin;
    let mut foreign: Vec<&str> =
        elements.iter().filter(foreign).map(|element| element.name.as_str()).collect();
    foreign.sort_unstable();
    let of_element =
        |element| mounts(element).map(|mount| planned(element, mount, &foreign)).collect::<Vec<_>>();
    elements.iter().flat_map(of_element).collect()
}

fn mounts(element: &Element) -> impl Iterator<Item = &CacheMount> {
    element.component.iter().flat_map(|component| &component.manifest.caches)
}

fn planned(element: &Element, mount: &CacheMount, foreign: &[&str]) -> PlannedCache {
    let owner = match element.origin {
        Origin::Builtin => BUILTIN,
        _ => &element.name,
    };
    let others: Vec<&str> = foreign.iter().copied().filter(|name| *name != element.name).collect();
    PlannedCache {
        element: element.name.clone(),
        name: mount.name.clone(),
        path: mount.path.clone(),
        directory: directory(owner, &mount.name, &others),
    }
}

/// `caches/<owner>/<name>`, and a digest of the other foreign components' names, if there are any.
fn directory(owner: &str, name: &str, others: &[&str]) -> PathBuf {
    let below = Path::new(DIRECTORY).join(owner);
    if others.is_empty() {
        return below.join(name);
    }
    let digest = format!("{:x}", Sha256::digest(others.join(",")));
    below.join(format!("{name},{}", &digest[..DIGITS]))
}
