//! What silently goes wrong with the shell side of an element: hooks that never
//! run, directories that are no phase's, files that nobody reads.

mod dependencies;
mod hooks;
mod names;

use super::Finding;
use crate::element::declared::is_disk_layout;
use crate::element::{Element, Library};
use crate::plan::layout::{Layout, RootDefaults};

/// What is wrong. Elements are looked for in `library`.
pub(super) fn findings(element: &Element, library: &Library) -> Vec<Finding> {
    let mut findings = hooks::findings(element);
    findings.extend(names::findings(element));
    findings.extend(block_devices(element));
    findings.extend(dependencies::findings(element, library));
    findings
}

/// Layouts of disks that cannot be planned.
fn block_devices(element: &Element) -> Vec<Finding> {
    let root = RootDefaults::default();
    let files = element.files.iter().filter(|file| is_disk_layout(&file.path));
    let problem = |file| match element.text(file) {
        Ok(text) => Layout::parse(&text, &root).err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    let wrong = files.filter_map(|file| Some((&file.path, problem(file)?)));
    wrong.map(|(path, problem)| Finding::error("declaration", format!("{path}: {problem}"))).collect()
}

#[cfg(test)]
mod tests;
