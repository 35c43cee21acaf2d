//! Decides what component elements may do.
//!
//! Built-in elements have what they ask for. Any other element has what it
//! asks for and the operator grants; the rest is listed as denied, so that a
//! plan shows what is missing before a hook does.

use crate::element::capability::Grant;
use crate::element::{Element, Origin};
use crate::spec::{Given, ImageSpec};

use super::{GrantOrigin, PlanError, PlannedGrant};
use crate::nearest::nearest;

/// What every component element asks for, in the elements' order.
pub(super) fn decide(spec: &ImageSpec, elements: &[Element]) -> Result<Vec<PlannedGrant>, PlanError> {
    spec.grants.iter().try_for_each(|given| check(given, elements))?;
    let wishes =
        elements.iter().flat_map(|element| wishes(element).into_iter().map(move |wish| (element, wish)));
    Ok(wishes.map(|(element, grant)| planned(spec, element, grant)).collect())
}

fn planned(spec: &ImageSpec, element: &Element, grant: Grant) -> PlannedGrant {
    let granted = |given: &Given<(String, Grant)>| {
        let (name, given) = &given.what;
        *name == element.name && given.covers(&grant)
    };
    let origin = match element.origin {
        Origin::Builtin => GrantOrigin::Builtin,
        _ if spec.grants.iter().any(granted) => GrantOrigin::Operator,
        _ => GrantOrigin::Denied,
    };
    PlannedGrant { element: element.name.clone(), grant, origin }
}

fn wishes(element: &Element) -> Vec<Grant> {
    element.component.as_ref().map(|component| component.manifest.capabilities.grants()).unwrap_or_default()
}

/// A grant that no element makes use of is a mistake of whoever typed it.
fn check(given: &Given<(String, Grant)>, elements: &[Element]) -> Result<(), PlanError> {
    let (name, grant) = &given.what;
    let Some(element) = elements.iter().find(|element| element.name == *name) else {
        let known: Vec<String> = elements.iter().map(|element| element.name.clone()).collect();
        let nearest = nearest(name, known.iter().map(String::as_str));
        return Err(PlanError::NoSuchElement { given: given.shown(), element: name.clone(), nearest, known });
    };
    let wishes = wishes(element);
    if wishes.iter().any(|wish| grant.covers(wish)) {
        return Ok(());
    }
    let asked = wishes.iter().map(ToString::to_string).collect();
    Err(PlanError::NotAskedFor { given: given.shown(), asked })
}
