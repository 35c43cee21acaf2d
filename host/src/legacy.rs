//! diskimage-builder's commands, as names of the one binary.
//!
//! | name | module |
//! | --- | --- |
//! | `disk-image-create`, `ramdisk-image-create` | [`create`], with [`options`], [`request`], [`outputs`], `components` and `elevate` |
//! | `diskimage-builder` | [`batch`], with [`definition`] |
//! | `element-info` | [`element_info`] |

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

pub mod batch;
mod components;
pub mod create;
pub mod definition;
pub mod element_info;
mod elevate;
pub mod getopt;
pub mod options;
pub mod outputs;
pub mod request;

/// The version whose commands and elements these are.
pub const VERSION: &str = "3.43.0";

/// The two commands that make images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creator {
    /// `disk-image-create`.
    Disk,
    /// `ramdisk-image-create`: adds the ramdisk element; the elements write the results.
    Ramdisk,
}

impl Creator {
    /// The command's name.
    pub fn name(self) -> &'static str {
        match self {
            Creator::Disk => "disk-image-create",
            Creator::Ramdisk => "ramdisk-image-create",
        }
    }
}

/// The old commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Create(Creator),
    Batch,
    ElementInfo,
}

/// A call of an old command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    command: Command,
    arguments: Vec<String>,
    /// Which process waits for this one, as it was said.
    waiting: Option<String>,
}

impl Call {
    /// The call that a command line is, its first word included: either the
    /// program goes by an old name, or the name is the first argument.
    pub fn of(words: impl IntoIterator<Item = OsString>) -> Option<Call> {
        let mut words = words.into_iter().map(|word| word.to_string_lossy().into_owned());
        let program = words.next()?;
        let name = Path::new(&program).file_name()?.to_str()?;
        if let Some(command) = command_for(name) {
            return Some(Call { command, arguments: words.collect(), waiting: None });
        }
        let mut first = words.next()?;
        let mut waiting = None;
        if first == elevate::FOR {
            waiting = Some(words.next()?);
            first = words.next()?;
        }
        Some(Call { command: command_for(&first)?, arguments: words.collect(), waiting })
    }

    /// Runs it.
    pub fn run(self) -> ExitCode {
        match self.command {
            Command::Create(creator) => create::main(creator, self.arguments, self.waiting.as_deref()),
            Command::Batch => batch::main(self.arguments),
            Command::ElementInfo => element_info::main(self.arguments),
        }
    }
}

fn command_for(name: &str) -> Option<Command> {
    match name {
        "disk-image-create" => Some(Command::Create(Creator::Disk)),
        "ramdisk-image-create" => Some(Command::Create(Creator::Ramdisk)),
        "diskimage-builder" => Some(Command::Batch),
        "element-info" => Some(Command::ElementInfo),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_known_by_its_name() {
        let cases = [
            ("/usr/bin/disk-image-create -x vm", Some((Command::Create(Creator::Disk), "-x vm"))),
            ("slate ramdisk-image-create vm", Some((Command::Create(Creator::Ramdisk), "vm"))),
            ("diskimage-builder a.yaml", Some((Command::Batch, "a.yaml"))),
            ("element-info", Some((Command::ElementInfo, ""))),
            ("slate build disk-image-create", None),
            ("slate", None),
        ];
        for (line, expected) in cases {
            let call = Call::of(line.split(' ').map(OsString::from));
            let found = call.map(|call| (call.command, call.arguments.join(" ")));
            assert_eq!(found, expected.map(|(command, rest)| (command, rest.to_owned())), "{line}");
        }
    }

    #[test]
    fn links_are_made_of_every_command() {
        for name in crate::cli::OLD_COMMANDS {
            assert!(command_for(name).is_some(), "{name}");
        }
    }
}
