//! What limits count, as people type and read it.

use std::fmt;

use crate::plan::layout::parse_size;

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Bytes,
    Seconds,
    Pieces,
}

impl Unit {
    pub(super) fn parse(self, text: &str) -> Result<u64, String> {
        let value = match self {
            Unit::Bytes => parse_size(text).map_err(|error| error.to_string())?,
            Unit::Pieces => text.parse().map_err(|_| format!("'{text}' is no whole number"))?,
            Unit::Seconds => {
                seconds(text).ok_or_else(|| format!("'{text}' is no time such as 90s, 30m or 2h"))?
            }
        };
        if value == 0 { Err("a limit of 0 leaves nothing to work with".to_owned()) } else { Ok(value) }
    }

    pub(super) fn amount(self, value: u64, gap: &'static str) -> Amount {
        Amount { unit: self, value, gap }
    }
}

fn seconds(text: &str) -> Option<u64> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let factor = match &text[split..] {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 60 * 60,
        _ => return None,
    };
    text[..split].parse::<u64>().ok()?.checked_mul(factor)
}

/// A value in the largest unit that shows it exactly.
pub(super) struct Amount {
    unit: Unit,
    value: u64,
    gap: &'static str,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units: &[(u64, &str)] = match self.unit {
            Unit::Bytes => {
                &[(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B")]
            }
            Unit::Seconds => &[(3600, "h"), (60, "m"), (1, "s")],
            Unit::Pieces => return write!(f, "{}", self.value),
        };
        let exact = units.iter().find(|(size, _)| self.value >= *size && self.value.is_multiple_of(*size));
        let (size, name) = exact.copied().unwrap_or((1, units[units.len() - 1].1));
        write!(f, "{}{}{name}", self.value / size, self.gap)
    }
}
