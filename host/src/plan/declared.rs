//! What the host does by the declarative files of shell elements, where the
//! distribution is a component.
//!
//! On a distribution of diskimage-builder's, helper elements of its own read
//! these files, with programs that they put into the chroot. A component needs
//! none of that: there the host takes the helpers' place.

use crate::element::declared::package_installs;
use crate::element::{Element, HookKind, Phase};

use super::{PlanError, PlannedHook};

/// diskimage-builder's elements whose work the host does.
const HELPERS: [&str; 3] = ["package-installs", "pkg-map", "svc-map"];

/// Who the host's hooks belong to.
const HOST: &str = "slate";

/// Takes the helpers' hooks out of the elements, with what only they need, and
/// returns the hooks that the host runs instead. The helpers' programs stay:
/// other elements install what is in `bin`, and rely on something being there.
pub(super) fn take_over(elements: &mut [Element]) -> Result<Vec<(Phase, PlannedHook)>, PlanError> {
    if !has_component_distribution(elements) {
        return Ok(Vec::new());
    }
    let helpers = elements.iter_mut().filter(|element| HELPERS.contains(&element.name.as_str()));
    for helper in helpers {
        helper.hooks.clear();
        helper.files.retain(|file| file.path.starts_with("bin/"));
    }
    let hook = |name| PlannedHook { name, element: HOST.to_owned(), kind: HookKind::Host };
    let steps = package_installs::steps(elements)?;
    Ok(steps.into_iter().map(|(phase, name)| (phase, hook(name))).collect())
}

/// Whether a component manages the image's packages.
pub(super) fn has_component_distribution(elements: &[Element]) -> bool {
    elements.iter().any(|element| element.component.is_some() && element.provides("operating-system"))
}
