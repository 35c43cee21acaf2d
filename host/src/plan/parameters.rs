//! Decides the parameters of component elements.
//!
//! What the caller sets wins over the environment variable that the manifest names, which
//! wins over the manifest's default. An empty variable counts as unset, as it
//! does for shell elements.

use std::collections::BTreeMap;

use crate::element::Element;
use crate::element::manifest::{Parameter, ValueError};
use crate::spec::{Given, ImageSpec};

use super::{ParameterOrigin, PlanError, PlannedParameter};
use crate::nearest::nearest;

/// The parameters of every element, in the elements' order, by name within.
pub(super) fn resolve(spec: &ImageSpec, elements: &[Element]) -> Result<Vec<PlannedParameter>, PlanError> {
    let settings = Settings::parse(&spec.settings, elements)?;
    let mut planned = Vec::new();
    for (element, name, parameter) in declared(elements) {
        let setting = settings.0.get(&(element, name)).copied();
        planned.push(decide(element, name, parameter, setting, &spec.environment)?);
    }
    Ok(planned)
}

fn declared(elements: &[Element]) -> impl Iterator<Item = (&str, &str, &Parameter)> {
    elements.iter().flat_map(|element| {
        let components = element.component.iter();
        let parameters = components.flat_map(|component| &component.manifest.parameters);
        parameters.map(|(name, parameter)| (element.name.as_str(), name.as_str(), parameter))
    })
}

fn decide(
    element: &str,
    name: &str,
    parameter: &Parameter,
    setting: Option<&Given<(String, String)>>,
    environment: &BTreeMap<String, String>,
) -> Result<PlannedParameter, PlanError> {
    let planned = |value, origin| PlannedParameter {
        element: element.to_owned(),
        name: name.to_owned(),
        variable: parameter.environment.clone(),
        value,
        origin,
    };
    let wrong = |source_name: String| {
        move |error: ValueError| PlanError::BadValue {
            element: element.to_owned(),
            name: name.to_owned(),
            source_name,
            error,
            description: parameter.description.clone(),
        }
    };
    if let Some(setting) = setting {
        let value = parameter.value_of(&setting.what.1).map_err(wrong(setting.origin()))?;
        return Ok(planned(Some(value), ParameterOrigin::Setting));
    }
    let variable = parameter.environment.as_ref();
    let text = variable.and_then(|name| environment.get_key_value(name)).filter(|(_, text)| !text.is_empty());
    if let Some((variable, text)) = text {
        let value = parameter.value_of(text).map_err(wrong(format!("the variable {variable}")))?;
        return Ok(planned(Some(value), ParameterOrigin::Environment(variable.clone())));
    }
    Ok(match &parameter.default {
        Some(value) => planned(Some(value.clone()), ParameterOrigin::Default),
        None => planned(None, ParameterOrigin::Unset),
    })
}

/// What the caller sets, by element and parameter. The last one given for a parameter counts.
struct Settings<'a>(BTreeMap<(&'a str, &'a str), &'a Given<(String, String)>>);

impl<'a> Settings<'a> {
    fn parse(settings: &'a [Given<(String, String)>], elements: &'a [Element]) -> Result<Self, PlanError> {
        let mut found = BTreeMap::new();
        for setting in settings {
            found.insert(owner(setting, elements)?, setting);
        }
        Ok(Settings(found))
    }
}

/// Which parameter a key means: `element.parameter`, or `parameter` where only one element has it.
fn owner<'a>(
    setting: &'a Given<(String, String)>,
    elements: &'a [Element],
) -> Result<(&'a str, &'a str), PlanError> {
    let key = setting.what.0.as_str();
    let (wanted, name) = match key.rsplit_once('.') {
        Some((element, name)) => (Some(element), name),
        None => (None, key),
    };
    if let Some(wanted) = wanted.filter(|wanted| elements.iter().all(|element| element.name != *wanted)) {
        let known: Vec<String> = elements.iter().map(|element| element.name.clone()).collect();
        let nearest = nearest(wanted, known.iter().map(String::as_str));
        return Err(PlanError::NoSuchElement {
            given: setting.shown(),
            element: wanted.to_owned(),
            nearest,
            known,
        });
    }
    let of_wanted = |element: &str| wanted.is_none_or(|wanted| wanted == element);
    let candidates: Vec<_> = declared(elements).filter(|(element, ..)| of_wanted(element)).collect();
    let mut owners = candidates.iter().filter(|(_, other, _)| *other == name).map(|(element, ..)| *element);
    match (owners.next(), owners.next()) {
        (Some(element), None) => Ok((element, name)),
        (Some(first), Some(second)) => {
            let elements = [first, second].into_iter().chain(owners).map(str::to_owned).collect();
            Err(PlanError::AmbiguousParameter { given: setting.shown(), name: name.to_owned(), elements })
        }
        (None, _) => Err(unknown(setting.shown(), wanted, name, &candidates)),
    }
}

fn unknown(
    given: String,
    wanted: Option<&str>,
    name: &str,
    candidates: &[(&str, &str, &Parameter)],
) -> PlanError {
    let shown = |element: &str, name: &str| match wanted {
        Some(_) => name.to_owned(),
        None => format!("{element}.{name}"),
    };
    let alike = nearest(name, candidates.iter().map(|(_, name, _)| *name));
    let nearest = candidates.iter().filter(|(_, name, _)| alike.iter().any(|other| other == name));
    PlanError::UnknownParameter {
        given,
        name: name.to_owned(),
        element: wanted.map(str::to_owned),
        nearest: nearest.map(|(element, name, _)| shown(element, name)).collect(),
        known: candidates.iter().map(|(element, name, _)| shown(element, name)).collect(),
    }
}
