//! Patterns of paths.

use std::path::Path;

use nix::errno::Errno;

use super::arguments;
use super::listing::absolute;
use crate::plugin::bindings::wit::rootfs::Error;
use crate::plugin::limits::Limit;
use crate::plugin::pattern::matches;
use crate::plugin::state::State;
use crate::sys::root::{MAX_DEPTH, TOO_DEEP};
use nix::sys::stat::SFlag;

/// The paths that match a pattern, sorted.
pub(super) fn glob(state: &State, pattern: &str) -> Result<Vec<String>, Error> {
    arguments::pattern(pattern)?;
    let mut parts: Vec<String> = absolute(pattern).split('/').skip(1).map(str::to_owned).collect();
    // Any number of directories, and again any number, is any number.
    parts.dedup_by(|one, other| one == "**" && other == "**");
    let mut search = Search { state, found: Vec::new(), bytes: 0, held: 0 };
    search.below("", &parts, MAX_DEPTH)?;
    let mut found = search.found;
    found.sort();
    found.dedup();
    Ok(found)
}

struct Search<'a> {
    state: &'a State,
    found: Vec<String>,
    /// Bytes of what was found.
    bytes: usize,
    /// Names of the directories that are being looked at.
    held: usize,
}

impl Search<'_> {
    /// Looks in a directory for what matches the rest of a pattern.
    fn below(&mut self, directory: &str, parts: &[String], levels: usize) -> Result<(), Error> {
        let Some((part, rest)) = parts.split_first() else { return self.add(directory) };
        let below = levels.checked_sub(1).ok_or(TOO_DEEP)?;
        if part == "**" {
            self.below(directory, rest, below)?;
        } else if !part.contains(['*', '?', '[']) {
            return self.literal(&format!("{directory}/{part}"), rest, below);
        }
        let names = self.names(directory)?;
        let count = names.len();
        self.held += count;
        for (name, is_directory) in names {
            self.state.stop()?;
            let path = format!("{directory}/{name}");
            if part == "**" {
                if is_directory && !name.starts_with('.') {
                    self.below(&path, parts, below)?;
                }
            } else if matches(part, &name) && (rest.is_empty() || is_directory || self.is_directory(&path)) {
                self.below(&path, rest, below)?;
            }
        }
        self.held -= count;
        Ok(())
    }

    fn literal(&mut self, path: &str, rest: &[String], below: usize) -> Result<(), Error> {
        match self.state.root.handle(Path::new(path), false) {
            Ok(_) => self.below(path, rest, below),
            Err(Errno::ENOENT | Errno::ENOTDIR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn add(&mut self, path: &str) -> Result<(), Error> {
        if self.found.len() >= self.state.limits().size(Limit::Entries) {
            return Err(self.state.too_large(Limit::Entries));
        }
        self.bytes += path.len();
        if self.bytes > self.state.limits().size(Limit::Answer) {
            return Err(self.state.too_large(Limit::Answer));
        }
        self.found.push(if path.is_empty() { "/".to_owned() } else { path.to_owned() });
        Ok(())
    }

    /// Names in a directory and whether each is one itself; none in what is no directory.
    fn names(&self, directory: &str) -> Result<Vec<(String, bool)>, Error> {
        let entries = match self.state.root.handle(Path::new(directory), true) {
            Ok(handle) if handle.kind()? == SFlag::S_IFDIR => {
                let room = self.state.limits().size(Limit::Entries).saturating_sub(self.held);
                handle.entries_up_to(room)?.ok_or_else(|| self.state.too_large(Limit::Entries))?
            }
            Ok(_) | Err(Errno::ENOENT | Errno::ENOTDIR) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let mut names = Vec::new();
        for entry in entries {
            if let Some(name) = entry.name().to_str() {
                names.push((name.to_owned(), entry.handle()?.kind()? == SFlag::S_IFDIR));
            }
        }
        Ok(names)
    }

    fn is_directory(&self, path: &str) -> bool {
        let found = self.state.root.handle(Path::new(path), true).and_then(|handle| handle.kind());
        found == Ok(SFlag::S_IFDIR)
    }
}
