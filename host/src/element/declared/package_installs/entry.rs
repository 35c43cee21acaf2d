//! What a `package-installs` file says of one package.

use serde_json::{Map, Value};

use super::condition::Condition;
use super::{Operation, POSITIONS};
use crate::element::Phase;
use crate::element::declared::parse_json_or_yaml;

/// What one entry says of one package.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) phase: Phase,
    pub(super) uninstall: bool,
    pub(super) build_only: bool,
    pub(super) condition: Condition,
}

/// Each package with its entries; none means one that says nothing.
pub(super) fn packages(text: &str) -> Result<Vec<(String, Vec<Value>)>, String> {
    let entries = |value: Value| match value {
        Value::Array(list) if !list.is_empty() => list,
        Value::Array(_) | Value::Null => vec![Value::Object(Map::new())],
        Value::String(text) if text.is_empty() => vec![Value::Object(Map::new())],
        other => vec![other],
    };
    match parse_json_or_yaml(text)? {
        Value::Object(map) => Ok(map.into_iter().map(|(package, value)| (package, entries(value))).collect()),
        Value::Null => Ok(Vec::new()),
        _ => Err("must be a mapping from package names to what is said of them".to_owned()),
    }
}

impl Entry {
    /// What it may come to.
    pub(super) fn operations(&self) -> &'static [Operation] {
        match (self.uninstall, self.build_only) {
            (_, true) => &[Operation::Install, Operation::Uninstall],
            (true, false) => &[Operation::Uninstall],
            (false, false) => &[Operation::Install],
        }
    }

    pub(super) fn parse(value: &Value) -> Result<Entry, String> {
        let keys = value.as_object().ok_or("must be a mapping, or a list of mappings")?;
        let phase = match keys.get("phase") {
            None => Phase::Install,
            Some(name) => phase(name)?,
        };
        Ok(Entry {
            phase,
            // Upstream looks at whether these are there, not at what they say.
            uninstall: keys.contains_key("uninstall"),
            build_only: keys.contains_key("build-only"),
            condition: Condition::parse(keys)?,
        })
    }
}

fn phase(name: &Value) -> Result<Phase, String> {
    let with_packages = |phase: &Phase| POSITIONS.iter().any(|(one, _, _)| one == phase);
    let named = name.as_str().and_then(Phase::from_directory).filter(with_packages);
    named.ok_or_else(|| format!("phase must be pre-install.d, install.d or post-install.d, not {name}"))
}
