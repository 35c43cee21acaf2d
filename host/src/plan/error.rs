//! Why there is no plan, and what to type instead.

use std::path::PathBuf;

use crate::element::ElementError;
use crate::element::declared::DeclarationError;
use crate::element::manifest::ValueError;
use crate::nearest::quoted;
use crate::spec::Format;

use super::{LayoutError, WantedBy};

/// An image that cannot be planned.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each message says what its fields are")]
pub enum PlanError {
    #[error("no elements given")]
    NoElements,
    #[error(transparent)]
    Element(#[from] ElementError),
    #[error("{}", missing(name, wanted_by))]
    Missing {
        name: String,
        wanted_by: WantedBy,
        nearest: Vec<String>,
        providers: Vec<String>,
        places: String,
        /// The path of an element of this name where `slate` runs.
        here: Option<String>,
    },
    #[error("two elements called '{name}' are given: {first} and {second}")]
    SameName { name: String, first: String, second: String },
    #[error("elements depend on each other in a cycle: {}", .0.join(" -> "))]
    Cycle(Vec<String>),
    #[error("'{first}' and '{second}' both provide '{what}'")]
    ProvidedTwice { what: String, first: String, second: String },
    #[error("two distributions: '{first}' and '{second}'")]
    TwoDistributions { first: String, second: String },
    #[error("'{name}' is given as an element, but '{by}' stands in for it")]
    GivenAndProvided { name: String, by: String },
    #[error("no distribution: none of the elements provides '{OPERATING_SYSTEM}'")]
    NoDistribution { given: Vec<String>, available: Vec<String> },
    #[error("elements '{first}' and '{second}' both have {path}")]
    DuplicateHook { path: String, first: String, second: String },
    #[error(transparent)]
    Declaration(#[from] DeclarationError),
    #[error("{given}: no element of this image is called '{element}'")]
    NoSuchElement { given: String, element: String, nearest: Vec<String>, known: Vec<String> },
    #[error("{given}: {} parameter '{name}'", has_no(element.as_deref()))]
    UnknownParameter {
        given: String,
        name: String,
        element: Option<String>,
        nearest: Vec<String>,
        known: Vec<String>,
    },
    #[error("{given}: {} have a parameter of this name", all_of(elements))]
    AmbiguousParameter { given: String, name: String, elements: Vec<String> },
    #[error("parameter {element}.{name}, from {source_name}: {error}")]
    BadValue { element: String, name: String, source_name: String, error: ValueError, description: String },
    #[error("{given}: the element does not ask for it")]
    NotAskedFor { given: String, asked: Vec<String> },
    #[error("SOURCE_DATE_EPOCH={0} is no number of seconds")]
    SourceDate(String),
    #[error("'{0}' is no name of a container image: engines would not load it")]
    ContainerName(String),
    #[error("{from}: {error}")]
    Layout { from: String, error: LayoutError },
    #[error("the output {} is named as {named}, and the formats asked for are: {}", path.display(), list(formats))]
    OutputName { path: PathBuf, named: Format, formats: Vec<Format> },
    #[error("the output {} is named as {end}, which is no format: it would be {}", path.display(), list(formats))]
    ForeignName { path: PathBuf, end: String, formats: Vec<Format> },
    #[error("the output {} is a directory", path.display())]
    OutputDirectory { path: PathBuf },
}

/// What a distribution provides.
pub(super) const OPERATING_SYSTEM: &str = "operating-system";

impl PlanError {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            PlanError::NoElements => {
                "name a distribution and what goes into it, such as: slate build debian vm -o debian.qcow2"
                    .into()
            }
            PlanError::Element(error) => return error.hint(),
            PlanError::Missing { here: Some(path), .. } => {
                format!("there is one here; a path is given as such: {path}")
            }
            PlanError::Missing { name, .. } if name.ends_with(".toml") => ElementError::image_file(name),
            PlanError::Missing { nearest, providers, places, .. } => missing_hint(nearest, providers, places),
            PlanError::SameName { .. } => "give one of them, or rename the other's directory".into(),
            PlanError::Cycle(_) => "remove one of these dependencies".into(),
            PlanError::ProvidedTwice { .. } | PlanError::TwoDistributions { .. } => {
                "leave one of them out".into()
            }
            PlanError::GivenAndProvided { name, by } => format!("leave out '{name}' or '{by}'"),
            PlanError::NoDistribution { given, available } => distribution_hint(given, available),
            PlanError::DuplicateHook { .. } => "rename one of the two files, or leave one element out".into(),
            PlanError::NoSuchElement { nearest, known, .. } => one_of("elements here", nearest, known),
            PlanError::UnknownParameter { nearest, known, .. } => one_of("parameters", nearest, known),
            PlanError::AmbiguousParameter { name, elements, .. } => {
                let choices: Vec<_> = elements.iter().map(|element| format!("{element}.{name}")).collect();
                format!("say which: {}", choices.join(" or "))
            }
            PlanError::BadValue { description, .. } if description.is_empty() => return None,
            PlanError::BadValue { name, description, .. } => format!("{name}: {description}"),
            PlanError::NotAskedFor { asked, .. } if asked.is_empty() => {
                "it asks for no capability; leave the grant out".into()
            }
            PlanError::NotAskedFor { asked, .. } => format!("it asks for: {}", asked.join(", ")),
            PlanError::ContainerName(_) => {
                "give small letters and digits, such as registry.example:5000/team/image:1.0".into()
            }
            PlanError::SourceDate(_) => {
                "give seconds since 1970, such as SOURCE_DATE_EPOCH=$(date +%s), or unset it".into()
            }
            PlanError::Layout { error, .. } => return error.hint(),
            PlanError::Declaration(_) => return None,
            PlanError::OutputDirectory { path } => {
                format!("name a file in it: -o {}", path.join("image").display())
            }
            PlanError::ForeignName { path, formats, .. } => format!(
                "give -o {} -t {} for such files; the formats are: {}",
                path.with_extension("").display(),
                list(formats).replace(' ', ""),
                list(&Format::ALL)
            ),
            PlanError::OutputName { path, .. } => {
                let name = path.display().to_string();
                let stem =
                    name.strip_suffix(".tar.gz").map_or_else(|| path.with_extension(""), PathBuf::from);
                format!("give -o {} without an extension, or a -t that has it", stem.display())
            }
        })
    }
}

