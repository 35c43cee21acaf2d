//! Hostile elements: each is contained and reported, and leaves the host as it was.
//!
//! A guest program of `guests/attacks` tries one thing. A test asserts the
//! exact words of the refusal, and that what lies outside of the tree has not
//! changed by a byte.

mod boot;
mod bytes;
mod caches;
mod compiling;
mod grants;
mod interrupts;
mod limits;
mod paths;
mod planted;
mod steps;
mod trees;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::trial::{Loaded, Trial};

/// What must not change: kind, mode, owner, links, times and contents by path.
type Outside = BTreeMap<String, (u32, u32, u64, i64, Vec<u8>)>;

/// Everything of a trial that is not in its tree and not meant for guests.
fn outside(trial: &Loaded) -> Outside {
    let mut all = Outside::new();
    for entry in fs::read_dir(trial.beside("")).unwrap() {
        let entry = entry.unwrap();
        if !["tree", "scratch", "downloads"].contains(&entry.file_name().to_str().unwrap()) {
            note(&entry.path(), &mut all);
        }
    }
    all
}

fn note(path: &Path, all: &mut Outside) {
    let stat = fs::symlink_metadata(path).unwrap();
    let contents = match (stat.is_file(), stat.is_symlink()) {
        (true, _) => fs::read(path).unwrap(),
        (_, true) => fs::read_link(path).unwrap().into_os_string().into_encoded_bytes(),
        _ => Vec::new(),
    };
    let facts = (stat.mode(), stat.uid(), stat.nlink(), stat.mtime_nsec() ^ stat.mtime(), contents);
    all.insert(path.display().to_string(), facts);
    if stat.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| note(&entry.unwrap().path(), all));
    }
}

/// Runs the hooks of an attack one by one: each must be refused in these words.
#[track_caller]
fn refused(trial: &Loaded, element: &str, refusals: &[(&str, &str)]) {
    let before = outside(trial);
    for (hook, expected) in refusals {
        assert_eq!(trial.returned(element, hook), *expected, "{element} {hook}");
        assert_eq!(outside(trial), before, "{element} {hook}");
    }
}

/// A trial of an attack without any grants, with a parameter that names the secret outside.
fn ungranted(element: &str, hooks: &[&str]) -> Loaded {
    let trial = Trial::new();
    let secret = trial.join("secret").display().to_string();
    let manifest = "parameters.outside = { type = 'string', default = '' }";
    trial.element(element, hooks, manifest).set(&format!("{element}.outside"), &secret).start()
}
