//! A program of the build host, as manifests name it.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A program of the build host that a component runs: a name, or a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct HostProgram {
    /// Its name, as found on `PATH`.
    pub program: String,
    /// The package that brings it; absent means one of the program's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// A program that serves where the first is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternative: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    program: String,
    package: Option<String>,
    alternative: Option<String>,
}

impl<'de> Deserialize<'de> for HostProgram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<HostProgram, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = HostProgram;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a program's name, such as \"cat\", or a table, such as { program = \"cat\", package = \"coreutils\" }")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<HostProgram, E> {
        Ok(HostProgram { program: name.to_owned(), package: None, alternative: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<HostProgram, A::Error> {
        let Table { program, package, alternative } = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(HostProgram { program, package, alternative })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Wishes {
        programs: Vec<HostProgram>,
    }

    #[test]
    fn a_name_is_a_table_with_nothing_else() {
        let parse = |text: &str| toml::from_str::<Wishes>(text).map(|wishes| wishes.programs);
        assert_eq!(parse("programs = ['cat']").unwrap(), parse("programs = [{ program = 'cat' }]").unwrap());
        let error = parse("programs = [1]").unwrap_err();
        assert_eq!(
            error.message(),
            "invalid type: integer `1`, expected a program's name, such as \"cat\", or a table, such as { program = \"cat\", package = \"coreutils\" }"
        );
        let error = parse("programs = [{ name = 'cat' }]").unwrap_err();
        assert!(error.message().starts_with("unknown field `name`, expected one of"), "{error}");
    }
}
