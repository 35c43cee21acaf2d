//! Generic names of packages and services, by an element's maps: its `pkg-map`
//! as shell elements have it, and its own `svc-map`, which is YAML: a name, then
//! distribution, family or `default`.

use anyhow::{Result, anyhow};

use super::context::Identity;
use crate::element::Element;
use crate::element::declared::package_map::{Mapped, PackageMap};
use crate::element::declared::service_map;

/// A generic name that a map does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} of element '{element}' has no name for '{name}' on {distribution}")]
pub struct Unmapped {
    /// The map.
    pub file: &'static str,
    /// Whose map it is.
    pub element: String,
    /// The generic name.
    pub name: String,
    /// The distribution at hand.
    pub distribution: String,
}

/// The distribution's packages for an element's generic names, in order, each
/// name with those it stands for: none if the map leaves it out on purpose. An
/// element without a map uses its names as they are.
///
/// # Errors
///
/// Fails with [`Unmapped`] if the map does not have a name, and if it cannot be read.
pub fn packages(element: &Element, names: &[String], on: &Identity) -> Result<Vec<Vec<String>>> {
    let Some(map) = PackageMap::of(element)? else { return Ok(as_they_are(names)) };
    let find = |name: &String| match map.get(name, on.distribution()) {
        Mapped::To(packages) => Some(packages),
        Mapped::Nothing => Some(""),
        Mapped::Unmapped => None,
    };
    translate(element, "pkg-map", names, on, find)
}

/// The distribution's services for an element's generic names; see [`packages`].
///
/// # Errors
///
/// Fails as [`packages`] does.
pub fn services(element: &Element, names: &[String], on: &Identity) -> Result<Vec<Vec<String>>> {
    let Some(map) = service_map::of(element)? else { return Ok(as_they_are(names)) };
    let find = |name: &String| {
        let names = map.get(name)?;
        [on.name.as_str(), &on.family, "default"]
            .into_iter()
            .find_map(|key| names.get(key).map(String::as_str))
    };
    translate(element, "svc-map", names, on, find)
}

fn as_they_are(names: &[String]) -> Vec<Vec<String>> {
    names.iter().map(|name| vec![name.clone()]).collect()
}

fn translate<'a>(
    element: &Element,
    file: &'static str,
    names: &[String],
    on: &Identity,
    find: impl Fn(&String) -> Option<&'a str>,
) -> Result<Vec<Vec<String>>> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    let unmapped = |name: &String| Unmapped {
        file,
        element: element.name.clone(),
        name: name.clone(),
        distribution: format!("{} {}", on.name, on.release).trim_end().to_owned(),
    };
    names.iter().map(|name| find(name).map(words).ok_or_else(|| anyhow!(unmapped(name)))).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::element::{Content, ElementFile, Origin};

    fn element(path: &str, text: &str) -> Element {
        let content = Content::Memory(Arc::from(text.as_bytes()));
        let files = vec![ElementFile { path: path.to_owned(), mode: 0o644, content }];
        Element { files, ..Element::empty("x", Origin::Builtin) }
    }

    fn debian() -> Identity {
        Identity { name: "debian".into(), family: "debian".into(), release: "bookworm".into() }
    }

    #[test]
    fn the_most_specific_section_wins() {
        let element = element(
            "pkg-map",
            r#"{"release": {"debian": {"bookworm": {"a": "one"}, "sid": {"b": "no"}}},
                "distro": {"debian": {"a": "no", "b": "two three"}},
                "family": {"debian": {"c": ""}}, "default": {"c": "no", "d": "four"}}"#,
        );
        let names: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).into();
        let expected: [&[&str]; 4] = [&["one"], &["two", "three"], &[], &["four"]];
        assert_eq!(packages(&element, &names, &debian()).unwrap(), expected);
        let error = packages(&element, &["z".to_owned()], &debian()).unwrap_err();
        assert_eq!(error.to_string(), "pkg-map of element 'x' has no name for 'z' on debian bookworm");
    }

    #[test]
    fn services_are_mapped_by_distribution_and_family() {
        let element = element("svc-map", "ssh:\n  redhat: sshd\n  debian: ssh\nother:\n  default: some\n");
        let names: Vec<String> = ["ssh", "other"].map(str::to_owned).into();
        assert_eq!(services(&element, &names, &debian()).unwrap(), [["ssh"], ["some"]]);
        assert_eq!(packages(&element, &names, &debian()).unwrap(), [["ssh"], ["other"]]);
    }
}
