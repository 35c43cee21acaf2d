//! Makes the folder of a new element out of a template.
//!
//! What all languages have is in `sdk/template`, the rest in the language's
//! own folder. The word `hello` in them is the element's name. Rust's compiler
//! wants the SDK as a crate at a path: it is put into the element's folder. The
//! others' SDKs come from `slate` when the element is compiled.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::kit;
use super::language::Language;
use crate::element::builtin::BuiltinFile;

/// The element's name in the templates.
const PLACEHOLDER: &str = "hello";

/// The folder of an element in Rust that holds the SDK.
const SDK: &str = "sdk";

/// Why no element was made. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The folder's name cannot be an element's.
    #[error("'{0}' cannot be the name of an element: small letters, digits and '-', a letter first")]
    Name(String),
    /// Something is there.
    #[error("{0} exists already")]
    Exists(String),
    /// There is no folder to make it in.
    #[error("there is no folder {0} to make the element in")]
    NoFolder(String),
    /// The folder cannot be written.
    #[error("making the element in {path}: {source}")]
    Io {
        /// The element's folder.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// Makes an element in a folder that does not exist yet and whose last name is
/// the element's. It appears there when it is complete.
///
/// # Errors
///
/// Fails for a bad name, where something exists, and if the folder cannot be written.
pub fn make(language: Language, folder: &Path) -> Result<(), TemplateError> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !is_name(name) {
        return Err(TemplateError::Name(name.to_owned()));
    }
    if folder.symlink_metadata().is_ok() {
        return Err(TemplateError::Exists(folder.display().to_string()));
    }
    let parent = parent(folder);
    if !parent.is_dir() {
        return Err(TemplateError::NoFolder(parent.display().to_string()));
    }
    fill(language, name, folder)
        .map_err(|source| TemplateError::Io { path: folder.display().to_string(), source })
}

fn parent(folder: &Path) -> &Path {
    folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn fill(language: Language, name: &str, folder: &Path) -> io::Result<()> {
    let draft = tempfile::Builder::new().prefix(".slate-new-").tempdir_in(parent(folder));
    // The error would name the temporary folder.
    let draft = draft.map_err(|error| io::Error::from(error.kind()))?;
    for (path, file) in files(language) {
        let to = draft.path().join(&path);
        if path.starts_with(&format!("{SDK}/")) {
            kit::write(&to, file)?;
        } else {
            let text = String::from_utf8_lossy(file.bytes).replace(PLACEHOLDER, name);
            kit::write_bytes(&to, text.as_bytes())?;
        }
    }
    fs::set_permissions(draft.path(), Permissions::from_mode(0o755))?;
    fs::rename(draft.path(), folder)?;
    let _ = draft.keep();
    Ok(())
}

/// The files of an element in a language, by their paths in its folder.
fn files(language: Language) -> Vec<(String, &'static BuiltinFile)> {
    let own = format!("sdk/{language}/template");
    let templates = ["sdk/template", own.as_str()];
    let mut files: Vec<_> = templates
        .into_iter()
        .flat_map(|folder| kit::below(folder).collect::<Vec<_>>())
        .map(|(path, file)| (path.to_owned(), file))
        .collect();
    if language == Language::Rust {
        let sdk = kit::below("sdk/rust").filter(|(path, _)| !path.starts_with("template/"));
        files.extend(sdk.map(|(path, file)| (format!("{SDK}/{path}"), file)));
    }
    files
}

fn is_name(name: &str) -> bool {
    let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Manifest;

    #[test]
    fn every_language_gets_a_complete_folder() {
        let scratch = tempfile::tempdir().unwrap();
        for language in Language::ALL {
            let folder = scratch.path().join(format!("my-{language}"));
            make(language, &folder).unwrap();
            let text = fs::read_to_string(folder.join("element.toml")).unwrap();
            assert_eq!(Manifest::parse(&text).unwrap().name, format!("my-{language}"));
            assert_eq!(Language::of(&folder).unwrap(), language);
            for path in ["README.md", "tests/default/expected.txt", "tests/given/case.toml"] {
                assert!(folder.join(path).is_file(), "{language} lacks {path}");
            }
            assert_eq!(folder.join("sdk/wit/world.wit").exists(), language == Language::Rust);
            assert!(!folder.join("sdk/template").exists());
        }
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), Language::ALL.len());
    }

    #[test]
    fn nothing_is_overwritten_and_names_are_checked() {
        let scratch = tempfile::tempdir().unwrap();
        fs::create_dir(scratch.path().join("there")).unwrap();
        for (name, message) in [
            ("there", "there exists already"),
            ("My", "'My' cannot be the name of an element: small letters, digits and '-', a letter first"),
            ("9a", "'9a' cannot be the name of an element: small letters, digits and '-', a letter first"),
        ] {
            let error = make(Language::C, &scratch.path().join(name)).unwrap_err().to_string();
            assert!(error.ends_with(message), "{error}");
        }
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }
}
