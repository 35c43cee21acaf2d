//! Files in the directories of phases that are no hooks: they never run, and
//! nothing fails for it.

use super::hook_name::is_plain;
use super::{Element, ElementFile, Phase};

/// Any of the bits that make a file a program.
const EXECUTABLE: u32 = 0o111;

/// How a script begins.
const SCRIPT: &[u8] = b"#!";

/// Such a file.
#[derive(Clone, Copy, Debug)]
pub struct Skipped<'a> {
    /// The file.
    pub file: &'a ElementFile,
    /// Why it is no hook.
    pub why: Why,
}

/// Why a file is no hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It lacks the executable bit.
    NotExecutable,
    /// Hooks are not called so.
    Name,
}

/// The files of a phase's directory that are no hooks.
pub fn in_phase(element: &Element, phase: Phase) -> impl Iterator<Item = Skipped<'_>> {
    element.files.iter().filter_map(move |file| {
        let (directory, name) = file.path.split_once('/')?;
        let is_here = Phase::from_directory(directory) == Some(phase) && !name.contains('/');
        let why = if file.mode & EXECUTABLE == 0 { Why::NotExecutable } else { Why::Name };
        (is_here && !element.is_shell_hook(file)).then_some(Skipped { file, why })
    })
}

impl Skipped<'_> {
    /// Whether it looks as if it was meant to be a hook: what is there for a hook
    /// to read is neither a script nor called as hooks are, with a number first.
    pub fn is_meant(&self) -> bool {
        let name = self.file.path.rsplit('/').next().unwrap_or_default();
        let is_script = || self.file.content.read().is_ok_and(|content| content.starts_with(SCRIPT));
        match self.why {
            Why::NotExecutable => is_plain(name) && (is_numbered(name) || is_script()),
            Why::Name => is_script(),
        }
    }
}

/// Whether a name begins as those of hooks do: `10-`.
pub fn is_numbered(name: &str) -> bool {
    let rest = name.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < name.len() && rest.starts_with('-')
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::element::{Content, Origin};

    #[test]
    fn data_of_hooks_is_not_taken_for_hooks() {
        let table = [
            ("install.d/10-x", 0o644, "true", Why::NotExecutable, true),
            ("install.d/x", 0o644, "#!/bin/sh", Why::NotExecutable, true),
            ("install.d/package-installs-x", 0o644, "curl", Why::NotExecutable, false),
            ("install.d/x.service", 0o644, "[Unit]", Why::NotExecutable, false),
            ("install.d/x.py", 0o644, "#!/usr/bin/python3", Why::NotExecutable, false),
            ("install.d/10-x.sh", 0o755, "#!/bin/sh", Why::Name, true),
            ("install.d/x.conf", 0o755, "a = b", Why::Name, false),
        ];
        for (path, mode, text, why, expected) in table {
            let content = Content::Memory(Arc::from(text.as_bytes()));
            let files = vec![ElementFile { path: path.to_owned(), mode, content }];
            let element = Element { files, ..Element::empty("x", Origin::Builtin) };
            let found: Vec<_> = in_phase(&element, Phase::Install).collect();
            assert_eq!(found.len(), 1, "{path}");
            assert_eq!((found[0].why, found[0].is_meant()), (why, expected), "{path}");
            assert_eq!(in_phase(&element, Phase::Root).count(), 0);
        }
    }
}
