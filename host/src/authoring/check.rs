//! Looks for what is wrong with an element, or missing.
//!
//! What a component imports says what it can ask for; `element.toml` says what
//! it asks for. The two must agree: a capability that is used and not declared
//! fails when the hook runs, one that is declared and not used makes operators
//! grant more than they must.
//!
//! Python's and JavaScript's toolchains import the whole API whatever the code
//! uses; then an import says nothing and is not held against the manifest, which
//! a note tells.
//!
//! Which variables, files, programs and URLs hooks use no import tells. The
//! rehearsals beside the element do, where it has some.
//!
//! Shell hooks say nothing of what they do: of them it is looked at whether they
//! run at all, and at the files that declare.

mod capabilities;
mod documents;
mod rehearsed;
mod shell;

use std::path::Path;

use serde::Serialize;

use crate::element::capability::Grant;
use crate::element::manifest::Manifest;
use crate::element::{Component, Element, ElementError, Library};
use crate::plugin::{ComponentInfo, Limits, inspect};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The element does not load, or a hook will fail.
    Error,
    /// It works, and could be better.
    Warning,
    /// Nothing is wrong; something could not be looked at.
    Note,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The kind of finding, for programs: `undeclared-capability`.
    pub code: &'static str,
    /// What is wrong, and where.
    pub message: String,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
    /// The capability that it is about: `host-program=id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
}

impl Finding {
    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Finding {
        Finding { severity, code, message: message.into(), hint: None, capability: None }
    }

    fn error(code: &'static str, message: impl Into<String>) -> Finding {
        Finding::new(Severity::Error, code, message)
    }

    fn warning(code: &'static str, message: impl Into<String>) -> Finding {
        Finding::new(Severity::Warning, code, message)
    }

    fn note(code: &'static str, message: impl Into<String>) -> Finding {
        Finding::new(Severity::Note, code, message)
    }

    fn hint(self, hint: impl Into<String>) -> Finding {
        Finding { hint: Some(hint.into()), ..self }
    }

    fn about(self, grant: &Grant) -> Finding {
        Finding { capability: Some(grant.to_string()), ..self }
    }
}

/// Where rehearsals are, and where code is kept that is compiled for them.
#[derive(Clone, Copy, Debug)]
pub struct Rehearsals<'a> {
    /// The folder of the cases.
    pub cases: &'a Path,
    /// The cache.
    pub cache: &'a Path,
    /// How much each hook may use.
    pub limits: &'a Limits,
}

/// Looks at the element at a path, and if its rehearsals are named at what they
/// use; errors first. What it depends on is looked for in a library, and beside it.
pub fn check(path: &Path, library: &Library, rehearsals: Option<Rehearsals<'_>>) -> Vec<Finding> {
    let mut findings = match library.open(path) {
        Ok(element) => of_element(&element, &library.clone().beside(path), rehearsals),
        Err(error) => vec![unreadable(&error)],
    };
    findings.sort_by_key(|finding| finding.severity);
    findings
}

fn unreadable(error: &ElementError) -> Finding {
    let code = match error {
        ElementError::NoComponent { .. } => "no-component",
        ElementError::Manifest { .. } | ElementError::NameMismatch { .. } => "manifest",
        _ => "unreadable",
    };
    Finding { hint: error.hint(), ..Finding::error(code, error.to_string()) }
}

fn of_element(element: &Element, library: &Library, rehearsals: Option<Rehearsals<'_>>) -> Vec<Finding> {
    let mut findings = documents::findings(element);
    findings.extend(shell::findings(element, library));
    let Some(component) = &element.component else { return findings };
    findings.extend(of_component(element, component));
    let loads = findings.iter().all(|it| !["unreadable", "component"].contains(&it.code));
    if let Some(rehearsals) = rehearsals.filter(|_| loads) {
        let rehearsed = rehearsed::findings(element, component, rehearsals, &findings);
        findings.extend(rehearsed);
    }
    findings
}

fn of_component(element: &Element, component: &Component) -> Vec<Finding> {
    let bytes = match component.read() {
        Ok(bytes) => bytes,
        Err(error) => return vec![Finding::error("unreadable", format!("reading the component: {error}"))],
    };
    let info = match inspect(&bytes) {
        Ok(info) => info,
        Err(error) => return vec![Finding::error("component", error.to_string())],
    };
    let manifest = &component.manifest;
    let mut findings = capabilities::findings(manifest, &info, &bytes);
    findings.extend(version(manifest, &info));
    findings.extend(distribution(element, &info));
    findings.extend(documents::embedded(element, manifest, &bytes));
    findings
}

/// The manifest's version and the one that the component was built for.
fn version(manifest: &Manifest, info: &ComponentInfo) -> Option<Finding> {
    let built = info.api.as_ref()?;
    let same = built.strip_prefix(&manifest.api).is_some_and(|rest| rest.starts_with('.'));
    let message = format!(
        "element.toml says api = \"{}\", but the component was built for version {built} of the element API",
        manifest.api
    );
    (!same).then(|| Finding::error("api-version", message))
}

/// What a distribution provides and exports.
fn distribution(element: &Element, info: &ComponentInfo) -> Option<Finding> {
    match (element.provides("operating-system"), info.is_distribution()) {
        (false, true) => Some(
            Finding::warning(
                "not-provided",
                "the component manages packages and services, but the element does not provide 'operating-system'",
            )
            .hint("add provides = [\"operating-system\"] to element.toml"),
        ),
        (true, false) => Some(
            Finding::warning(
                "no-managers",
                "the element provides 'operating-system', but the component exports no package-manager and service-manager",
            )
            .hint("implement the world 'distribution'; in Rust register_distribution!"),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
