//! `pkg-map`: what a distribution calls the packages that an element names.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::DeclarationError;
use crate::element::Element;

const FILE: &str = "pkg-map";

/// Package names by an element's names for them; none, as an empty one, is for what need not be installed.
type Names = BTreeMap<String, Option<String>>;

/// A parsed `pkg-map`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PackageMap {
    /// By distribution, then release.
    release: BTreeMap<String, BTreeMap<String, Names>>,
    distro: BTreeMap<String, Names>,
    family: BTreeMap<String, Names>,
    default: Names,
}

/// The distribution to translate for.
#[derive(Clone, Copy, Debug)]
pub struct Distribution<'a> {
    /// `DISTRO_NAME`.
    pub name: &'a str,
    /// Its family, if it says one; else the name tells.
    pub family: Option<&'a str>,
    /// `DIB_RELEASE`, if it has releases.
    pub release: Option<&'a str>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapped<'a> {
    /// These packages, separated by spaces as the map has them.
    To(&'a str),
    /// Nothing needs to be installed on this distribution.
    Nothing,
    /// The map does not mention it.
    Unmapped,
}

/// A translation that fails, with the exit status that the `pkg-map` program has then.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageMapError {
    /// The element has no map.
    #[error("element {0} has no pkg-map")]
    NoMap(String),
    /// The map does not mention a package.
    #[error("the pkg-map of element {element} does not mention {package}")]
    Unmapped {
        /// The element.
        element: String,
        /// The package.
        package: String,
    },
}

impl PackageMapError {
    /// 1 for a package without a mapping, 2 where there is no map.
    pub fn exit_status(&self) -> u8 {
        match self {
            PackageMapError::Unmapped { .. } => 1,
            PackageMapError::NoMap(_) => 2,
        }
    }
}

impl PackageMap {
    /// The map of an element, if it has one.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be read.
    pub fn of(element: &Element) -> Result<Option<PackageMap>, DeclarationError> {
        let wrong =
            |problem| DeclarationError { element: element.name.clone(), file: FILE.to_owned(), problem };
        let Some(file) = element.file(FILE) else { return Ok(None) };
        let text = element.text(file).map_err(|error| wrong(error.to_string()))?;
        PackageMap::parse(&text).map(Some).map_err(|error| wrong(error.to_string()))
    }

    /// Parses the JSON of a `pkg-map`.
    ///
    /// # Errors
    ///
    /// Fails if it is none, or has names of another kind than text.
    pub fn parse(text: &str) -> Result<PackageMap, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Looks a name up: the most specific map that mentions it wins.
    pub fn get(&self, package: &str, on: Distribution<'_>) -> Mapped<'_> {
        let release = on.release.and_then(|release| self.release.get(on.name)?.get(major_release(release)));
        let family = on.family.or_else(|| family(on.name)).and_then(|family| self.family.get(family));
        let maps = [release, self.distro.get(on.name), family, Some(&self.default)];
        match maps.into_iter().flatten().find_map(|names| names.get(package)) {
            None => Mapped::Unmapped,
            Some(name) => match name.as_deref() {
                None | Some("") => Mapped::Nothing,
                Some(name) => Mapped::To(name),
            },
        }
    }
}

/// Translates the packages of an element, whose map may be missing. With
/// `missing_ok` a package that is not mentioned keeps its name.
///
/// # Errors
///
/// Fails, unless `missing_ok`, where there is no map or no mapping.
pub fn translate(
    element: &str,
    map: Option<&PackageMap>,
    packages: &[String],
    on: Distribution<'_>,
    missing_ok: bool,
) -> Result<Vec<String>, PackageMapError> {
    if map.is_none() && !missing_ok {
        return Err(PackageMapError::NoMap(element.to_owned()));
    }
    let mut translated = Vec::new();
    for package in packages {
        match map.map_or(Mapped::Unmapped, |map| map.get(package, on)) {
            Mapped::To(names) => translated.extend(names.split_whitespace().map(str::to_owned)),
            Mapped::Nothing => {}
            Mapped::Unmapped if missing_ok => translated.push(package.clone()),
            Mapped::Unmapped => {
                return Err(PackageMapError::Unmapped {
                    element: element.to_owned(),
                    package: package.clone(),
                });
            }
        }
    }
    Ok(translated)
}

/// The family a distribution belongs to.
fn family(distro: &str) -> Option<&'static str> {
    match distro {
        "almalinux" | "fedora" | "rhel" | "centos" | "openeuler" | "rocky" => Some("redhat"),
        "debian" | "ubuntu" => Some("debian"),
        "opensuse" => Some("suse"),
        "gentoo" => Some("gentoo"),
        _ => None,
    }
}

fn major_release(release: &str) -> &str {
    match release {
        "8-stream" => "8",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = r#"{
        "release": {"centos": {"8": {"kernel": "kernel-8"}}},
        "distro": {"centos": {"kernel": "kernel-centos", "tools": "a b"}},
        "family": {"redhat": {"kernel": "kernel-redhat", "shim": "shim-x64"}, "debian": {"shim": "", "doc": null}},
        "default": {"kernel": "linux", "shim": "shim"}
    }"#;

    fn names(packages: &[&str], distro: &str, release: Option<&str>) -> Result<Vec<String>, PackageMapError> {
        let map = PackageMap::parse(MAP).unwrap();
        let packages: Vec<String> = packages.iter().map(|&name| name.to_owned()).collect();
        translate("e", Some(&map), &packages, Distribution { name: distro, family: None, release }, false)
    }

    #[test]
    fn the_most_specific_name_wins() {
        let cases: [(&str, Option<&str>, &[&str]); 5] = [
            ("centos", Some("8-stream"), &["kernel-8", "shim-x64"]),
            ("centos", Some("9"), &["kernel-centos", "shim-x64"]),
            ("fedora", None, &["kernel-redhat", "shim-x64"]),
            ("debian", Some("bookworm"), &["linux"]),
            ("slackware", None, &["linux", "shim"]),
        ];
        for (distro, release, expected) in cases {
            assert_eq!(names(&["kernel", "shim"], distro, release).unwrap(), expected, "{distro}");
        }
    }

    #[test]
    fn a_distribution_may_say_its_family() {
        let map = PackageMap::parse(MAP).unwrap();
        let on = Distribution { name: "mine", family: Some("redhat"), release: None };
        assert_eq!(map.get("shim", on), Mapped::To("shim-x64"));
    }

    #[test]
    fn an_empty_name_and_none_are_for_nothing() {
        assert!(names(&["shim", "doc"], "debian", None).unwrap().is_empty());
    }

    #[test]
    fn one_name_may_stand_for_several_packages() {
        assert_eq!(names(&["tools"], "centos", None).unwrap(), ["a", "b"]);
    }

    #[test]
    fn what_is_missing_has_its_exit_status() {
        let error = names(&["tools"], "debian", None).unwrap_err();
        assert_eq!(error.to_string(), "the pkg-map of element e does not mention tools");
        assert_eq!(error.exit_status(), 1);
        let on = Distribution { name: "debian", family: None, release: None };
        let error = translate("e", None, &[], on, false).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.exit_status()), ("element e has no pkg-map", 2));
        assert_eq!(translate("e", None, &["x".to_owned()], on, true).unwrap(), ["x"]);
    }
}
