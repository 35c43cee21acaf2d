//! Finds elements by name or path.
//!
//! 1. Elements given by path: `./mine`, `mine.wasm`.
//! 2. The entries of the elements path, in order.
//! 3. The elements that `slate` carries inside.
//! 4. Fallback directories: those of an installed diskimage-builder.
//!
//! The first match wins. An element is read when it is asked for, not before.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf, absolute};

use super::builtin::{BUILTIN, BuiltinElement};
use super::hook_name::NameRule;
use super::{Element, ElementError, Origin, load};

/// Where elements are looked for.
#[derive(Clone, Debug)]
pub struct Library {
    /// Directories of elements, as the caller gave them.
    path: Vec<PathBuf>,
    builtin: &'static [BuiltinElement],
    /// Directories of elements that come after the built-in ones.
    fallback: Vec<PathBuf>,
    rule: NameRule,
}

impl Default for Library {
    fn default() -> Self {
        Library { path: Vec::new(), builtin: BUILTIN, fallback: Vec::new(), rule: NameRule::default() }
    }
}

impl Library {
    /// A library of the directories in `path`, then of the built-in elements.
    ///
    /// # Errors
    ///
    /// Fails if an entry is not a directory.
    pub fn new(path: Vec<PathBuf>) -> Result<Library, ElementError> {
        if let Some(entry) = path.iter().find(|entry| !entry.is_dir()) {
            return Err(ElementError::NotADirectory(entry.clone()));
        }
        Ok(Library { path, ..Library::default() })
    }

    /// The same with another rule for the names of hooks (`RUN_PARTS_REGEX`).
    pub fn with_hook_names(self, rule: NameRule) -> Library {
        Library { rule, ..self }
    }

    /// The same with other elements in place of the built-in ones.
    pub fn with_builtin(self, builtin: &'static [BuiltinElement]) -> Library {
        Library { builtin, ..self }
    }

    /// The same with directories that are searched after the built-in elements.
    pub fn with_fallback(self, fallback: Vec<PathBuf>) -> Library {
        Library { fallback, ..self }
    }

    /// The same with what lies beside the element at a path, searched last.
    #[must_use]
    pub fn beside(mut self, path: &Path) -> Library {
        let real = fs::canonicalize(path).ok();
        self.fallback.extend(real.and_then(|real| Some(real.parent()?.to_owned())));
        self
    }

    /// Whether a word on the command line is a path and not a name.
    pub fn is_path(word: &str) -> bool {
        word.contains('/') || word.ends_with(".wasm") || [".", ".."].contains(&word)
    }

    /// Loads the element at a path.
    ///
    /// # Errors
    ///
    /// Fails if there is nothing, or no element.
    pub fn open(&self, path: &Path) -> Result<Element, ElementError> {
        let nothing = |_| ElementError::NothingThere(path.to_owned());
        let metadata = fs::metadata(path).map_err(nothing)?;
        if metadata.is_dir() {
            let real = fs::canonicalize(path).map_err(nothing)?;
            let name = real.file_name().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| ElementError::Neither(path.to_owned()))?;
            return load::directory(name, &real, path, &self.rule);
        }
        if path.extension().is_some_and(|extension| extension == "wasm") {
            return load::wasm(path, &self.rule);
        }
        Err(ElementError::Neither(path.to_owned()))
    }

    /// Loads the element of a name: the first match wins.
    ///
    /// # Errors
    ///
    /// Fails if there is one and it cannot be read.
    pub fn find(&self, name: &str) -> Result<Option<Element>, ElementError> {
        if let Some(element) = self.find_in(&self.path, name)? {
            return Ok(Some(element));
        }
        if let Some(found) = self.builtin.iter().find(|element| element.name == name) {
            return load::files_of(name, Origin::Builtin, found.files(), &self.rule).map(Some);
        }
        self.find_in(&self.fallback, name)
    }

    fn find_in(&self, path: &[PathBuf], name: &str) -> Result<Option<Element>, ElementError> {
        for entry in path {
            let directory = entry.join(name);
            if directory.is_dir() {
                let real = absolute(&directory)
                    .map_err(|source| ElementError::Read { path: directory.clone(), source })?;
                return load::directory(name, &real, &directory, &self.rule).map(Some);
            }
            let component = entry.join(format!("{name}.wasm"));
            if component.is_file() {
                return named(load::wasm(&component, &self.rule)?, name, component).map(Some);
            }
        }
        Ok(None)
    }

    /// The path of an element of a name in the current directory, for those who
    /// mean it and give the name alone.
    pub fn here(&self, name: &str) -> Option<String> {
        let component = format!("{name}.wasm");
        if Path::new(&component).is_file() {
            return Some(format!("./{component}"));
        }
        let is_element = |path: &Path| {
            path.join("element.toml").is_file() || self.open(path).is_ok_and(|it| !it.hooks.is_empty())
        };
        let path = Path::new(name);
        (path.is_dir() && is_element(path)).then(|| format!("./{name}"))
    }

    /// The names of all elements, sorted.
    ///
    /// # Errors
    ///
    /// Fails if an entry of the path cannot be listed.
    pub fn names(&self) -> Result<Vec<String>, ElementError> {
        let mut names = BTreeSet::new();
        for entry in self.path.iter().chain(&self.fallback) {
            let read = |source| ElementError::Read { path: entry.clone(), source };
            for item in fs::read_dir(entry).map_err(read)? {
                let path = item.map_err(read)?.path();
                if let Some(name) = element_name(&path) {
                    names.insert(name);
                }
            }
        }
        names.extend(self.builtin.iter().map(|element| element.name.to_owned()));
        Ok(names.into_iter().collect())
    }

    /// Where [`Library::find`] looks, in words.
    pub fn places(&self) -> String {
        let mut places: Vec<String> = self.path.iter().map(|entry| entry.display().to_string()).collect();
        places.push("the built-in elements".to_owned());
        places.extend(self.fallback.iter().map(|entry| entry.display().to_string()));
        places.join(", ")
    }
}

/// A component that is searched for by its file's name must be called so itself.
fn named(element: Element, name: &str, path: PathBuf) -> Result<Element, ElementError> {
    if element.name == name {
        return Ok(element);
    }
    let problem = format!("its manifest says name = \"{}\"; rename the file", element.name);
    Err(ElementError::Binary { path, problem })
}

/// The name of the element at a path, if it looks like one.
fn element_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    if name.starts_with(['.', '_']) {
        return None;
    }
    if path.is_dir() {
        return Some(name.to_owned());
    }
    name.strip_suffix(".wasm").map(str::to_owned)
}
