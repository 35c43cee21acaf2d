//! How much a guest may use.

mod unit;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use unit::Unit;

use crate::bound;
use crate::report::{Dialect, TimeLimit};

/// One of the limits of a hook. Its name is what `--limit` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// Bytes of all its linear memories and tables together.
    Memory,
    /// Bytes of the stack of its own code.
    Stack,
    /// Seconds from its start to its end, programs that it runs included.
    Time,
    /// Seconds in its own code.
    Computing,
    /// Bytes of memory that the host takes to compile its component.
    Compiling,
    /// Bytes of log lines, standard output and standard error. What exceeds it is dropped.
    Output,
    /// Bytes that one call returns: a file read whole, captured output.
    Answer,
    /// Bytes that one call passes to the host.
    Argument,
    /// Bytes that it adds to the image, each new file with 4 KiB besides its content.
    Written,
    /// Bytes of the files in its scratch directory.
    Scratch,
    /// Bytes of what it asks of the boot loader and of the ramdisk.
    Requests,
    /// Files in one listing, and in its scratch directory.
    Entries,
    /// Open readers, writers, steps and whatever else the guest holds of the host.
    Handles,
    /// Bytes that it fetches.
    Download,
}

/// What is fixed about each limit.
struct Facts {
    limit: Limit,
    name: &'static str,
    unit: Unit,
    default: u64,
    /// The largest value that can be given.
    most: u64,
    /// What there may be this much of.
    noun: &'static str,
}

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// The largest stack of a guest's code, for which the engine has room.
const LARGEST_STACK: u64 = 64 * MIB;

/// How many limits there are.
const COUNT: usize = Limit::Download as usize + 1;

/// Every limit, in the order of [`Limit`].
const ALL: [Facts; COUNT] = [
    facts(Limit::Memory, "memory", Unit::Bytes, GIB, "memory"),
    up_to(LARGEST_STACK, facts(Limit::Stack, "stack", Unit::Bytes, MIB / 2, "call stack")),
    facts(Limit::Time, "time", Unit::Seconds, 2 * 60 * 60, "time for a hook"),
    facts(Limit::Computing, "computing", Unit::Seconds, 10 * 60, "time in its own code"),
    facts(Limit::Compiling, "compiling", Unit::Bytes, 4 * GIB, "memory to compile a component"),
    facts(Limit::Output, "output", Unit::Bytes, 64 * MIB, "output"),
    facts(Limit::Answer, "answer", Unit::Bytes, 256 * MIB, "data for one call"),
    facts(Limit::Argument, "argument", Unit::Bytes, 256 * MIB, "data from one call"),
    facts(Limit::Written, "written", Unit::Bytes, 64 * GIB, "data written to the image"),
    facts(Limit::Scratch, "scratch", Unit::Bytes, 16 * GIB, "data in the scratch directory"),
    facts(Limit::Requests, "requests", Unit::Bytes, 16 * MIB, "requests for boot loader and ramdisk"),
    facts(Limit::Entries, "entries", Unit::Pieces, 1_000_000, "files in one listing"),
    facts(Limit::Handles, "handles", Unit::Pieces, 128, "open handles"),
    facts(Limit::Download, "download", Unit::Bytes, 16 * GIB, "fetched data"),
];

const fn facts(limit: Limit, name: &'static str, unit: Unit, default: u64, noun: &'static str) -> Facts {
    Facts { limit, name, unit, default, most: u64::MAX, noun }
}

/// The same with a largest value.
const fn up_to(most: u64, facts: Facts) -> Facts {
    Facts { most, ..facts }
}

impl Limit {
    fn facts(self) -> &'static Facts {
        &ALL[self as usize]
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// Every limit with its default and what it bounds, a line each, then what is
    /// bounded for good: for the help.
    pub fn table() -> String {
        let row = |it: &Facts| {
            format!("  {:<10} {:>10}  {}", it.name, it.unit.amount(it.default, " ").to_string(), it.noun)
        };
        let rows = ALL.iter().map(row).collect::<Vec<_>>().join("\n");
        format!("{rows}\n{}", bound::table())
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(name: &str) -> Result<Limit, String> {
        let found = ALL.iter().find(|it| it.name == name).map(|it| it.limit);
        found.ok_or_else(|| {
            let known: Vec<_> = ALL.iter().map(|it| it.name).collect();
            format!("unknown limit '{name}' (known: {})", known.join(", "))
        })
    }
}

/// The limits of one hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    values: [u64; COUNT],
    dialect: Dialect,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { values: ALL.map(|it| it.default), dialect: Dialect::default() }
    }
}

impl Limits {
    /// The defaults with changes.
    pub fn with(changes: impl IntoIterator<Item = (Limit, u64)>) -> Limits {
        let mut limits = Limits::default();
        changes.into_iter().for_each(|(limit, value)| limits.set(limit, value));
        limits
    }

    /// The same for a command that takes something else than flags.
    #[must_use]
    pub fn in_dialect(self, dialect: Dialect) -> Limits {
        Limits { dialect, ..self }
    }

    /// What the command takes.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Sets a limit: bytes, seconds, or a number of things.
    pub fn set(&mut self, limit: Limit, value: u64) {
        self.values[limit as usize] = value;
    }

    /// A limit: bytes, seconds, or a number of things.
    pub fn get(&self, limit: Limit) -> u64 {
        self.values[limit as usize]
    }

