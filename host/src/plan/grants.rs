//! Decides what component elements may do.
//!
//! Built-in elements have what they ask for. Any other element has what it
//! asks for and the operator grants, which may be a part of it; the rest is
//! listed as denied, so that a plan shows what is missing before a hook does.

use crate::element::capability::Grant;
use crate::element::{Element, Origin};
use crate::spec::{Given, ImageSpec};

use super::{GrantOrigin, PlanError, PlannedGrant};
use crate::nearest::nearest;

/// What every component element asks for, in the elements' order: as a whole,
/// or the parts of it that are granted.
pub(super) fn decide(spec: &ImageSpec, elements: &[Element]) -> Result<Vec<PlannedGrant>, PlanError> {
    let home = spec.environment.get("HOME").map(String::as_str);
    spec.grants.iter().try_for_each(|given| check(given, elements, home))?;
    let wishes =
        elements.iter().flat_map(|element| wishes(element).into_iter().map(move |wish| (element, wish)));
    Ok(wishes.flat_map(|(element, wish)| planned(spec, element, wish, home)).collect())
}

fn planned(spec: &ImageSpec, element: &Element, wish: Grant, home: Option<&str>) -> Vec<PlannedGrant> {
    let planned = |grant, origin| PlannedGrant { element: element.name.clone(), grant, origin };
    if element.origin == Origin::Builtin {
        return vec![planned(wish, GrantOrigin::Builtin)];
    }
    let given = spec.grants.iter().map(|given| &given.what).filter(|(name, _)| *name == element.name);
    let mut parts: Vec<Grant> = given.filter_map(|(_, given)| part(given, &wish, home)).collect();
    if parts.contains(&wish) {
        return vec![planned(wish, GrantOrigin::Operator)];
    }
    parts.sort();
    parts.dedup();
    match parts.is_empty() {
        true => vec![planned(wish, GrantOrigin::Denied)],
        false => parts.into_iter().map(|part| planned(part, GrantOrigin::Operator)).collect(),
    }
}

/// What a grant gives of a wish, as it was written: `~` is the caller's home in either.
fn part(given: &Grant, wish: &Grant, home: Option<&str>) -> Option<Grant> {
    let (given_at, wish_at) = (given.clone().at_home(home), wish.clone().at_home(home));
    let part = given_at.part_of(&wish_at)?;
    Some(if part == wish_at { wish.clone() } else { given.clone() })
}

fn wishes(element: &Element) -> Vec<Grant> {
    element.component.as_ref().map(|component| component.manifest.capabilities.grants()).unwrap_or_default()
}

/// A grant that no element makes use of is a mistake of whoever typed it.
fn check(given: &Given<(String, Grant)>, elements: &[Element], home: Option<&str>) -> Result<(), PlanError> {
    let (name, grant) = &given.what;
    let Some(element) = elements.iter().find(|element| element.name == *name) else {
        let known: Vec<String> = elements.iter().map(|element| element.name.clone()).collect();
        let nearest = nearest(name, known.iter().map(String::as_str));
        return Err(PlanError::NoSuchElement { given: given.shown(), element: name.clone(), nearest, known });
    };
    let wishes = wishes(element);
    if wishes.iter().any(|wish| part(grant, wish, home).is_some()) {
        return Ok(());
    }
    let asked = wishes.iter().map(ToString::to_string).collect();
    Err(PlanError::NotAskedFor { given: given.shown(), asked })
}
