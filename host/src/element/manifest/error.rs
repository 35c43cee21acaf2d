//! What can be wrong with a manifest.

use super::api::known_beside;

/// A manifest that cannot be used. The message names the key; the loader adds the file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not TOML, or a key that is missing, unknown or of the wrong type.
    #[error("line {line}: {problem}")]
    Syntax {
        /// Where, counted from one.
        line: usize,
        /// What, in the parser's words.
        problem: String,
    },
    /// A key whose value is not allowed.
    #[error("{key}: {problem}")]
    Key {
        /// Path of the key, `hooks[1].order`.
        key: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// Built for an element API that this host does not have.
    #[error(
        "element '{element}' was built for version {built_for} of the element API, and this slate runs version {}",
        known_beside(built_for)
    )]
    ApiVersion {
        /// The element.
        element: String,
        /// What its manifest says.
        built_for: String,
    },
}

impl ManifestError {
    pub(super) fn key(key: impl Into<String>, problem: impl Into<String>) -> Self {
        ManifestError::Key { key: key.into(), problem: problem.into() }
    }
}
