//! The YAML files of `diskimage-builder`: lists of image definitions.
//!
//! 1. [`parse`] reads a file and checks every entry against [`PROPERTIES`].
//! 2. [`merge`] joins entries of one image name, later ones over earlier ones.
//! 3. [`Invocation::new`] turns an entry into a command line.

use serde_json::{Map, Value};

use super::Creator;
use crate::nearest::{nearest, quoted};
use crate::words;

mod property;

pub use property::{Kind, PROPERTIES, Property};

/// One image's entry: property names and values, checked.
pub type Entry = Map<String, Value>;

/// The name of an image whose first entry has none.
const FIRST_NAME: &str = "image";

/// A definition that is not of the form.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DefinitionError {
    /// No YAML.
    #[error("{file}: {problem}")]
    Syntax {
        /// The file.
        file: String,
        /// What the parser says.
        problem: String,
    },
    /// Not a list of mappings.
    #[error("{0}: must be a list of image definitions, each a mapping")]
    NotAList(String),
    /// A property that there is not.
    #[error("{file}: entry {entry}: unknown property '{property}'; {}", suggestion(property))]
    Unknown {
        /// The file.
        file: String,
        /// Which entry, counted from 1.
        entry: usize,
        /// The property.
        property: String,
    },
    /// A value of the wrong kind.
    #[error("{file}: entry {entry}: {property} must be {expected}, not {value}")]
    Value {
        /// The file.
        file: String,
        /// Which entry, counted from 1.
        entry: usize,
        /// The property.
        property: String,
        /// What it must be.
        expected: String,
        /// What it is, as JSON.
        value: String,
    },
}

/// Reads the entries of one file, which `file` names in messages.
///
/// # Errors
///
/// Fails if it is not a list of image definitions.
pub fn parse(file: &str, text: &str) -> Result<Vec<Entry>, DefinitionError> {
    let value: Value = serde_saphyr::from_str(text)
        .map_err(|error| DefinitionError::Syntax { file: file.to_owned(), problem: problem(file, &error) })?;
    let not_a_list = || DefinitionError::NotAList(file.to_owned());
    let Value::Array(list) = value else { return Err(not_a_list()) };
    let mut entries = Vec::new();
    for (index, item) in list.into_iter().enumerate() {
        let Value::Object(entry) = item else { return Err(not_a_list()) };
        check(&entry, file, index + 1)?;
        entries.push(entry);
    }
    Ok(entries)
}

/// What the parser says, of the file.
fn problem(file: &str, error: &serde_saphyr::Error) -> String {
    let text = error.to_string().replace("--> <input>", &format!("--> {file}"));
    text.strip_prefix("error: ").map_or(text.clone(), str::to_owned)
}

fn suggestion(property: &str) -> String {
    let known = || PROPERTIES.iter().map(|property| property.name);
    match nearest(property, known()).as_slice() {
        [] => format!("known are: {}", known().collect::<Vec<_>>().join(", ")),
        alike => format!("did you mean {}?", quoted(alike)),
    }
}

fn check(entry: &Entry, file: &str, number: usize) -> Result<(), DefinitionError> {
    for (name, value) in entry {
        let unknown =
            || DefinitionError::Unknown { file: file.to_owned(), entry: number, property: name.clone() };
        let property = PROPERTIES.iter().find(|property| property.name == name).ok_or_else(unknown)?;
        if !property.kind.accepts(value) {
            return Err(DefinitionError::Value {
                file: file.to_owned(),
                entry: number,
                property: name.clone(),
                expected: property.kind.describe(),
                value: value.to_string(),
            });
        }
    }
    Ok(())
}

/// One entry for each image name, in the order in which the names first
/// appear. An entry without a name goes on with the one before it.
pub fn merge(entries: Vec<Entry>) -> Vec<Entry> {
    let mut name = FIRST_NAME.to_owned();
    let mut merged: Vec<(String, Entry)> = Vec::new();
    for entry in entries {
        if let Some(given) = entry.get("imagename").and_then(Value::as_str) {
            name = given.to_owned();
        }
        match merged.iter_mut().find(|(known, _)| *known == name) {
            Some((_, earlier)) => merge_entry(earlier, entry),
            None => merged.push((name.clone(), entry)),
        }
    }
    merged.into_iter().map(|(_, entry)| entry).collect()
}

/// Lists are joined, mappings overlaid, everything else is replaced.
fn merge_entry(earlier: &mut Entry, later: Entry) {
    for (name, value) in later {
        match (earlier.get_mut(&name), value) {
            (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
            (Some(Value::Object(map)), Value::Object(more)) => map.extend(more),
            (_, value) => {
                earlier.insert(name, value);
            }
        }
    }
}

/// One call of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// Which command.
    pub creator: Creator,
    /// Variables to set for it, in the order given.
    pub environment: Vec<(String, String)>,
    /// Its arguments.
    pub arguments: Vec<String>,
}

impl Invocation {
    /// The call that an entry stands for.
    pub fn new(entry: &Entry) -> Invocation {
        let is_ramdisk = entry.get("ramdisk") == Some(&Value::Bool(true));
        let arguments = PROPERTIES.iter().flat_map(|property| match entry.get(property.name) {
            Some(value) => property.arguments(value),
            None => Vec::new(),
        });
        let environment = entry.get("environment").and_then(Value::as_object).into_iter().flatten();
        Invocation {
            creator: if is_ramdisk { Creator::Ramdisk } else { Creator::Disk },
            environment: environment.map(|(name, value)| (name.clone(), property::text(value))).collect(),
            arguments: arguments.collect(),
        }
    }
}

impl std::fmt::Display for Invocation {
    /// What one would type into a shell.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, value) in &self.environment {
            write!(f, "{name}={} ", words::quote(value))?;
        }
        f.write_str(self.creator.name())?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {}", words::quote(argument)))
    }
}

#[cfg(test)]
mod tests;
