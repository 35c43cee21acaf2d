//! Hooks that other hooks made: a program that appears in the hooks directory
//! before its phase runs there as if an element had brought it. Upstream's
//! `install-types` chooses among ways to install in this manner.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};

use crate::element::hook_name::{self, NameRule};
use crate::element::{HookKind, Phase};
use crate::plan::{Plan, PlannedHook};

/// Who is named as the owner of a hook whose file no element has.
const NOBODY: &str = "hooks";

/// Any of the bits that make a file a program.
const EXECUTABLE: u32 = 0o111;

/// The planned hooks of a phase and those found below `hooks` besides, in one order.
///
/// # Errors
///
/// Fails if the directory cannot be read.
pub(super) fn hooks(plan: &Plan, phase: Phase, hooks: &Path) -> Result<Vec<PlannedHook>> {
    let directory = hooks.join(format!("{phase}.d"));
    let mut all = plan.hooks(phase).to_vec();
    for name in programs(&directory, &rule(plan)?)? {
        if !all.iter().any(|hook| hook.kind == HookKind::Shell && hook.name == name) {
            let element = owner(plan, hooks, &directory.join(&name));
            all.push(PlannedHook { name, element, kind: HookKind::Shell });
        }
    }
    all.sort_by(|a, b| hook_name::compare(&a.name, &b.name));
    Ok(all)
}

/// The names in a directory that are hooks by rule and by mode.
fn programs(directory: &Path, rule: &NameRule) -> Result<Vec<String>> {
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let context = || format!("listing {}", directory.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).with_context(context)? {
        let entry = entry.with_context(context)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if rule.accepts(&name) && is_program(&entry.path()) {
            names.push(name);
        }
    }
    Ok(names)
}

fn rule(plan: &Plan) -> Result<NameRule> {
    match plan.environment.get(NameRule::VARIABLE).filter(|pattern| !pattern.is_empty()) {
        Some(pattern) => NameRule::from_pattern(pattern).context(NameRule::VARIABLE),
        None => Ok(NameRule::default()),
    }
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & EXECUTABLE != 0)
}

/// The element that has the file to which a link leads.
fn owner(plan: &Plan, hooks: &Path, link: &Path) -> String {
    let found = hooks.canonicalize().ok().zip(link.canonicalize().ok()).and_then(|(hooks, file)| {
        let path = file.strip_prefix(hooks).ok()?.to_str()?.to_owned();
        plan.sources.iter().find(|element| element.file(&path).is_some())
    });
    found.map_or_else(|| NOBODY.to_owned(), |element| element.name.clone())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn programs_and_links_to_them_are_hooks() {
        let temp = tempfile::tempdir().unwrap();
        let (install, chosen) =
            (temp.path().join("install.d"), temp.path().join("install.d/x-source-install"));
        fs::create_dir_all(&chosen).unwrap();
        for (path, mode) in
            [(install.join("5-made"), 0o755), (install.join("6-text"), 0o644), (chosen.join("70-x"), 0o755)]
        {
            fs::write(&path, "").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        symlink("x-source-install/70-x", install.join("70-x")).unwrap();
        symlink("nowhere", install.join("80-dangling")).unwrap();
        let mut names = programs(&install, &NameRule::default()).unwrap();
        names.sort();
        assert_eq!(names, ["5-made", "70-x"]);
        assert!(programs(&temp.path().join("root.d"), &NameRule::default()).unwrap().is_empty());
    }
}
