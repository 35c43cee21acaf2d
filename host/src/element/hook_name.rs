//! Names of hooks: which are valid, and how they sort.
//!
//! The rules are those of `dib-run-parts`: valid names match a pattern, and
//! the order is that of `LC_ALL=C sort -n`.

use std::cmp::Ordering;

use regex::Regex;

/// Whether a name matches the default pattern, `^[0-9A-Za-z_-]+$`.
pub fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// The directory of files with variables, which bash sources before the hooks of a phase.
pub const ENVIRONMENT: &str = "environment.d";

/// Whether a file of this name in [`ENVIRONMENT`] is sourced.
pub fn is_environment_file(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

/// Which names of files in a phase's directory are hooks.
#[derive(Clone, Debug, Default)]
pub struct NameRule(Option<Regex>);

impl NameRule {
    /// The variable that states another rule.
    pub const VARIABLE: &str = "RUN_PARTS_REGEX";

    /// The rule that `RUN_PARTS_REGEX` states in place of the default one.
    ///
    /// # Errors
    ///
    /// Fails if it is not a regular expression.
    pub fn from_pattern(pattern: &str) -> Result<NameRule, regex::Error> {
        Ok(NameRule(Some(Regex::new(pattern)?)))
    }

    /// Whether a file of this name is a hook.
    pub fn accepts(&self, name: &str) -> bool {
        self.0.as_ref().map_or_else(|| is_plain(name), |pattern| pattern.is_match(name))
    }
}

/// Compares two names by their leading numbers, then bytewise. A name without
/// a number counts as zero.
pub fn compare(a: &str, b: &str) -> Ordering {
    Number::leading(a).cmp(&Number::leading(b)).then_with(|| a.as_bytes().cmp(b.as_bytes()))
}

/// A decimal number of any length, as `sort -n` sees it: zeros at either end stripped.
#[derive(PartialEq, Eq)]
struct Number<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Number<'a> {
    fn leading(text: &'a str) -> Self {
        let (minus, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, rest) = split_digits(rest);
        let fraction = rest.strip_prefix('.').map_or("", |rest| split_digits(rest).0);
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let zero = whole.is_empty() && fraction.is_empty();
        Number { negative: minus && !zero, whole, fraction }
    }

    fn magnitude(&self) -> (usize, &str, &str) {
        (self.whole.len(), self.whole, self.fraction)
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

impl Ord for Number<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected orders were printed by `LC_ALL=C sort -n`.
    #[test]
    fn sorts_like_sort_n() {
        let tables = [
            "A-upper ab-c x_y 2-x 9-a 010-z 10-a 10-b 60-link 100-q",
            "-5-x -0-z 0-a 00-b A-upper _x 01 1-a 99999999999999999999-a 100000000000000000000-a",
            "1.05-x 1.5-a 1.50-a 01.6 2",
        ];
        for table in tables {
            let expected: Vec<&str> = table.split(' ').collect();
            let mut names = expected.clone();
            names.reverse();
            names.sort_by(|a, b| compare(a, b));
            assert_eq!(names.join(" "), expected.join(" "));
        }
    }

    #[test]
    fn the_pattern_can_be_replaced() {
        let plain = NameRule::default();
        let dotted = NameRule::from_pattern("^[0-9a-z.]+$").unwrap();
        for (name, by_default, by_pattern) in
            [("10-a", true, false), ("10.sh", false, true), ("", false, false), ("10-ä", false, false)]
        {
            assert_eq!((plain.accepts(name), dotted.accepts(name)), (by_default, by_pattern), "{name:?}");
        }
        assert!(NameRule::from_pattern("(").is_err());
    }
}
