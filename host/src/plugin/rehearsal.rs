//! Stands in for the machine where hooks run without root: what an element asks
//! of it is written down, and answered as a script says.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use anyhow::Result;

use super::context::{BootLoader, Distribution, Firmware, HostDistribution, Identity, Lines, LoaderRequest};
use super::state::lock;
use crate::element::capability::Grant;
use crate::sys::process::quoted;
use crate::sys::root::Ledger;
use crate::sys::stop::Stop;

/// What answers an element.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Which system the image is.
    pub identity: Identity,
    /// Packages that are installed from the beginning.
    pub installed: Vec<String>,
    /// The ends of programs; one without an answer succeeds and prints nothing.
    pub commands: Vec<CommandAnswer>,
    /// Files of the network, by URL.
    pub files: Vec<(String, Vec<u8>)>,
    /// The directory whose files are those of the build host.
    pub host: PathBuf,
}

/// How programs end whose command line begins with some words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandAnswer {
    /// The beginning of the command line, as it is written down.
    pub run: String,
    /// The exit status.
    pub status: u8,
    /// What it prints.
    pub output: String,
    /// Whether there is no such program.
    pub missing: bool,
}

/// Something that an element asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Interface, function and arguments.
    pub text: String,
    /// Lines that belong to it.
    pub details: Vec<String>,
}

/// A capability that a hook tried to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// What it wished for.
    pub grant: Grant,
    /// The capabilities of its manifest that cover it; without one it is denied.
    pub declared: Vec<Grant>,
}

/// The stand-in, which remembers what was asked of it.
#[derive(Debug, Default)]
pub struct Rehearsal {
    answers: Answers,
    ledger: Arc<Ledger>,
    calls: Mutex<Vec<Call>>,
    wishes: Mutex<Vec<Wish>>,
    installed: Mutex<Vec<String>>,
}

impl Rehearsal {
    /// A stand-in with its answers.
    pub fn new(answers: Answers) -> Rehearsal {
        let installed = Mutex::new(answers.installed.clone());
        Rehearsal { answers, installed, ..Rehearsal::default() }
    }

    /// What the tree is said to be.
    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// Takes what was asked for since the last call.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut lock(&self.calls))
    }

    /// Takes the capabilities that were wished for since the last call.
    pub fn take_wishes(&self) -> Vec<Wish> {
        std::mem::take(&mut lock(&self.wishes))
    }

    /// Notes a capability that a hook wishes for.
    pub(super) fn wish(&self, wish: Wish) {
        lock(&self.wishes).push(wish);
    }

    /// Writes something down that was asked for.
    pub fn note(&self, text: String, details: Vec<String>) {
        lock(&self.calls).push(Call { text, details });
    }

    /// Writes a program down; gives its end as the script has it.
    pub(super) fn command(&self, place: &str, line: &str, details: Vec<String>) -> CommandAnswer {
        self.note(format!("command.{place} {line}"), details);
        let is_meant = |answer: &&CommandAnswer| {
            line.strip_prefix(&answer.run).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        self.answers.commands.iter().find(is_meant).cloned().unwrap_or_default()
    }

    /// Writes a file of the network down; gives its contents.
    pub(super) fn fetch(&self, url: &str, digest: Option<&String>) -> Result<Vec<u8>, String> {
        self.note(format!("fetch {url}"), digest.map(|hex| format!("digest {hex}")).into_iter().collect());
        let file = self.answers.files.iter().find(|(known, _)| known == url);
        file.map(|(_, contents)| contents.clone())
            .ok_or_else(|| format!("nothing stands in for {url}: name a file in [[fetches]] of case.toml"))
    }

    /// The file that stands in for one of the build host.
    pub(super) fn host_file(&self, path: &str) -> String {
        self.answers.host.join(path.trim_start_matches('/')).to_string_lossy().into_owned()
    }

    fn note_names(&self, function: &str, names: &[String]) {
        self.note(format!("{function} {}", names.join(" ")).trim_end().to_owned(), Vec::new());
    }
}

impl Distribution for Rehearsal {
    fn describe(&self) -> Result<Identity> {
        Ok(self.answers.identity.clone())
    }

    fn refresh(&self) -> Result<()> {
        self.note_names("packages.refresh", &[]);
        Ok(())
    }

    fn upgrade(&self) -> Result<()> {
        self.note_names("packages.upgrade", &[]);
        Ok(())
    }

    fn install(&self, packages: &[String]) -> Result<()> {
        self.note_names("packages.install", packages);
        lock(&self.installed).extend_from_slice(packages);
        Ok(())
    }

    fn remove(&self, packages: &[String]) -> Result<()> {
        self.note_names("packages.remove", packages);
        lock(&self.installed).retain(|package| !packages.contains(package));
        Ok(())
    }

    fn installed(&self, packages: &[String]) -> Result<Vec<bool>> {
        let installed = lock(&self.installed);
        Ok(packages.iter().map(|package| installed.contains(package)).collect())
    }

    fn enable(&self, services: &[String]) -> Result<()> {
        self.note_names("services.enable", services);
        Ok(())
    }

    fn disable(&self, services: &[String]) -> Result<()> {
        self.note_names("services.disable", services);
        Ok(())
    }
}

impl HostDistribution for Rehearsal {
    /// It runs no programs.
    fn called(self: Arc<Self>, _: Stop, _: Lines) -> Arc<dyn Distribution> {
        self
    }
}

impl BootLoader for Rehearsal {
    fn install(&self, request: &LoaderRequest) -> Result<()> {
        let firmware = match request.firmware {
            Firmware::Bios => "bios",
            Firmware::Efi => "efi",
        };
        let mut details = vec![format!("timeout {}", request.timeout)];
        details.extend(request.serial_console.as_ref().map(|console| format!("serial console {console}")));
        if !request.kernel_arguments.is_empty() {
            details.push(format!("kernel arguments {}", request.kernel_arguments.join(" ")));
        }
        self.note(format!("boot.install-loader {firmware}"), details);
        Ok(())
    }
}

/// A command line's word as people read it.
pub(super) fn word(text: &str) -> String {
    quoted(OsStr::new(text))
}

/// What is written down for a path of a kind: `image:/etc`.
pub(super) fn place_of(kind: &str, path: &str) -> String {
    format!("{kind}:/{}", path.trim_start_matches('/'))
}
