//! Texts that do not paint over what an operator reads.
//!
//! Manifests of others are shown where grants are decided on. A control
//! character could hide a line there, or forge one.

use toml::{Table, Value};

use super::ManifestError;

/// Keys whose text may have several lines.
const LONG: [&str; 2] = ["description", "default"];

/// Succeeds if no name and no text of a manifest has control characters.
pub(super) fn check(manifest: &Table) -> Result<(), ManifestError> {
    table("", manifest)
}

fn table(path: &str, entries: &Table) -> Result<(), ManifestError> {
    entries.iter().try_for_each(|(key, entry)| {
        let path = format!("{path}{}{}", if path.is_empty() { "" } else { "." }, key.escape_debug());
        text(&path, key, false)?;
        value(&path, entry, LONG.contains(&key.as_str()))
    })
}

fn value(path: &str, given: &Value, long: bool) -> Result<(), ManifestError> {
    match given {
        Value::String(string) => text(path, string, long),
        Value::Table(entries) => table(path, entries),
        Value::Array(items) => {
            let mut numbered = items.iter().enumerate();
            numbered.try_for_each(|(index, item)| value(&format!("{path}[{index}]"), item, long))
        }
        _ => Ok(()),
    }
}

fn text(path: &str, text: &str, long: bool) -> Result<(), ManifestError> {
    match text.chars().find(|&c| paints(c) && !(long && matches!(c, '\n' | '\t'))) {
        Some(found) => {
            let problem = format!("has the control character '{}'; remove it", found.escape_unicode());
            Err(ManifestError::key(path, problem))
        }
        None => Ok(()),
    }
}

/// Whether a character changes what stands around it: control characters, and
/// those that turn the direction of writing.
fn paints(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_found_wherever_they_are() {
        let table = [
            ("summary = 'fine: ä'", Ok(())),
            ("description = \"two\\nlines\"", Ok(())),
            ("[parameters.x]\ndefault = [\"a\\n\"]", Ok(())),
            ("summary = \"two\\nlines\"", Err("summary: has the control character '\\u{a}'; remove it")),
            ("\"a\\u001b\" = 1", Err("a\\u{1b}: has the control character '\\u{1b}'; remove it")),
            (
                "[capabilities]\nhost-files = [\"/a\", \"/root/\\u001b[1A\"]",
                Err("capabilities.host-files[1]: has the control character '\\u{1b}'; remove it"),
            ),
            (
                "[parameters.x]\ndescription = \"\\u202ea\"",
                Err("parameters.x.description: has the control character '\\u{202e}'; remove it"),
            ),
        ];
        for (manifest, expected) in table {
            let found = check(&manifest.parse().unwrap()).map_err(|error| error.to_string());
            assert_eq!(found, expected.map_err(str::to_owned), "{manifest}");
        }
    }
}
