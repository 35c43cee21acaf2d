//! Patterns of paths.

use std::path::Path;

use nix::errno::Errno;

use super::listing::absolute;
use crate::plugin::bindings::wit::rootfs::Error;
use crate::plugin::state::State;
use crate::sys::root::MAX_DEPTH;
use nix::sys::stat::SFlag;

/// The paths that match a pattern, sorted.
pub(super) fn glob(state: &State, pattern: &str) -> Result<Vec<String>, Error> {
    let parts: Vec<String> = absolute(pattern).split('/').skip(1).map(str::to_owned).collect();
    if parts.iter().any(|part| part == "..") {
        return Err(Error::Invalid("a pattern has no '..'".to_owned()));
    }
    let mut search = Search { state, found: Vec::new() };
    search.below("", &parts, MAX_DEPTH)?;
    let mut found = search.found;
    found.sort();
    found.dedup();
    Ok(found)
}

struct Search<'a> {
    state: &'a State,
    found: Vec<String>,
}

impl Search<'_> {
    /// Looks in a directory for what matches the rest of a pattern.
    fn below(&mut self, directory: &str, parts: &[String], levels: usize) -> Result<(), Error> {
        let Some((part, rest)) = parts.split_first() else { return self.add(directory) };
        let below = levels.checked_sub(1).ok_or(Errno::ENAMETOOLONG)?;
        if part == "**" {
            self.below(directory, rest, below)?;
        } else if !part.contains(['*', '?', '[']) {
            return self.literal(&format!("{directory}/{part}"), rest, below);
        }
        for (name, is_directory) in self.names(directory)? {
            let path = format!("{directory}/{name}");
            if part == "**" {
                if is_directory && !name.starts_with('.') {
                    self.below(&path, parts, below)?;
                }
            } else if matches(part, &name) && (rest.is_empty() || is_directory || self.is_directory(&path)) {
                self.below(&path, rest, below)?;
            }
        }
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
        let limit = self.state.limits().entries;
        if self.found.len() >= limit {
            return Err(Error::TooLarge(limit as u64));
        }
        self.found.push(if path.is_empty() { "/".to_owned() } else { path.to_owned() });
        Ok(())
    }

    /// Names in a directory and whether each is one itself; none in what is no directory.
    fn names(&self, directory: &str) -> Result<Vec<(String, bool)>, Error> {
        let entries = match self.state.root.handle(Path::new(directory), true) {
            Ok(handle) if handle.kind()? == SFlag::S_IFDIR => handle.entries()?,
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

/// Whether a name matches one part of a pattern.
fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Where to go on after the last star if what follows it does not fit.
    let mut retry: Option<(usize, usize)> = None;
    let (mut p, mut n) = (0, 0);
    while n < name.len() || p < pattern.len() {
        if pattern.get(p) == Some(&'*') {
            retry = Some((p, n + 1));
            p += 1;
            continue;
        }
        if let Some(next) = name.get(n).and_then(|c| one(&pattern[p..], *c)) {
            (p, n) = (p + next, n + 1);
            continue;
        }
        match retry {
            Some((star, from)) if from <= name.len() => (p, n) = (star, from),
            _ => return false,
        }
    }
    true
}

/// How much of a pattern, which does not begin with a star, a character matches.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['[', set @ ..] if set.iter().skip(1).any(|end| *end == ']') => {
            let end = 1 + set.iter().skip(1).position(|end| *end == ']')?;
            let (negated, set) = match &set[..end] {
                ['!', rest @ ..] if !rest.is_empty() => (true, rest),
                set => (false, set),
            };
            (in_set(set, c) != negated).then_some(end + 2)
        }
        [first, ..] => (*first == c).then_some(1),
        [] => None,
    }
}

fn in_set(set: &[char], c: char) -> bool {
    match set {
        [from, '-', to, rest @ ..] => (*from..=*to).contains(&c) || in_set(rest, c),
        [first, rest @ ..] => *first == c || in_set(rest, c),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn names_match_patterns() {
        for (pattern, name, expected) in [
            ("*", "file", true),
            ("*", ".hidden", false),
            (".*", ".hidden", true),
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf.d", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("?", "", false),
            ("??", "ab", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[!a-c]x", "dx", true),
            ("[]]x", "]x", true),
            ("[", "[", true),
            ("**", "name", true),
            ("vmlinuz-*", "vmlinuz-6.1.0", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
