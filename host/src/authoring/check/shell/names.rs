//! Files and directories whose name is nearly one that means something.

use std::collections::BTreeSet;

use strsim::damerau_levenshtein;

use crate::authoring::check::Finding;
use crate::element::hook_name::{ENVIRONMENT, is_environment_file};
use crate::element::skipped::is_numbered;
use crate::element::{Element, Phase};

/// What a directory of hooks or variables ends with.
const ENDING: &str = ".d";

/// Letters of a name that may be a slip: `boot.d` is none of `root.d`.
const SHORTEST: usize = 6;

/// Directories that elements for ramdisks read.
const OF_RAMDISKS: [&str; 5] = ["binary-deps.d", "dracut-drivers.d", "init.d", "ramdisk-install.d", "udev.d"];

/// Files that nobody reads, with what they are meant to be.
const MISNAMED: [(&str, &str); 9] = [
    ("element-dep", "element-deps"),
    ("element-provide", "element-provides"),
    ("package-install.yaml", "package-installs.yaml"),
    ("package-installs", "package-installs.yaml"),
    ("package-installs.yml", "package-installs.yaml"),
    ("pkg-map.json", "pkg-map"),
    ("pkg-map.yaml", "pkg-map"),
    ("svc-map.yaml", "svc-map"),
    ("svc-map.yml", "svc-map"),
];

pub(super) fn findings(element: &Element) -> Vec<Finding> {
    let mut findings = directories(element);
    findings.extend(element.files.iter().filter_map(|file| variables(&file.path)));
    findings.extend(element.files.iter().filter_map(|file| misnamed(&file.path)));
    findings
}

/// Directories that are no phase's and look as if they were.
fn directories(element: &Element) -> Vec<Finding> {
    let split = || element.files.iter().filter_map(|file| file.path.split_once('/'));
    let names: BTreeSet<&str> = split().map(|(directory, _)| directory).collect();
    let has_hooks = |name: &str| split().any(|(directory, file)| directory == name && is_numbered(file));
    let finding = |name: &str| {
        let meant = meant(name).filter(|_| name.ends_with(ENDING) || has_hooks(name))?;
        let message = format!("the folder {name} is no phase's: nothing in it runs");
        Some(Finding::error("unknown-phase", message).hint(format!("rename it to {meant}")))
    };
    names.into_iter().filter_map(finding).collect()
}

/// The directory that a name is a slip of.
fn meant(name: &str) -> Option<String> {
    let known =
        || Phase::ALL.into_iter().map(|phase| format!("{phase}{ENDING}")).chain([ENVIRONMENT.to_owned()]);
    if OF_RAMDISKS.contains(&name) || known().any(|known| known == name) {
        return None;
    }
    known().find(|known| is_slip(&bare(name), &bare(known)))
}

/// Without what people leave out or write otherwise.
fn bare(name: &str) -> String {
    let small = name.to_lowercase();
    let stem = small.strip_suffix(ENDING).unwrap_or(&small);
    stem.replace(['-', '_', '.'], "").replace('z', "s")
}

/// Whether a name is another one but for one letter, or two that changed places.
fn is_slip(name: &str, known: &str) -> bool {
    name == known || name.len() >= SHORTEST && damerau_levenshtein(name, known) == 1
}

/// A file of variables that is not sourced.
fn variables(path: &str) -> Option<Finding> {
    let (folder, name) = path.split_once('/')?;
    (folder == ENVIRONMENT && !is_environment_file(name)).then(|| {
        let message = format!(
            "{path} is not sourced: names there have letters, digits, '.', '-' and '_' only, and no folders"
        );
        Finding::warning("environment-name", message).hint("rename it")
    })
}

/// A file that nobody reads.
fn misnamed(path: &str) -> Option<Finding> {
    let layout = path.strip_suffix(".yml").filter(|stem| stem.starts_with("block-device-"));
    let known = MISNAMED.iter().find(|(wrong, _)| *wrong == path).map(|(_, right)| (*right).to_owned());
    let right = known.or_else(|| layout.map(|stem| format!("{stem}.yaml")))?;
    let message = format!("nobody reads {path}");
    Some(Finding::warning("unread-file", message).hint(format!("rename it to {right}")))
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn slips_of_phases_are_known_by_what_they_mean() {
        for (name, expected) in [
            ("preinstall.d", Some("pre-install.d")),
            ("pre_install.d", Some("pre-install.d")),
            ("finalize.d", Some("finalise.d")),
            ("pre-finalize.d", Some("pre-finalise.d")),
            ("Install.d", Some("install.d")),
            ("instal.d", Some("install.d")),
            ("post-isntall.d", Some("post-install.d")),
            ("environments.d", Some("environment.d")),
            ("install", Some("install.d")),
            ("install.d", None),
            ("environment.d", None),
            ("init.d", None),
            ("udev.d", None),
            ("yum.repos.d", None),
            ("boot.d", None),
            ("static", None),
        ] {
            assert_eq!(meant(name).as_deref(), expected, "{name}");
        }
    }
}
