//! Shares of what remains: `100%`, `33.3%`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::SizeError;

/// A percentage, exact to a thousandth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Percent {
    thousandths: u32,
}

impl Percent {
    /// All of it.
    pub const ALL: Percent = Percent { thousandths: 100_000 };

    /// Whether it is more than nothing and at most everything.
    pub fn is_share(self) -> bool {
        (1..=Percent::ALL.thousandths).contains(&self.thousandths)
    }

    /// This share of `whole`, rounded down.
    pub fn of(self, whole: u64) -> u64 {
        let share = u128::from(whole) * u128::from(self.thousandths) / u128::from(Percent::ALL.thousandths);
        u64::try_from(share).unwrap_or(u64::MAX)
    }
}

impl FromStr for Percent {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let number = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
        let number = number.filter(|number| (0.0..=1_000_000.0).contains(number));
        let number = number.ok_or_else(|| SizeError::Number(text.to_owned()))?;
        Ok(Percent { thousandths: (number * 1000.0).round() as u32 })
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", f64::from(self.thousandths) / 1000.0)
    }
}

impl From<Percent> for String {
    fn from(percent: Percent) -> String {
        percent.to_string()
    }
}

impl TryFrom<String> for Percent {
    type Error = SizeError;

    fn try_from(text: String) -> Result<Percent, SizeError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages() {
        let table =
            [("100%", 1000, "100%"), ("33.3%", 333, "33.3%"), ("1%", 10, "1%"), (" 50 %", 500, "50%")];
        for (text, of_thousand, shown) in table {
            let percent: Percent = text.parse().unwrap();
            assert_eq!(percent.of(1000), of_thousand, "{text}");
            assert_eq!(percent.to_string(), shown);
            assert!(percent.is_share());
        }
        for text in ["0%", "101%"] {
            assert!(!text.parse::<Percent>().unwrap().is_share(), "{text}");
        }
        for text in ["%", "x%", "-5%", "50"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
        assert_eq!(Percent::ALL.of(u64::MAX), u64::MAX);
    }
}
