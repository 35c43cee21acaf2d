//! Orders the hooks of all elements, phase by phase.

use std::collections::BTreeMap;

use crate::element::{Element, Phase, hook_name};

use super::{PlanError, PlannedHook, PlannedPhase};

/// The ten phases with their hooks in order, the host's own among them.
pub(super) fn phases(
    elements: &[Element],
    of_host: &[(Phase, PlannedHook)],
) -> Result<Vec<PlannedPhase>, PlanError> {
    check_duplicates(elements)?;
    Ok(Phase::ALL.into_iter().map(|phase| planned(phase, elements, of_host)).collect())
}

fn planned(phase: Phase, elements: &[Element], of_host: &[(Phase, PlannedHook)]) -> PlannedPhase {
    let of_element = |element: &Element| {
        let hooks = element.hooks.iter().filter(move |hook| hook.phase == phase);
        let name = element.name.clone();
        hooks
            .map(move |hook| PlannedHook { name: hook.name.clone(), element: name.clone(), kind: hook.kind })
            .collect::<Vec<_>>()
    };
    let mut hooks: Vec<_> = elements.iter().flat_map(of_element).collect();
    hooks.extend(of_host.iter().filter(|(at, _)| *at == phase).map(|(_, hook)| hook.clone()));
    hooks.sort_by(|a, b| hook_name::compare(&a.name, &b.name));
    PlannedPhase { phase, place: phase.place(), hooks }
}

/// Elements share one directory per phase and one `bin`, so a file of one name
/// is an error there even where it is not a hook: in `environment.d`, or not
/// executable.
fn check_duplicates(elements: &[Element]) -> Result<(), PlanError> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for element in elements {
        let mut paths: Vec<String> = element.files.iter().filter_map(|file| shared(&file.path)).collect();
        paths.extend(element.hooks.iter().map(|hook| format!("{}.d/{}", hook.phase, hook.name)));
        paths.sort();
        paths.dedup();
        for path in paths {
            if let Some(first) = owners.insert(path.clone(), &element.name) {
                return Err(PlanError::DuplicateHook {
                    path,
                    first: first.to_owned(),
                    second: element.name.clone(),
                });
            }
        }
    }
    Ok(())
}

fn shared(path: &str) -> Option<String> {
    let (directory, name) = path.split_once('/')?;
    let is_shared = directory.ends_with(".d") || directory == "bin";
    (is_shared && !name.contains('/')).then(|| path.to_owned())
}
