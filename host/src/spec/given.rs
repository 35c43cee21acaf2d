//! Where a caller said something, for messages about it.

use std::path::PathBuf;

use crate::element::capability::Grant;

/// Something that a caller said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given<T> {
    /// What was said.
    pub what: T,
    /// Where.
    pub source: Source,
}

/// A place where callers say what they want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A flag of the command line.
    Flag,
    /// A variable of commands without the flag.
    Variable(&'static str),
    /// An image file.
    ImageFile(PathBuf),
    /// The `case.toml` of a rehearsal, which the message names before.
    Case,
}

impl<T> Given<T> {
    /// Something that a flag said.
    pub fn by_flag(what: T) -> Given<T> {
        Given { what, source: Source::Flag }
    }
}

impl Given<(String, String)> {
    /// The parameter, as the caller wrote it.
    pub(crate) fn shown(&self) -> String {
        let key = &self.what.0;
        match &self.source {
            Source::Flag => format!("--set {key}"),
            Source::Variable(name) => format!("{name}: {key}"),
            Source::ImageFile(path) => format!("{}: parameters.{key}", path.display()),
            Source::Case => format!("parameters.{}", key.rsplit_once('.').map_or(key.as_str(), |it| it.1)),
        }
    }

    /// What its value is from.
    pub(crate) fn origin(&self) -> String {
        match &self.source {
            Source::Flag => "--set".to_owned(),
            Source::Variable(name) => (*name).to_owned(),
            Source::ImageFile(path) => path.display().to_string(),
            Source::Case => "[parameters]".to_owned(),
        }
    }
}

impl Given<(String, Grant)> {
    /// The grant, as the caller wrote it.
    pub(crate) fn shown(&self) -> String {
        let (element, grant) = &self.what;
        match &self.source {
            Source::ImageFile(path) => format!("{}: grants.{element}: {grant}", path.display()),
            Source::Variable(name) => format!("{name}: {element}:{grant}"),
            Source::Flag | Source::Case => format!("--grant {element}:{grant}"),
        }
    }
}
