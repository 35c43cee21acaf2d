//! The declarative files of shell elements, as pure planners.
//!
//! Upstream's own helper elements read these files with scripts of theirs,
//! and they may do so in our builds too. Where a distribution is a component
//! there is no such helper: then the host reads the files, with the same rules.
//!
//! | module | file |
//! | --- | --- |
//! | [`package_installs`] | `package-installs.yaml`, `package-installs.json` |
//! | `package_list` | `package-installs-*` in a phase's directory |
//! | [`package_map`] | `pkg-map` |
//! | [`service_map`] | `svc-map` |
//! | [`source_repository`] | `source-repository-*` |

pub mod package_installs;
pub(super) mod package_list;
pub mod package_map;
pub mod service_map;
pub mod source_repository;

use super::Element;

/// A file that does not say what it should.
#[derive(Debug, thiserror::Error)]
#[error("{file} of element {element}: {problem}")]
pub struct DeclarationError {
    /// The element whose file it is.
    pub element: String,
    /// The file, relative to the element.
    pub file: String,
    /// What is wrong.
    pub problem: String,
}

/// Whether a file of an element is the layout of a disk: `block-device-default.yaml`,
/// `block-device-arm64.yaml`.
pub fn is_disk_layout(path: &str) -> bool {
    path.starts_with("block-device-") && path.ends_with(".yaml")
}

/// Checks the maps of an element.
///
/// # Errors
///
/// Fails if one cannot be read.
pub fn check_maps(element: &Element) -> Result<(), DeclarationError> {
    package_map::PackageMap::of(element)?;
    service_map::of(element).map(drop)
}

/// What is wrong with the declarative files of an element.
pub fn problems(element: &Element) -> Vec<DeclarationError> {
    let maps = package_map::PackageMap::of(element).map(drop);
    let services = service_map::of(element).map(drop);
    let installs = package_installs::steps(std::slice::from_ref(element)).map(drop);
    let wrong = [maps, services, installs].into_iter().filter_map(Result::err);
    wrong.chain(source_repository::problems(element)).collect()
}

/// Reads JSON, or YAML where it is no JSON, as upstream does whatever a file is called.
fn parse_json_or_yaml(text: &str) -> Result<serde_json::Value, String> {
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(_) => serde_saphyr::from_str(text).map_err(|error| error.to_string()),
    }
}
