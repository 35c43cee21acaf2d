//! What people need to use an element, and a manifest that is out of date.

use super::Finding;
use crate::element::manifest::Manifest;
use crate::element::{Element, Origin, carried, declared, sections_of};

const READMES: [&str; 3] = ["README.md", "README.rst", "README"];

/// What is missing for people.
pub(super) fn findings(element: &Element) -> Vec<Finding> {
    let mut findings = Vec::new();
    if element.summary.is_none() {
        findings.push(
            Finding::warning("no-summary", "nothing says in one line what the element does")
                .hint("add summary = \"...\" to element.toml, or a README.md with a first paragraph"),
        );
    }
    let is_folder = matches!(element.origin, Origin::Directory(_));
    if is_folder && READMES.iter().all(|name| element.file(name).is_none()) {
        findings.push(Finding::warning("no-readme", "the element has no README.md"));
    }
    let wrong = declared::problems(element).into_iter();
    findings.extend(wrong.map(|problem| Finding::error("declaration", problem.to_string())));
    let manifest = element.component.as_ref().map(|component| &component.manifest);
    findings.extend(manifest.into_iter().flat_map(parameters));
    if element.hooks.is_empty() && element.files.is_empty() {
        findings.push(Finding::warning("no-hooks", "the element has no hooks: it does nothing"));
    }
    findings
}

fn parameters(manifest: &Manifest) -> Vec<Finding> {
    let silent = manifest.parameters.iter().filter(|(_, parameter)| parameter.description.is_empty());
    let finding = |name: &String| {
        Finding::warning("no-description", format!("the parameter '{name}' has no description"))
    };
    silent.map(|(name, _)| finding(name)).collect()
}

/// What the component of a directory carries, if that is not what the directory has.
pub(super) fn embedded(element: &Element, manifest: &Manifest, bytes: &[u8]) -> Option<Finding> {
    if !matches!(element.origin, Origin::Directory(_)) {
        return None;
    }
    let inside = sections_of(bytes).ok()?;
    let stale = |what: &str| {
        Finding::error("stale-component", format!("the component carries {what}"))
            .hint("compile it anew with `slate element build`")
    };
    if Manifest::parse(inside.manifest).ok()? != *manifest {
        return Some(stale("another manifest than element.toml"));
    }
    match carried::is_current(&element.files, inside.files) {
        Ok(true) => None,
        Ok(false) => Some(stale("other files than its folder has")),
        Err(problem) => Some(Finding::error("unreadable", problem)),
    }
}
