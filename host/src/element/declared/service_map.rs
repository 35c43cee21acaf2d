//! `svc-map`: what a distribution calls the services that an element names.

use std::collections::BTreeMap;

use super::DeclarationError;
use crate::element::Element;

const FILE: &str = "svc-map";

/// A file as it is written: a service, then a distribution, a family or `default`.
pub type Written = BTreeMap<String, BTreeMap<String, String>>;

/// Service names of one distribution, by the elements' names for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceMap {
    names: BTreeMap<String, String>,
}

/// A file that cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum ServiceMapError {
    /// It is not a mapping of mappings.
    #[error("svc-map of element {element}: {problem}")]
    Malformed {
        /// Whose file it is.
        element: String,
        /// What is wrong.
        problem: String,
    },
    /// Two elements map one service.
    #[error("svc-map of element {element}: service {service} is mapped by another element already")]
    Duplicate {
        /// The later element.
        element: String,
        /// The service.
        service: String,
    },
}

/// Parses a `svc-map`, which is YAML.
///
/// # Errors
///
/// Fails with the reason if it is no mapping of mappings.
pub fn parse(text: &str) -> Result<Written, String> {
    serde_saphyr::from_str(text).map_err(|error| error.to_string())
}

/// The file of an element, if it has one.
///
/// # Errors
///
/// Fails if it cannot be read.
pub fn of(element: &Element) -> Result<Option<Written>, DeclarationError> {
    let wrong = |problem| DeclarationError { element: element.name.clone(), file: FILE.to_owned(), problem };
    let Some(file) = element.file(FILE) else { return Ok(None) };
    let text = element.text(file).map_err(|error| wrong(error.to_string()))?;
    parse(&text).map(Some).map_err(wrong)
}

impl ServiceMap {
    /// Adds an element's file for the distribution `distro` (`DISTRO_NAME`):
    /// the name for the distribution, else for its family, else the default,
    /// else the service's own.
    ///
    /// # Errors
    ///
    /// Fails if the file is no map, or maps a service a second time.
    pub fn add(&mut self, element: &str, text: &str, distro: &str) -> Result<(), ServiceMapError> {
        let malformed = |problem| ServiceMapError::Malformed { element: element.to_owned(), problem };
        let services = parse(text).map_err(malformed)?;
        for (service, names) in services {
            if self.names.contains_key(&service) {
                return Err(ServiceMapError::Duplicate { element: element.to_owned(), service });
            }
            let keys = [Some(distro), family(distro), Some("default")];
            let name = keys.into_iter().flatten().find_map(|key| names.get(key)).unwrap_or(&service).clone();
            self.names.insert(service, name);
        }
        Ok(())
    }

    /// The distribution's name of a service; one that no element maps keeps its name.
    pub fn get<'a>(&'a self, service: &'a str) -> &'a str {
        self.names.get(service).map_or(service, String::as_str)
    }

    /// Every mapped service with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().map(|(service, name)| (service.as_str(), name.as_str()))
    }
}

/// Families are fewer here than for packages: that is upstream's contract.
fn family(distro: &str) -> Option<&'static str> {
    match distro {
        "centos" | "fedora" | "rhel" => Some("redhat"),
        "debian" | "ubuntu" => Some("debian"),
        "opensuse" => Some("suse"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distribution_then_family_then_default_then_the_name_itself() {
        let text = "a: {ubuntu: a-u, debian: a-d, default: a-x}\nb: {debian: b-d}\nc: {default: c-x}\nd: {suse: d-s}\n";
        for (distro, expected) in [("ubuntu", ["a-u", "b-d", "c-x", "d"]), ("rhel", ["a-x", "b", "c-x", "d"])]
        {
            let mut map = ServiceMap::default();
            map.add("e", text, distro).unwrap();
            assert_eq!(["a", "b", "c", "d"].map(|service| map.get(service)), expected);
        }
    }

    #[test]
    fn a_service_is_mapped_once() {
        let mut map = ServiceMap::default();
        map.add("e", "a: {default: x}", "debian").unwrap();
        let error = map.add("f", "a: {default: y}", "debian").unwrap_err();
        assert_eq!(error.to_string(), "svc-map of element f: service a is mapped by another element already");
    }
}