fn missing(name: &str, wanted_by: &WantedBy) -> String {
    match wanted_by {
        WantedBy::Caller => format!("no element '{name}'"),
        WantedBy::Element(element) => format!("no element '{name}', on which '{element}' depends"),
        WantedBy::Default(element) => format!("no element '{name}', the default that '{element}' needs"),
    }
}

fn missing_hint(nearest: &[String], providers: &[String], places: &str) -> String {
    let looked = format!("looked in {places}; `slate element list` shows all");
    if !providers.is_empty() {
        format!("add one that provides it: {} ({looked})", providers.join(", "))
    } else if !nearest.is_empty() {
        format!("did you mean {}? ({looked})", quoted(nearest))
    } else {
        looked
    }
}

fn distribution_hint(given: &[String], available: &[String]) -> String {
    match available {
        [] => "there is none among the elements; name their directories with ELEMENTS_PATH".to_owned(),
        _ => format!("name one of these besides {}: {}", given.join(" "), available.join(", ")),
    }
}

fn one_of(what: &str, nearest: &[String], known: &[String]) -> String {
    match (nearest, known) {
        ([], []) => format!("there are no {what}"),
        ([], known) => format!("{what}: {}", known.join(", ")),
        (nearest, _) => format!("did you mean {}?", quoted(nearest)),
    }
}

fn all_of(names: &[String]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(" and ")
}

fn has_no(element: Option<&str>) -> String {
    match element {
        Some(name) => format!("element '{name}' has no"),
        None => "no element of this image has a".to_owned(),
    }
}

fn list(formats: &[Format]) -> String {
    formats.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
