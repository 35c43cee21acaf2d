//! Documents in TOML that people write: every key is asked for by its name, and
//! one that nobody asks for is an error that names the key that was meant.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

use crate::nearest::nearest;

/// A document that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DocumentError {
    /// Which key is wrong, and why.
    pub message: String,
    /// What to write instead, where that is known.
    pub hint: Option<String>,
}

impl DocumentError {
    fn new(message: String) -> Self {
        DocumentError { message, hint: None }
    }
}

/// A table, and the keys that were asked for so far.
#[derive(Debug)]
pub struct Section {
    path: String,
    table: Table,
    known: Vec<String>,
}

type Result<T> = std::result::Result<T, DocumentError>;

impl Section {
    /// The top of a document.
    ///
    /// # Errors
    ///
    /// Fails if the text is no TOML.
    pub fn parse(text: &str) -> Result<Section> {
        let table = toml::from_str(text);
        let table = table.map_err(|error: toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.get(..start).unwrap_or(text).matches('\n').count() + 1;
            DocumentError::new(format!("line {line}: {}", error.message().replace('\n', "; ")))
        })?;
        Ok(Section::below("", table))
    }

    fn below(path: &str, table: Table) -> Section {
        Section { path: path.to_owned(), table, known: Vec::new() }
    }

    /// The value of a key, if it is there.
    ///
    /// # Errors
    ///
    /// Fails if it is of another type.
    pub fn take<T: for<'a> Deserialize<'a>>(&mut self, key: &str) -> Result<Option<T>> {
        self.known.push(key.to_owned());
        let Some(value) = self.table.remove(key) else { return Ok(None) };
        T::deserialize(value).map(Some).map_err(|error| self.wrong(key, error.message()))
    }

    /// A value that is read from text; a number stands for its digits.
    ///
    /// # Errors
    ///
    /// Fails as `read` does.
    pub fn read<T, E: ToString>(
        &mut self,
        key: &str,
        read: impl Fn(&str) -> std::result::Result<T, E>,
    ) -> Result<Option<T>> {
        let Some(value) = self.take::<Value>(key)? else { return Ok(None) };
        let text = text_of(&value).ok_or_else(|| self.wrong(key, TEXT))?;
        read(&text).map(Some).map_err(|problem| self.wrong(key, &problem.to_string()))
    }

    /// A list of words that are each read; an empty one if the key is not there.
    ///
    /// # Errors
    ///
    /// Fails as `read` does.
    pub fn list<T, E: ToString>(
        &mut self,
        key: &str,
        read: impl Fn(&str) -> std::result::Result<T, E>,
    ) -> Result<Vec<T>> {
        let words: Vec<String> = self.take(key)?.unwrap_or_default();
        let item = |word: &String| read(word).map_err(|problem| self.wrong(key, &problem.to_string()));
        words.iter().map(item).collect()
    }

    /// The table of a key; an empty one if it is not there.
    ///
    /// # Errors
    ///
    /// Fails if it is no table.
    pub fn section(&mut self, key: &str) -> Result<Section> {
        let value = self.take::<Value>(key)?.unwrap_or(Value::Table(Table::new()));
        self.as_section(key, value)
    }

    /// The tables of a key that may stand there several times.
    ///
    /// # Errors
    ///
    /// Fails if it is no list of tables.
    pub fn repeated(&mut self, key: &str) -> Result<Vec<Section>> {
        let values: Vec<Value> = self.take(key)?.unwrap_or_default();
        let item = |(index, value)| self.as_section(&format!("{key}[{index}]"), value);
        values.into_iter().enumerate().map(item).collect()
    }

    fn as_section(&self, key: &str, value: Value) -> Result<Section> {
        match value {
            Value::Table(table) => Ok(Section::below(&self.key(key), table)),
            _ => Err(self.wrong(key, "expected a table")),
        }
    }

    /// All its tables, whatever their names.
    ///
    /// # Errors
    ///
    /// Fails if there is something else.
    pub fn sections(mut self) -> Result<Vec<(String, Section)>> {
        let table = std::mem::take(&mut self.table);
        let item = |(key, value): (String, Value)| Ok((key.clone(), self.as_section(&key, value)?));
        table.into_iter().map(item).collect()
    }

    /// All its lists of words, each word read, whatever their names.
    ///
    /// # Errors
    ///
    /// Fails if there is something else, and as `read` does.
    pub fn lists<T, E: ToString>(
        mut self,
        read: impl Fn(&str) -> std::result::Result<T, E>,
    ) -> Result<Vec<(String, Vec<T>)>> {
        let keys: Vec<String> = self.table.keys().cloned().collect();
        keys.into_iter().map(|key| Ok((key.clone(), self.list(&key, &read)?))).collect()
    }

    /// All its values as text, whatever their names.
    ///
    /// # Errors
    ///
    /// Fails for a value that has no such form.
    pub fn texts(self) -> Result<BTreeMap<String, String>> {
        let pairs = self.pairs(|key, text| Ok::<_, String>((key.to_owned(), text.to_owned())))?;
        Ok(pairs.into_iter().collect())
    }

    /// All its values, each read with its key; a number stands for its digits.
    ///
    /// # Errors
    ///
    /// Fails for a value that has no form as text, and as `read` does.
    pub fn pairs<T, E: ToString>(
        mut self,
        read: impl Fn(&str, &str) -> std::result::Result<T, E>,
    ) -> Result<Vec<T>> {
        let table = std::mem::take(&mut self.table);
        let item = |(key, value): (String, Value)| {
            let text = text_of(&value).ok_or_else(|| self.wrong(&key, TEXT))?;
            read(&key, &text).map_err(|problem| self.wrong(&key, &problem.to_string()))
        };
        table.into_iter().map(item).collect()
    }

    /// The value of a key that must be there.
    ///
    /// # Errors
    ///
    /// Fails if it is not, or of another type.
    pub fn require<T: for<'a> Deserialize<'a>>(&mut self, key: &str) -> Result<T> {
        self.take(key)?.ok_or_else(|| self.wrong(key, "is missing"))
    }

    /// Fails if there is a key that nobody asked for.
    ///
    /// # Errors
    ///
    /// Names the first such key and the one that it is most like.
    pub fn finish(self) -> Result<()> {
        let Some(unknown) = self.table.keys().next() else { return Ok(()) };
        let alike = nearest(unknown, self.known.iter().map(String::as_str));
        let hint = match alike.first() {
            Some(key) => format!("did you mean '{}'?", self.key(key)),
            None => format!("known here: {}", self.known.join(", ")),
        };
        Err(DocumentError { message: format!("unknown key '{}'", self.key(unknown)), hint: Some(hint) })
    }

    fn wrong(&self, key: &str, problem: &str) -> DocumentError {
        DocumentError::new(format!("{}: {}", self.key(key), problem.trim_end().replace('\n', "; ")))
    }

    fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

/// What [`text_of`] takes.
const TEXT: &str = "expected a text, a whole number, true, false or a list of them";

/// A value as one would type it on a command line; lists separated by commas.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(text_of).collect();
            Some(items?.join(","))
        }
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_tables_are_told_by_their_number() {
        let mut top = Section::parse("[[commands]]\nrun = 'id'\n[[commands]]\nrun = 1").unwrap();
        let mut commands = top.repeated("commands").unwrap();
        assert_eq!(commands[0].require("run"), Ok("id".to_owned()));
        let error = commands[1].require::<String>("run").unwrap_err().to_string();
        assert_eq!(error, "commands[1].run: invalid type: integer `1`, expected a string");
        assert_eq!(commands[1].require::<String>("x").unwrap_err().message, "commands[1].x: is missing");
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line() {
        let error = Section::parse("a = 1\nb = [\n").unwrap_err();
        assert_eq!(error.message, "line 2: unclosed array, expected `]`");
    }
}
