//! Why an element cannot be loaded.

use std::io;
use std::path::PathBuf;

use super::manifest::ManifestError;

/// An element, or a place to look for elements, that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ElementError {
    /// An entry of the elements path that is no directory.
    #[error("the elements path holds '{}', which is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// A path given as an element, with nothing there.
    #[error("there is no element at '{}'", .0.display())]
    NothingThere(PathBuf),
    /// A path given as an element that is neither a directory nor a component.
    #[error("'{}' is neither a directory nor a .wasm file", .0.display())]
    Neither(PathBuf),
    /// Reading failed.
    #[error("reading {}: {source}", path.display())]
    Read {
        /// What was read.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A manifest that cannot be used.
    #[error("{file}: {source}")]
    Manifest {
        /// The manifest, or the component that holds it.
        file: String,
        /// What is wrong with it.
        source: ManifestError,
    },
    /// A text file of an element that is not UTF-8.
    #[error("{0} is not UTF-8 text")]
    NotText(String),
    /// A manifest of one name in a directory of another.
    #[error("{file} says name = \"{manifest}\", but its directory is called '{directory}'")]
    NameMismatch {
        /// The manifest.
        file: String,
        /// The name it states.
        manifest: String,
        /// The directory's name.
        directory: String,
    },
    /// A manifest whose component is missing.
    #[error("{file} names the component '{component}', which is not beside it")]
    NoComponent {
        /// The manifest.
        file: String,
        /// The component's file name.
        component: String,
    },
    /// A `.wasm` file that is no component, or holds no manifest.
    #[error("{}: {problem}", path.display())]
    Binary {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

impl ElementError {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            ElementError::NotADirectory(_) => {
                "correct --elements-path or ELEMENTS_PATH; its entries are separated by ':'".to_owned()
            }
            ElementError::Manifest { source: ManifestError::ApiVersion { .. }, .. } => {
                "rebuild the element against this version, or use a slate that runs the element's".to_owned()
            }
            ElementError::NoComponent { component, .. } => {
                format!("compile it with `slate element build`, or put the component there as {component}")
            }
            ElementError::Neither(path) | ElementError::NothingThere(path)
                if path.extension().is_some_and(|end| end == "toml") =>
            {
                ElementError::image_file(&path.display().to_string())
            }
            ElementError::NothingThere(_) => {
                "a name with '/' or ending in .wasm is a path; give a bare name to search for it".to_owned()
            }
            _ => return None,
        })
    }

    /// How an image file is given, which is no element.
    pub(crate) fn image_file(path: &str) -> String {
        format!("an image file is given with --file {path}")
    }
}
