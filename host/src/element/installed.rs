//! Finds the elements of an installed diskimage-builder: those of the Python
//! package `diskimage_builder`, without running Python.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Directories below `lib/python3.x` that hold packages.
const PACKAGE_DIRECTORIES: [&str; 2] = ["site-packages", "dist-packages"];

/// A Python installation that has diskimage-builder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The package's elements.
    pub elements: PathBuf,
    /// The interpreter that can import it, if there is one beside it.
    pub python: Option<PathBuf>,
}

/// Looks where a shell of this environment would find it: in the active
/// virtual environment, beside the interpreter of `DIB_PYTHON_EXEC`, beside
/// every directory of `PATH`, in the user's own packages, in the system's.
pub fn find(environment: &BTreeMap<String, String>) -> Option<Installed> {
    prefixes(environment).into_iter().find_map(|prefix| in_prefix(&prefix))
}

fn prefixes(environment: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let get = |name: &str| environment.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let beside = |directory: &Path| directory.parent().map(Path::to_owned);
    let mut prefixes: Vec<PathBuf> = get("VIRTUAL_ENV").map(PathBuf::from).into_iter().collect();
    prefixes.extend(get("DIB_PYTHON_EXEC").and_then(|python| beside(Path::new(python).parent()?)));
    let path = get("PATH").unwrap_or_default();
    prefixes.extend(path.split(':').filter_map(|directory| beside(Path::new(directory))));
    prefixes.extend(get("HOME").map(|home| Path::new(home).join(".local")));
    prefixes.extend(["/usr/local", "/usr"].map(PathBuf::from));
    prefixes
}

fn in_prefix(prefix: &Path) -> Option<Installed> {
    let lib = prefix.join("lib");
    let mut versions: Vec<PathBuf> = fs::read_dir(&lib)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python3")))
        .collect();
    versions.sort();
    let candidates = versions.iter().rev().flat_map(|version| {
        PACKAGE_DIRECTORIES.map(|packages| version.join(packages).join("diskimage_builder/elements"))
    });
    let elements = candidates.into_iter().find(|path| path.is_dir())?;
    let python = prefix.join("bin/python3");
    Some(Installed { elements, python: python.exists().then_some(python) })
}

/// What stands before the name of an element that is to be the installed one.
const PREFIX: &str = "dib:";

/// `dib:NAME` with nothing installed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is an element of diskimage-builder's Python package, which is not installed here")]
pub struct NotInstalled(pub String);

impl NotInstalled {
    /// What to do about it.
    pub const HINT: &str = "install it with pip install diskimage-builder and activate its virtual environment, \
                            or name the directory of its elements with ELEMENTS_PATH";
}

/// Replaces `dib:NAME` by the path of the installed element of that name.
///
/// # Errors
///
/// Fails if there is such a word and no installed diskimage-builder.
pub fn expand(
    words: Vec<String>,
    environment: &BTreeMap<String, String>,
) -> Result<Vec<String>, NotInstalled> {
    let expanded = words.into_iter().map(|word| match word.strip_prefix(PREFIX) {
        None => Ok(word),
        Some(name) => match find(environment) {
            Some(installed) => Ok(installed.elements.join(name).to_string_lossy().into_owned()),
            None => Err(NotInstalled(word)),
        },
    });
    expanded.collect()
}

/// The shell library beside the elements of the package to which an element belongs.
pub fn library_of(element: &Path) -> Option<PathBuf> {
    let elements = element.ancestors().find(|path| path.ends_with("diskimage_builder/elements"))?;
    let library = elements.with_file_name("lib");
    library.is_dir().then_some(library)
}

/// Whether an interpreter's installation has the package.
pub fn has_package(python: &Path) -> bool {
    python.parent().and_then(Path::parent).is_some_and(|prefix| in_prefix(prefix).is_some())
}

/// The interpreter that can import the package to which an element belongs.
pub fn python_of(element: &Path) -> Option<PathBuf> {
    let package = element.ancestors().find(|path| path.ends_with("diskimage_builder/elements"))?;
    let prefix = package.ancestors().nth(5)?;
    let python = prefix.join("bin/python3");
    python.exists().then_some(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_environment_comes_first() {
        let venv = tempfile::tempdir().unwrap();
        let elements = venv.path().join("lib/python3.11/site-packages/diskimage_builder/elements");
        fs::create_dir_all(&elements).unwrap();
        fs::create_dir(venv.path().join("bin")).unwrap();
        fs::write(venv.path().join("bin/python3"), "").unwrap();
        let expected = Installed { elements, python: Some(venv.path().join("bin/python3")) };

        let root = venv.path().display().to_string();
        for (name, value) in [
            ("VIRTUAL_ENV", root.clone()),
            ("PATH", format!("/nowhere/bin:{root}/bin")),
            ("DIB_PYTHON_EXEC", format!("{root}/bin/python")),
        ] {
            let environment = BTreeMap::from([(name.to_owned(), value)]);
            assert_eq!(find(&environment), Some(expected.clone()), "{name}");
        }
        let debian = expected.elements.join("debian");
        assert_eq!(python_of(&debian), expected.python);
        assert!(has_package(&expected.python.unwrap()));
        assert_eq!(library_of(&debian), None);
        let environment = BTreeMap::from([("VIRTUAL_ENV".to_owned(), root)]);
        let words = ["dib:debian", "vm"].map(str::to_owned).to_vec();
        let path = debian.to_string_lossy().into_owned();
        assert_eq!(expand(words, &environment), Ok(vec![path, "vm".to_owned()]));
    }
}
