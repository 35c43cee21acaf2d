//! Scripts: whether they run at all, and what runs them.

use crate::authoring::check::Finding;
use crate::element::hook_name::ENVIRONMENT;
use crate::element::skipped::{self, Why};
use crate::element::{Element, ElementFile, Phase};

/// How a program of Linux begins that is no script.
const ELF: &[u8] = b"\x7fELF";

pub(super) fn findings(element: &Element) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        Phase::ALL.into_iter().flat_map(|phase| skipped(element, phase)).collect();
    for file in &element.files {
        if element.is_shell_hook(file) {
            findings.extend(script(element, file, true));
        } else if file.path.split_once('/').is_some_and(|(folder, _)| folder == ENVIRONMENT) {
            findings.extend(script(element, file, false));
        }
    }
    findings
}

/// Files that look like hooks and never run.
fn skipped(element: &Element, phase: Phase) -> Vec<Finding> {
    let meant = skipped::in_phase(element, phase)
        .filter(skipped::Skipped::is_meant)
        .filter(|it| it.why == Why::NotExecutable || !is_used(element, it.file));
    let finding = |it: skipped::Skipped<'_>| {
        let path = &it.file.path;
        match it.why {
            Why::NotExecutable => {
                Finding::error("hook-not-executable", format!("{path} is not executable: it never runs"))
                    .hint(format!("chmod +x {path}; data of hooks has a dot in its name, or another folder"))
            }
            Why::Name => Finding::warning(
                "hook-name",
                format!("{path} never runs by itself: names of hooks have letters, digits, '-' and '_' only"),
            )
            .hint("rename it; what other hooks run or read is better kept in a folder of its own"),
        }
    };
    meant.map(finding).collect()
}

/// Whether a hook names a file: it is what that runs, or puts into the image.
fn is_used(element: &Element, file: &ElementFile) -> bool {
    let name = file.path.rsplit('/').next().unwrap_or_default().as_bytes();
    let names_it = |hook: &ElementFile| {
        hook.content.read().is_ok_and(|text| text.windows(name.len()).any(|window| window == name))
    };
    element.files.iter().filter(|it| element.is_shell_hook(it)).any(names_it)
}

/// What is wrong with the lines of a script that is run, or sourced.
fn script(element: &Element, file: &ElementFile, runs: bool) -> Vec<Finding> {
    let path = &file.path;
    let content = match file.content.read() {
        Ok(content) => content,
        Err(error) => {
            let message = format!("reading {}: {error}", element.shown(path));
            return vec![Finding::error("unreadable", message)];
        }
    };
    if content.starts_with(ELF) {
        return Vec::new();
    }
    let without = || {
        Finding::warning(
            "no-interpreter",
            format!("{path} has no '#!' line: which shell runs it is left open"),
        )
        .hint("begin it with #!/bin/bash")
    };
    let mut findings = Vec::from_iter((runs && !content.starts_with(b"#!")).then(without));
    findings.extend(line_ends(path, &content, runs));
    findings
}

/// Lines that end as on Windows: the interpreter is not found, or the
/// carriage return becomes part of the last word.
fn line_ends(path: &str, content: &[u8], runs: bool) -> Option<Finding> {
    let mut lines = (1..).zip(content.split(|byte| *byte == b'\n'));
    let (number, _) = lines.find(|(_, line)| line.ends_with(b"\r"))?;
    let message = format!("line {number} of {path} ends with a carriage return, as on Windows");
    let finding = match (runs, number) {
        (true, 1) => Finding::error("line-ends", format!("{message}: its interpreter is not found")),
        _ => Finding::warning("line-ends", format!("{message}: the shell takes it for part of the line")),
    };
    Some(finding.hint(format!("sed -i 's/\\r$//' {path}")))
}
