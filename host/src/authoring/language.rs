//! The languages that elements are written in.

use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// A language with an SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Rust.
    Rust,
    /// C.
    C,
    /// Python.
    Python,
    /// JavaScript.
    Js,
    /// Go.
    Go,
}

impl Language {
    /// Every language, in the order shown to people.
    pub const ALL: [Language; 5] =
        [Language::Rust, Language::C, Language::Python, Language::Js, Language::Go];

    /// The name, which is that of its folder in the SDK.
    pub fn as_str(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::C => "c",
            Language::Python => "python",
            Language::Js => "js",
            Language::Go => "go",
        }
    }

    /// What tells that a folder's element is written in it.
    fn sign(self) -> &'static str {
        match self {
            Language::Rust => "Cargo.toml",
            Language::C => "*.c",
            Language::Python => "*.py",
            Language::Js => "*.js",
            Language::Go => "*.go",
        }
    }

    fn is_told_by(self, file: &str) -> bool {
        let sign = self.sign();
        sign.strip_prefix('*').map_or(file == sign, |ending| file.ends_with(ending))
    }

    /// The language of the element in a folder.
    ///
    /// # Errors
    ///
    /// Fails where there is no source, or source in two languages.
    pub fn of(folder: &Path) -> Result<Language> {
        let context = || format!("listing {}", folder.display());
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).with_context(context)? {
            files.push(entry.with_context(context)?.file_name().to_string_lossy().into_owned());
        }
        let spoken = |language: &Language| files.iter().any(|file| language.is_told_by(file));
        let found: Vec<Language> = Language::ALL.into_iter().filter(spoken).collect();
        match found.as_slice() {
            [language] => Ok(*language),
            [] => {
                let signs = Language::ALL.map(Language::sign).join(", ");
                bail!("no source in {}: expected one of {signs}", folder.display())
            }
            [one, other, ..] => bail!(
                "source in two languages in {}: {} and {}; put what is not the element's own into a folder",
                folder.display(),
                one.sign(),
                other.sign()
            ),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = || Language::ALL.map(Language::as_str).join(", ");
        Language::ALL
            .into_iter()
            .find(|language| language.as_str() == name)
            .ok_or_else(|| format!("unknown language '{name}' (known: {})", known()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_told_by_its_source() {
        let table: [(&[&str], &str); 7] = [
            (&["Cargo.toml", "element.toml"], "rust"),
            (&["a.c", "b.c"], "c"),
            (&["hooks.py"], "python"),
            (&["hooks.js"], "js"),
            (&["go.mod", "hooks.go"], "go"),
            (&["element.toml"], "no source in F: expected one of Cargo.toml, *.c, *.py, *.js, *.go"),
            (
                &["a.c", "b.py"],
                "source in two languages in F: *.c and *.py; put what is not the element's own into a folder",
            ),
        ];
        for (files, expected) in table {
            let folder = tempfile::tempdir().unwrap();
            files.iter().for_each(|file| fs::write(folder.path().join(file), "").unwrap());
            let found = Language::of(folder.path());
            let found = found.map_or_else(|error| error.to_string(), |language| language.to_string());
            assert_eq!(found.replace(folder.path().to_str().unwrap(), "F"), expected);
        }
    }
}
