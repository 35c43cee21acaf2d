//! `host-files`: granted files of the build host.

use std::fs;
use std::io::{self, Read};

use crate::element::capability::Grant;
use crate::plugin::bindings::wit::host_files::{Entry, Error, Host};
use crate::plugin::permission::expand_home;
use crate::plugin::state::State;

impl Host for State {
    fn read(&mut self, path: String) -> Result<Vec<u8>, Error> {
        let path = self.host_file(&path).map_err(refused)?;
        let file = fs::File::open(path).map_err(io_error)?;
        if !file.metadata().map_err(io_error)?.is_file() {
            return Err(Error::Invalid("not a regular file".to_owned()));
        }
        let limit = self.limits().answer;
        let mut contents = Vec::new();
        file.take(limit + 1).read_to_end(&mut contents).map_err(io_error)?;
        if contents.len() as u64 > limit { Err(Error::TooLarge(limit)) } else { Ok(contents) }
    }

    fn list(&mut self, path: String) -> Result<Vec<Entry>, Error> {
        let path = self.host_file(&path).map_err(refused)?;
        let mut entries = Vec::new();
        for item in fs::read_dir(path).map_err(io_error)?.take(self.limits().entries) {
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
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Denied(text) => Error::Denied(text),
        Refusal::Invalid(text) => Error::Invalid(text),
    }
}

impl State {
    /// A granted path of the build host.
    pub(super) fn host_file(&self, path: &str) -> Result<String, Refusal> {
        let home = self.shared.setting.home.as_ref().and_then(|home| home.to_str());
        let full = home.map_or_else(|| path.to_owned(), |home| expand_home(path, home));
        if !full.starts_with('/') || full.split('/').any(|part| part == "..") || full.contains('\0') {
            let text = format!("'{path}' is not a path from / or ~/ without '..'");
            return Err(Refusal::Invalid(text));
        }
        self.facts.permissions.check(&Grant::HostFile(full.clone())).map_err(Refusal::Denied)?;
        Ok(match &self.context.rehearsal {
            Some(rehearsal) => rehearsal.host_file(&full),
            None => full,
        })
    }
}

fn io_error(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => Error::NotFound,
        _ => Error::Other(error.to_string()),
    }
}