    /// A limit of memory or of things in memory.
    pub(super) fn size(&self, limit: Limit) -> usize {
        usize::try_from(self.get(limit)).unwrap_or(usize::MAX)
    }

    /// A limit of time.
    pub(super) fn duration(&self, limit: Limit) -> Duration {
        Duration::from_secs(self.get(limit))
    }

    /// What a guest is told that exceeds a limit.
    pub(super) fn reached(&self, limit: Limit) -> LimitReached {
        LimitReached { limit, value: self.get(limit), noun: limit.facts().noun, dialect: self.dialect }
    }

    /// The limit of time, for a hook that has had it.
    pub(super) fn time(&self) -> TimeLimit {
        TimeLimit { limit: self.duration(Limit::Time), raise: self.reached(Limit::Time).raise() }
    }
}

/// Reads what `--limit` takes: `memory=2GiB`, `time=30m`, `handles=512`.
///
/// # Errors
///
/// Fails with what is wrong, for people.
pub fn parse_limit(text: &str) -> Result<(Limit, u64), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE, such as memory=2GiB")?;
    let limit: Limit = name.parse()?;
    let Facts { unit, most, noun, .. } = limit.facts();
    let value = unit.parse(value)?;
    if value > *most {
        return Err(format!("a hook has {} of {noun} at most", unit.amount(*most, " ")));
    }
    Ok((limit, value))
}

/// A limit that a guest hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) struct LimitReached {
    limit: Limit,
    value: u64,
    noun: &'static str,
    dialect: Dialect,
}

impl LimitReached {
    /// The same of other things than the limit is most often of.
    pub(super) fn of(self, noun: &'static str) -> LimitReached {
        LimitReached { noun, ..self }
    }

    /// What to type for twice as much, or as much as there can be; absent where it is that much.
    fn raise(&self) -> Option<String> {
        let Facts { name, unit, most, .. } = self.limit.facts();
        if self.value >= *most {
            return None;
        }
        let more = unit.amount(self.value.saturating_mul(2).min(*most), "");
        Some(self.dialect.limit(&format!("{name}={more}")))
    }
}

impl fmt::Display for LimitReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, noun) = (self.limit.facts().unit, self.noun);
        let of = if unit == Unit::Pieces { "" } else { "of " };
        write!(f, "more than the limit of {} {of}{noun}", unit.amount(self.value, " "))?;
        match self.raise() {
            Some(raise) => write!(f, "; raise it with {raise}"),
            None => write!(f, "; '{}' is as high as it can be", self.limit.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_limits() {
        for (index, facts) in ALL.iter().enumerate() {
            assert_eq!(facts.limit as usize, index, "{}", facts.name);
            assert_eq!(facts.name.parse(), Ok(facts.limit));
        }
    }

    #[test]
    fn limits_are_read_as_they_are_typed() {
        for (text, expected) in [
            ("memory=2GiB", (Limit::Memory, 2 << 30)),
            ("written=1000", (Limit::Written, 1000)),
            ("time=90", (Limit::Time, 90)),
            ("time=30m", (Limit::Time, 1800)),
            ("stack=64MiB", (Limit::Stack, 64 << 20)),
            ("computing=2h", (Limit::Computing, 7200)),
            ("handles=512", (Limit::Handles, 512)),
        ] {
            assert_eq!(parse_limit(text), Ok(expected), "{text}");
        }
        for (text, expected) in [
            ("memory", "expected NAME=VALUE, such as memory=2GiB"),
            ("time=soon", "'soon' is no time such as 90s, 30m or 2h"),
            ("handles=many", "'many' is no whole number"),
            ("handles=0", "a limit of 0 leaves nothing to work with"),
            ("stack=65MiB", "a hook has 64 MiB of call stack at most"),
            (
                "ram=1",
                "unknown limit 'ram' (known: memory, stack, time, computing, compiling, output, answer, argument, written, scratch, requests, entries, handles, download)",
            ),
        ] {
            assert_eq!(parse_limit(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_limit_says_how_to_raise_it_and_that_can_be_typed() {
        let limits = Limits::with([(Limit::Memory, 64 << 20), (Limit::Time, 90)]);
        for (limit, expected) in [
            (Limit::Memory, "more than the limit of 64 MiB of memory; raise it with --limit memory=128MiB"),
            (Limit::Time, "more than the limit of 90 s of time for a hook; raise it with --limit time=3m"),
            (Limit::Handles, "more than the limit of 128 open handles; raise it with --limit handles=256"),
        ] {
            let text = limits.reached(limit).to_string();
            assert_eq!(text, expected);
            let typed = text.rsplit(' ').next().unwrap();
            assert_eq!(parse_limit(typed), Ok((limit, 2 * limits.get(limit))));
            let variable = limits.clone().in_dialect(Dialect::Variables).reached(limit).to_string();
            assert_eq!(variable, expected.replace("--limit ", "SLATE_LIMITS="));
        }
    }

    #[test]
    fn a_limit_is_raised_as_far_as_it_can_be() {
        let told = |value| Limits::with([(Limit::Stack, value)]).reached(Limit::Stack).to_string();
        assert_eq!(
            told(48 << 20),
            "more than the limit of 48 MiB of call stack; raise it with --limit stack=64MiB"
        );
        assert_eq!(
            told(64 << 20),
            "more than the limit of 64 MiB of call stack; 'stack' is as high as it can be"
        );
    }
}
