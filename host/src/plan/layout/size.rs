//! Sizes as they are written: `1GiB`, `550MiB`, `1.5G`, `4096`, `100%`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Percent;

/// Units by name: those with an `i` are powers of 1024, the others of 1000.
const UNITS: [(&str, u64); 14] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
    ("T", 1_000_000_000_000),
    ("G", 1_000_000_000),
    ("M", 1_000_000),
    ("K", 1_000),
    ("B", 1),
    ("", 1),
];

/// A size that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// Not a number before the unit.
    #[error("'{0}' is no size: expected a number with a unit, such as 1GiB, 550MiB or 100%")]
    Number(String),
    /// A unit that is not known.
    #[error("unknown unit '{unit}' in size '{given}' (known: KiB MiB GiB TiB, KB MB GB TB, K M G T, B)")]
    Unit {
        /// The size as written.
        given: String,
        /// Its unit.
        unit: String,
    },
}

/// Reads an absolute size in bytes. A fraction of a byte is cut off; a unit
/// alone counts once, as DIB has it.
///
/// # Errors
///
/// Fails where the number or the unit is not one.
pub fn parse_size(text: &str) -> Result<u64, SizeError> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..end], text[end..].trim_start_matches(' '));
    let bad_number = || SizeError::Number(text.to_owned());
    if text.is_empty() || !unit.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(bad_number());
    }
    let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let factor = factor.ok_or_else(|| SizeError::Unit { given: text.to_owned(), unit: unit.to_owned() })?;
    let bytes = match number.parse::<u64>() {
        _ if number.is_empty() => Some(factor),
        Ok(whole) => whole.checked_mul(factor),
        Err(_) => number.parse::<f64>().ok().map(|number| (number * factor as f64) as u64),
    };
    bytes.ok_or_else(bad_number)
}

/// The size of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartitionSize {
    /// Bytes.
    Bytes(u64),
    /// Share of what remains behind the partitions before it.
    PercentOfRest(Percent),
}

impl FromStr for PartitionSize {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        match text.trim().ends_with('%') {
            true => text.parse().map(PartitionSize::PercentOfRest),
            false => parse_size(text).map(PartitionSize::Bytes),
        }
    }
}

/// Bytes as people read them: `512 B`, `1.5 GiB`.
#[derive(Clone, Copy, Debug)]
pub struct Human(pub u64);

impl fmt::Display for Human {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units =
            [(1u64 << 50, "PiB"), (1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
        match units.into_iter().find(|(unit, _)| self.0 >= *unit) {
            None => write!(f, "{} B", self.0),
            Some((unit, name)) if self.0.is_multiple_of(unit) => write!(f, "{} {name}", self.0 / unit),
            Some((unit, name)) => write!(f, "{:.1} {name}", self.0 as f64 / unit as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let table: [(&str, u64); 12] = [
            ("154MiB", 154 << 20),
            ("198", 198),
            ("20TiB", 20 << 40),
            ("1024KiB", 1 << 20),
            ("1.2TB", 1_200_000_000_000),
            ("2.4T", 2_400_000_000_000),
            ("512B", 512),
            ("364", 364),
            ("1 GiB", 1 << 30),
            ("MiB", 1 << 20),
            ("0.5KiB", 512),
            ("18446744073709551615", u64::MAX),
        ];
        for (text, bytes) in table {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn not_sizes() {
        for text in ["", "_+!HuHi+-=", "-1MiB", "1..5G", "1 GiB B", "99999999TiB"] {
            assert_eq!(parse_size(text), Err(SizeError::Number(text.to_owned())), "{text}");
        }
        let unit = |unit: &str| Err(SizeError::Unit { given: format!("747{unit}"), unit: unit.to_owned() });
        assert_eq!(parse_size("747InVaLiDUnIt"), unit("InVaLiDUnIt"));
        assert_eq!(parse_size("747mib"), unit("mib"));
    }

    #[test]
    fn for_people() {
        let table = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1 << 30, "1 GiB"),
            (1_610_612_736, "1.5 GiB"),
            (1 << 50, "1 PiB"),
        ];
        for (bytes, shown) in table {
            assert_eq!(Human(bytes).to_string(), shown);
        }
    }
}
