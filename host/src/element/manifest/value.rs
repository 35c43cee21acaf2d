//! Values of parameters: from text, and against what a parameter allows.

use std::fmt;

use super::{Parameter, ParameterType, ParameterValue};

/// A value that a parameter does not take.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Text that cannot be read as the parameter's type.
    #[error("'{text}' is not {expected}")]
    Text {
        /// The text.
        text: String,
        /// What it had to be.
        expected: &'static str,
    },
    /// A value of another type.
    #[error("{shown} is {found}, not {expected}")]
    Type {
        /// The value.
        shown: String,
        /// Its type.
        found: &'static str,
        /// The parameter's type.
        expected: &'static str,
    },
    /// None of the values allowed.
    #[error("'{value}' is none of the choices ({})", choices.join(", "))]
    Choice {
        /// The value.
        value: String,
        /// What is allowed.
        choices: Vec<String>,
    },
    /// A number outside of what is allowed.
    #[error("{value} is out of range ({range})")]
    Range {
        /// The value.
        value: i64,
        /// What is allowed.
        range: String,
    },
}

impl ParameterType {
    /// The name, with its article.
    pub fn describe(self) -> &'static str {
        match self {
            ParameterType::String => "a string",
            ParameterType::Integer => "an integer",
            ParameterType::Boolean => "a boolean",
            ParameterType::List => "a list",
        }
    }

    fn read(self, text: &str) -> Result<ParameterValue, ValueError> {
        let wrong = |expected| ValueError::Text { text: text.to_owned(), expected };
        Ok(match self {
            ParameterType::String => ParameterValue::String(text.to_owned()),
            ParameterType::Integer => {
                ParameterValue::Integer(text.trim().parse().map_err(|_| wrong("a whole number"))?)
            }
            ParameterType::Boolean => match text.trim().to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => ParameterValue::Boolean(true),
                "0" | "false" | "no" | "off" => ParameterValue::Boolean(false),
                _ => return Err(wrong("true or false")),
            },
            ParameterType::List => {
                let words = text.split(|c: char| c == ',' || c.is_whitespace());
                let words = words.filter(|word| !word.is_empty()).map(str::to_owned);
                ParameterValue::List(words.collect())
            }
        })
    }
}

impl ParameterValue {
    /// The type it is of.
    pub fn kind(&self) -> ParameterType {
        match self {
            ParameterValue::Boolean(_) => ParameterType::Boolean,
            ParameterValue::Integer(_) => ParameterType::Integer,
            ParameterValue::String(_) => ParameterType::String,
            ParameterValue::List(_) => ParameterType::List,
        }
    }

    /// The form that shell elements expect in an environment variable:
    /// booleans as 1 and 0, lists separated by blanks.
    pub fn to_environment(&self) -> String {
        match self {
            ParameterValue::Boolean(value) => i64::from(*value).to_string(),
            ParameterValue::Integer(value) => value.to_string(),
            ParameterValue::String(value) => value.clone(),
            ParameterValue::List(values) => values.join(" "),
        }
    }
}

impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParameterValue::Boolean(value) => write!(f, "{value}"),
            ParameterValue::Integer(value) => write!(f, "{value}"),
            ParameterValue::String(value) => write!(f, "{value:?}"),
            ParameterValue::List(values) => write!(f, "{values:?}"),
        }
    }
}

impl Parameter {
    /// Reads a value that a person or the environment gave as text.
    ///
    /// # Errors
    ///
    /// Fails if the text is not of the parameter's type, or nothing that it allows.
    pub fn value_of(&self, text: &str) -> Result<ParameterValue, ValueError> {
        let value = self.kind.read(text)?;
        self.check(&value)?;
        Ok(value)
    }

    /// Checks a value against type, choices and range.
    ///
    /// # Errors
    ///
    /// Fails if it is of another type, none of the choices or out of range.
    pub fn check(&self, value: &ParameterValue) -> Result<(), ValueError> {
        if value.kind() != self.kind {
            return Err(ValueError::Type {
                shown: value.to_string(),
                found: value.kind().describe(),
                expected: self.kind.describe(),
            });
        }
        let words: &[String] = match value {
            ParameterValue::String(word) => std::slice::from_ref(word),
            ParameterValue::List(words) => words,
            ParameterValue::Integer(number) => return self.check_range(*number),
            ParameterValue::Boolean(_) => &[],
        };
        match words.iter().find(|word| !self.choices.is_empty() && !self.choices.contains(word)) {
            Some(word) => Err(ValueError::Choice { value: word.clone(), choices: self.choices.clone() }),
            None => Ok(()),
        }
    }

    fn check_range(&self, value: i64) -> Result<(), ValueError> {
        let fits = self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max);
        match self.range() {
            Some(range) if !fits => Err(ValueError::Range { value, range }),
            _ => Ok(()),
        }
    }

    /// What numbers it takes, where that is not all of them.
    pub fn range(&self) -> Option<String> {
        match (self.min, self.max) {
            (Some(min), Some(max)) => Some(format!("{min} to {max}")),
            (Some(min), None) => Some(format!("at least {min}")),
            (None, Some(max)) => Some(format!("at most {max}")),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(kind: ParameterType, choices: &[&str]) -> Parameter {
        let choices = choices.iter().map(|&choice| choice.to_owned()).collect();
        let description = String::new();
        Parameter { kind, default: None, description, environment: None, choices, min: None, max: None }
    }

    #[test]
    fn reads_text_by_type() {
        use ParameterType::*;
        let table = [
            (String, "a b", "\"a b\""),
            (Integer, " -3 ", "-3"),
            (Boolean, "Yes", "true"),
            (Boolean, "0", "false"),
            (List, "a, b\tc,,", "[\"a\", \"b\", \"c\"]"),
            (List, "", "[]"),
        ];
        for (kind, text, shown) in table {
            let value = parameter(kind, &[]).value_of(text).unwrap();
            assert_eq!((value.kind(), value.to_string()), (kind, shown.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn refuses_other_types_and_choices() {
        use ParameterType::*;
        let table = [
            (Integer, "three", "'three' is not a whole number"),
            (Boolean, "maybe", "'maybe' is not true or false"),
            (String, "c", "'c' is none of the choices (a, b)"),
            (List, "a c", "'c' is none of the choices (a, b)"),
        ];
        for (kind, text, message) in table {
            let error = parameter(kind, &["a", "b"]).value_of(text).unwrap_err();
            assert_eq!(error.to_string(), message, "{text}");
        }
    }

    #[test]
    fn numbers_are_within_their_range() {
        let table = [
            (Some(0), Some(9), "10", Some("10 is out of range (0 to 9)")),
            (Some(0), None, "-1", Some("-1 is out of range (at least 0)")),
            (None, Some(-1), "0", Some("0 is out of range (at most -1)")),
            (Some(0), Some(9), "0", None),
            (Some(0), Some(9), "9", None),
            (None, None, "-9223372036854775808", None),
        ];
        for (min, max, text, message) in table {
            let parameter = Parameter { min, max, ..parameter(ParameterType::Integer, &[]) };
            let error = parameter.value_of(text).err().map(|error| error.to_string());
            assert_eq!(error.as_deref(), message, "{text}");
        }
    }
}
