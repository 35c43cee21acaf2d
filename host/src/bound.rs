//! Bounds that no option changes, beside the limits that `--limit` sets.

use std::fmt;

use crate::plan::layout::Human;
use crate::sys::root::MAX_DEPTH;

/// A bound with the name that messages and documents have for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    name: &'static str,
    /// The most that there may be.
    pub(crate) most: u64,
    unit: Unit,
    noun: &'static str,
}

#[derive(Clone, Copy, Debug)]
enum Unit {
    Bytes,
    Levels,
}

/// Bytes of a component's file, and so of all that it carries.
pub(crate) const COMPONENT: Bound = bytes("component", 256 << 20, "a component with all that it carries");

/// Bytes of each text of an element that is read whole and understood.
pub(crate) const TEXT: Bound =
    bytes("text", 4 << 20, "a manifest, map, list, layout or README of an element");

/// Directories in one another that a call goes down. Each level holds a
/// descriptor, of which a process has few.
pub(crate) const DEPTH: Bound = Bound {
    name: "depth",
    most: MAX_DEPTH as u64,
    unit: Unit::Levels,
    noun: "directories in one another for one call",
};

const fn bytes(name: &'static str, most: u64, noun: &'static str) -> Bound {
    Bound { name, most, unit: Unit::Bytes, noun }
}

impl Bound {
    fn amount(&self) -> String {
        match self.unit {
            Unit::Bytes => Human(self.most).to_string(),
            Unit::Levels => self.most.to_string(),
        }
    }
}

impl fmt::Display for Bound {
    /// What is said of something that exceeds it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match self.unit {
            Unit::Bytes => "",
            Unit::Levels => " levels",
        };
        write!(f, "more than the fixed bound '{}' of {}{of}", self.name, self.amount())
    }
}

/// Every bound, a line each: for the help.
pub(crate) fn table() -> String {
    let row = |it: &Bound| format!("  {:<10} {:>10}  {}, fixed", it.name, it.amount(), it.noun);
    [COMPONENT, TEXT, DEPTH].iter().map(row).collect::<Vec<_>>().join("\n")
}
