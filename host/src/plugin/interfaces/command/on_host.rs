//! Programs of the build host.
//!
//! They run as root outside of the image. Which one starts, and which code it
//! loads, must not depend on what a guest says or put into the image: the name
//! is looked up for it, and of variables only those pass that say how a program
//! talks and which proxy it takes.

use super::{not_found, other};
use crate::plugin::bindings::wit::command::{Error, Place};
use crate::plugin::state::State;
use crate::sys::process::{Program, SYSTEM_PATH, find};

/// The variables of the build that reach programs of the build host.
const PASSED: [&str; 10] = [
    "SOURCE_DATE_EPOCH",
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "ARCH",
];

/// The variables that guests can set besides.
const SETTABLE: [&str; 4] = ["DEBIAN_FRONTEND", "INITRD", "LANG", "LC_ALL"];

impl State {
    pub(super) fn on_host(
        &self,
        program: &str,
        directory: Option<&str>,
        environment: &[(String, String)],
    ) -> Result<Program, Error> {
        environment.iter().try_for_each(|(name, _)| check_variable(name))?;
        let scratch = self.shared.scratch(&self.facts.name).map_err(other)?;
        let directory = match directory {
            Some(path) => self.image_path(path)?,
            None => scratch,
        };
        let prepared = Program::new(program);
        let prepared = match self.context.rehearsal {
            Some(_) => prepared,
            None => prepared.file(find(program).ok_or_else(|| not_found(program, Place::Host))?),
        };
        let variables = self.context.variables.iter();
        let passed = variables.filter(|(name, _)| PASSED.contains(&name.as_str()));
        Ok(prepared
            .env_clear()
            .env("LC_ALL", "C")
            .envs(passed)
            .env("PATH", SYSTEM_PATH)
            .env("HOME", "/root")
            .cwd(directory))
    }
}

fn check_variable(name: &str) -> Result<(), Error> {
    if PASSED.contains(&name) || SETTABLE.contains(&name) {
        return Ok(());
    }
    let known: Vec<&str> = SETTABLE.into_iter().chain(PASSED).collect();
    Err(Error::Invalid(format!(
        "the variable {name} cannot be set for a program of the build host (those that can: {})",
        known.join(", ")
    )))
}
