//! Parameters and environment variables that the manifest declares.

use std::fmt;

use crate::bindings::wit::params::{self, Error as Kind, Value};

/// Why a parameter could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The manifest does not declare it.
    Undeclared(String),
    /// The operator did not grant it; the text says what would.
    Denied(String),
    /// It has no default, and nobody set it.
    Unset(String),
    /// It has another type.
    Type(String, &'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Undeclared(name) => write!(f, "reading '{name}', which element.toml does not declare"),
            Error::Denied(text) => f.write_str(text),
            Error::Unset(name) => write!(f, "the parameter '{name}' has no value"),
            Error::Type(name, wanted) => write!(f, "the parameter '{name}' is no {wanted}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Kind> for Error {
    fn from(error: Kind) -> Self {
        match error {
            Kind::Undeclared(name) => Error::Undeclared(name),
            Kind::Denied(text) => Error::Denied(text),
        }
    }
}

/// A type that a parameter can have.
pub trait FromValue: Sized {
    /// What the type is called in an error.
    const NAME: &'static str;

    /// The value, if it is of this type.
    fn from_value(value: Value) -> Option<Self>;
}

macro_rules! from_value {
    ($type:ty, $name:literal, $pattern:pat => $value:expr) => {
        impl FromValue for $type {
            const NAME: &'static str = $name;

            fn from_value(value: Value) -> Option<Self> {
                match value {
                    $pattern => $value,
                    _ => None,
                }
            }
        }
    };
}

from_value!(String, "string", Value::Text(text) => Some(text));
from_value!(i64, "integer", Value::Integer(number) => Some(number));
from_value!(u16, "integer from 0 to 65535", Value::Integer(number) => number.try_into().ok());
from_value!(u32, "integer from 0 to 4294967295", Value::Integer(number) => number.try_into().ok());
from_value!(u64, "integer from 0", Value::Integer(number) => number.try_into().ok());
from_value!(bool, "boolean", Value::Boolean(truth) => Some(truth));
from_value!(Vec<String>, "list", Value::Items(items) => Some(items));

/// The value of a parameter, if it has one.
///
/// # Errors
///
/// Fails if the manifest declares no such parameter or gives it another type.
pub fn find<T: FromValue>(name: &str) -> Result<Option<T>, Error> {
    let Some(value) = params::get(name)? else { return Ok(None) };
    T::from_value(value).map(Some).ok_or_else(|| Error::Type(name.to_owned(), T::NAME))
}

/// The value of a parameter that has a default, or must be set. The type says
/// what is expected; a number that it cannot hold is an error that names the parameter.
///
/// # Errors
///
/// Fails as [`find`] does, and if the parameter has no value.
///
/// ```no_run
/// # fn main() -> blankslate_sdk::Result {
/// use blankslate_sdk::params;
///
/// let release: String = params::get("release")?;
/// let port: u16 = params::get("port")?;
/// let mirrors: Vec<String> = params::get("mirrors")?;
/// # Ok(()) }
/// ```
pub fn get<T: FromValue>(name: &str) -> Result<T, Error> {
    find(name)?.ok_or_else(|| Error::Unset(name.to_owned()))
}

/// All parameters that have a value, sorted by name.
pub fn all() -> Vec<(String, Value)> {
    params::all()
}

/// The value of a declared variable of the caller's environment, if it is set.
///
/// # Errors
///
/// Fails if the manifest does not declare it or the operator did not grant it.
pub fn environment(name: &str) -> Result<Option<String>, Error> {
    Ok(params::environment(name)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_the_type_that_is_wanted() {
        assert_eq!(u16::from_value(Value::Integer(65535)), Some(65535));
        assert_eq!(u16::from_value(Value::Integer(65536)), None);
        assert_eq!(u64::from_value(Value::Integer(-1)), None);
        assert_eq!(i64::from_value(Value::Text("1".to_owned())), None);
        assert_eq!(Vec::from_value(Value::Items(vec!["a".to_owned()])), Some(vec!["a".to_owned()]));
        let error = Error::Type("port".to_owned(), u16::NAME);
        assert_eq!(error.to_string(), "the parameter 'port' is no integer from 0 to 65535");
    }
}
