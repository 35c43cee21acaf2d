//! `host-files`: granted files of the build host.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::element::capability::{Grant, expand_home};
use crate::plugin::bindings::wit::host_files::{Entry, Error, Host};
use crate::plugin::limits::Limit;
use crate::plugin::state::State;
use crate::sys::regular;

impl Host for State {
    fn read(&mut self, path: String) -> Result<Vec<u8>, Error> {
        let path = self.host_file(&path)?;
        let read = regular::read(&path, self.limits().get(Limit::Answer));
        read.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => Error::Invalid(error.to_string()),
            io::ErrorKind::FileTooLarge => self.too_much(Limit::Answer),
            _ => io_error(error),
        })
    }

    fn list(&mut self, path: String) -> Result<Vec<Entry>, Error> {
        let path = self.host_file(&path)?;
        let mut entries = Vec::new();
        for item in fs::read_dir(path).map_err(io_error)? {
            if entries.len() >= self.limits().size(Limit::Entries) {
                return Err(self.too_much(Limit::Entries));
            }
            let item = item.map_err(io_error)?;
            if let Ok(name) = item.file_name().into_string() {
                entries.push(Entry { name, directory: item.path().is_dir() });
            }
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }
}

/// Why a path of the build host is not handed out.
pub(super) enum Refusal {
    Denied(String),
    Invalid(String),
    Io(io::Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied(text) => Error::Denied(text),
            Refusal::Invalid(text) => Error::Invalid(text),
            Refusal::Io(error) => io_error(error),
        }
    }
}

impl State {
    /// Where a granted path of the build host leads, which is granted too.
    pub(super) fn host_file(&self, path: &str) -> Result<PathBuf, Refusal> {
        let home = self.shared.setting.home.as_ref().and_then(|home| home.to_str());
        let full = home.map_or_else(|| path.to_owned(), |home| expand_home(path, home));
        if !full.starts_with('/') || full.split('/').any(|part| part == "..") || full.contains('\0') {
            let text = format!("'{path}' is not a path from / or ~/ without '..'");
            return Err(Refusal::Invalid(text));
        }
        self.require(&Grant::HostFile(full.clone())).map_err(Refusal::Denied)?;
        if let Some(rehearsal) = &self.context.rehearsal {
            return Ok(rehearsal.host_file(&full).into());
        }
        let real = fs::canonicalize(&full).map_err(Refusal::Io)?;
        let denied = |text| Refusal::Denied(format!("{path} leads to {}: {text}", real.display()));
        self.facts.permissions.check_real(&real).map_err(denied)?;
        Ok(real)
    }

    fn too_much(&self, limit: Limit) -> Error {
        Error::TooLarge(self.limits().reached(limit).to_string())
    }
}

fn io_error(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => Error::NotFound,
        _ => Error::Other(error.to_string()),
    }
}
