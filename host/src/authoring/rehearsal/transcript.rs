//! The text that says what hooks did.

use std::borrow::Cow;
use std::fmt::Write as _;

use nix::sys::stat::{SFlag, major, minor};
use sha2::{Digest, Sha256};

use super::snapshot::{Entry, Snapshot};
use crate::element::Phase;
use crate::plugin::Call;
use crate::report::FailureCause;

/// The first line.
const HEAD: &str = "# What the hooks did: `slate element test --update` writes this.";

/// Bytes of text that are shown; a digest stands for more, and for what is no text.
const MOST_TEXT: usize = 16 * 1024;

/// The text so far.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    text: String,
}

impl Transcript {
    pub(super) fn hook(&mut self, phase: Phase, name: &str) {
        self.line(&format!("\n{phase} {name}"));
    }

    /// The hook is none of the component.
    pub(super) fn not_run(&mut self) {
        self.line("  not run: a shell hook");
    }

    pub(super) fn calls(&mut self, calls: Vec<Call>) {
        for call in calls {
            self.line(&format!("  {}", one_line(&call.text)));
            call.details.iter().for_each(|detail| self.line(&format!("    {}", one_line(detail))));
        }
    }

    /// Why the hook failed. Where a trap was is left out: that changes with the
    /// compiler.
    pub(super) fn failure(&mut self, cause: &FailureCause) {
        let text = match cause {
            FailureCause::Trap(trap) => words(trap).collect::<Vec<_>>().join(" "),
            cause => cause.to_string(),
        };
        self.line(&format!("  failed: {text}"));
    }

    /// What became of the tree.
    pub(super) fn tree(&mut self, before: &Snapshot, after: &Snapshot) {
        self.line("\ntree");
        let length = self.text.len();
        for (path, entry) in &after.entries {
            match before.entries.get(path) {
                None => self.entry('+', path, entry, None, after),
                Some(old) if old != entry => self.entry('~', path, entry, Some(old), after),
                Some(_) => {}
            }
        }
        for path in before.entries.keys().filter(|path| !after.entries.contains_key(*path)) {
            self.line(&format!("- {}", one_line(path)));
        }
        if self.text.len() == length {
            self.line("  unchanged");
        }
    }

    fn entry(&mut self, sign: char, path: &str, entry: &Entry, old: Option<&Entry>, tree: &Snapshot) {
        if let Some(first) = &entry.same_as {
            self.line(&format!("{sign} hard link {} = {}", one_line(path), one_line(first)));
            return;
        }
        let contents = String::from_utf8_lossy(&entry.contents);
        let (kind, more) = match entry.kind {
            SFlag::S_IFDIR => ("directory", String::new()),
            SFlag::S_IFLNK => ("link", format!(" -> {}", one_line(&contents))),
            SFlag::S_IFCHR => ("character device", numbers(entry.device)),
            SFlag::S_IFBLK => ("block device", numbers(entry.device)),
            SFlag::S_IFIFO => ("pipe", String::new()),
            SFlag::S_IFSOCK => ("socket", String::new()),
            _ => ("file", String::new()),
        };
        let mode = if entry.kind == SFlag::S_IFLNK { String::new() } else { format!(" {:04o}", entry.mode) };
        self.line(&format!("{sign} {kind} {}{more}{mode} {}", one_line(path), one_line(&tree.owner(entry))));
        if let Some((seconds, nanoseconds)) = entry.modified {
            self.line(&format!("    modified {seconds}.{nanoseconds:09}"));
        }
        for (name, value) in &entry.extended {
            let name = name.to_string_lossy();
            self.line(&format!("    {} = \"{}\"", one_line(&name), value.escape_ascii()));
        }
        if entry.kind == SFlag::S_IFREG && old.is_none_or(|old| old.contents != entry.contents) {
            self.contents(&entry.contents);
        }
    }

    fn contents(&mut self, contents: &[u8]) {
        let text = std::str::from_utf8(contents).ok().filter(|text| {
            text.len() <= MOST_TEXT && text.chars().all(|c| !c.is_control() || c == '\n' || c == '\t')
        });
        let Some(text) = text else {
            let digest = Sha256::digest(contents);
            self.line(&format!("    ({} bytes, sha256 {digest:x})", contents.len()));
            return;
        };
        text.lines().for_each(|line| self.line(format!("    | {line}").trim_end()));
        if !text.is_empty() && !text.ends_with('\n') {
            self.line("    (no newline at the end)");
        }
    }

    fn line(&mut self, line: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{line}");
    }

    pub(super) fn into_text(self) -> String {
        format!("{HEAD}\n{}", self.text)
    }
}

/// How the places of a trap begin, behind its words.
const PLACES: [&str; 2] = ["    at ", "    and "];

fn is_place(line: &&str) -> bool {
    PLACES.iter().any(|start| line.starts_with(start))
}

/// The lines that say why the guest trapped.
fn words(trap: &str) -> impl Iterator<Item = &str> {
    trap.lines().take_while(|line| !is_place(line))
}

/// Where a trap was, from the innermost function to the hook.
pub(super) fn places(cause: &FailureCause) -> Vec<String> {
    let FailureCause::Trap(trap) = cause else { return Vec::new() };
    trap.lines().skip_while(|line| !is_place(line)).map(|line| line.trim_start().to_owned()).collect()
}

/// A name as part of a line: what would end the line, or control a terminal, is escaped.
fn one_line(name: &str) -> Cow<'_, str> {
    if !name.contains(char::is_control) {
        return name.into();
    }
    let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    name.chars().map(escaped).collect::<String>().into()
}

fn numbers(device: u64) -> String {
    format!(" {}:{}", major(device), minor(device))
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_name_stays_on_its_line() {
        let table = [("plain ü", "plain ü"), ("a\n+ file /b", "a\\n+ file /b"), ("\x1b[2J", "\\u{1b}[2J")];
        for (name, expected) in table {
            assert_eq!(one_line(name), expected);
        }
    }
}
