//! Where elements are looked for.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Parser;

use super::{Failure, caller};
use crate::element::Library;
use crate::element::hook_name::NameRule;
use crate::element::installed;

/// What the contract calls the directories of elements.
const ELEMENTS_PATH: &str = "ELEMENTS_PATH";

/// The argument that says so: the same for all commands that look for elements.
#[derive(Debug, Parser)]
pub(super) struct LibraryArgs {
    /// Directories of elements, separated by ':', that come before the built-in ones [env: ELEMENTS_PATH]
    #[arg(long, value_name = "DIRS", value_delimiter = ':')]
    elements_path: Vec<PathBuf>,
}

impl LibraryArgs {
    /// The library they describe.
    pub(super) fn library(&self) -> Result<Library, Failure> {
        let environment = caller::environment();
        library(&self.path_or(&environment, &[]), &environment)
    }

    /// The directories of the flag, else those given, else those of the variable.
    pub(super) fn path_or(&self, environment: &BTreeMap<String, String>, given: &[PathBuf]) -> Vec<PathBuf> {
        match (self.elements_path.as_slice(), given) {
            ([], []) => {
                let directories = caller::variable(environment, ELEMENTS_PATH).unwrap_or_default();
                directories.split(':').map(PathBuf::from).collect()
            }
            ([], given) => given.to_vec(),
            (flag, _) => flag.to_vec(),
        }
    }
}

/// The library of the elements path `path`, and of what the environment adds.
pub(crate) fn library(path: &[PathBuf], environment: &BTreeMap<String, String>) -> Result<Library, Failure> {
    let named = path.iter().filter(|entry| !entry.as_os_str().is_empty());
    let installed = installed::find(environment).map(|found| found.elements);
    let library = Library::new(named.cloned().collect())?.with_fallback(installed.into_iter().collect());
    match environment.get(NameRule::VARIABLE) {
        Some(pattern) if !pattern.is_empty() => {
            let wrong = |error| Failure::request(format!("{}: {error}", NameRule::VARIABLE));
            Ok(library.with_hook_names(NameRule::from_pattern(pattern).map_err(wrong)?))
        }
        _ => Ok(library),
    }
}
