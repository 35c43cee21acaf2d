//! What the caller's environment says, and the files that it names.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;

use super::Failure;
use crate::build::breaks::Breaks;
use crate::nearest::quoted;
use crate::plan::PASSED;

/// What the contract calls the block device configuration.
const BLOCK_DEVICE_CONFIG: &str = "DIB_BLOCK_DEVICE_CONFIG";

/// The variables of this process whose names and values are text.
pub(crate) fn environment() -> BTreeMap<String, String> {
    env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Adds variables that were given for the build alone: hooks see them whatever their names.
pub(crate) fn give(environment: &mut BTreeMap<String, String>, given: BTreeMap<String, String>) {
    if given.is_empty() {
        return;
    }
    let passed = passing(environment.get(PASSED), given.keys());
    environment.extend(given);
    environment.insert(PASSED.to_owned(), passed);
}

/// What [`PASSED`] is to say where these names are added to it.
pub(crate) fn passing<'a>(before: Option<&'a String>, names: impl Iterator<Item = &'a String>) -> String {
    before.into_iter().chain(names).map(String::as_str).collect::<Vec<_>>().join(",")
}

/// A variable, if it is set and not empty.
pub(super) fn variable(environment: &BTreeMap<String, String>, name: &str) -> Option<String> {
    environment.get(name).filter(|value| !value.is_empty()).cloned()
}

/// The caller's own layout: the variable's text, or the file that it names.
pub(crate) fn block_device(environment: &BTreeMap<String, String>) -> Result<Option<String>, Failure> {
    let Some(config) = environment.get(BLOCK_DEVICE_CONFIG).filter(|config| !config.is_empty()) else {
        return Ok(None);
    };
    let Some(path) = config.strip_prefix("file://") else { return Ok(Some(config.clone())) };
    let wrong = |error| Failure::request(format!("{BLOCK_DEVICE_CONFIG}: reading {path}: {error}"));
    fs::read_to_string(path).map(Some).map_err(wrong)
}

/// The text of the manifest of an App Container image.
pub(crate) fn aci_manifest(path: &Path) -> Result<String, Failure> {
    let wrong =
        |error: String| Failure::request(format!("the App Container manifest {}: {error}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_str::<serde_json::Value>(&text).map_err(|error| wrong(error.to_string()))?;
    Ok(text)
}

/// The break points that the variables of the contract ask for.
pub(crate) fn breaks(variables: &BTreeMap<String, String>) -> Result<Breaks, Failure> {
    Breaks::of(variables).map_err(|error| {
        let failure = Failure::request(format!("break: {error}"));
        match error.nearest().as_slice() {
            [] => failure,
            nearest => failure.with_hint(format!("did you mean {}?", quoted(nearest))),
        }
    })
}
