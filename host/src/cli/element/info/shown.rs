//! An element as programs read it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::element::manifest::{CacheMount, HostProgram, Parameter};
use crate::element::{Component, Element, Hook, Origin};

/// Everything that `slate element info` tells.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Shown<'a> {
    name: &'a str,
    summary: Option<&'a str>,
    origin: &'a Origin,
    version: Option<&'a str>,
    api: Option<&'a str>,
    dependencies: &'a [String],
    provides: &'a [String],
    hooks: Vec<&'a Hook>,
    parameters: BTreeMap<&'a str, &'a Parameter>,
    grants: Vec<Wish>,
    caches: &'a [CacheMount],
    host_programs: &'a [HostProgram],
}

/// A capability that the element asks for.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Wish {
    capability: String,
    /// Whether it has it without being granted it.
    built_in: bool,
    /// What grants it on the command line.
    flag: Option<String>,
}

impl<'a> Shown<'a> {
    pub(super) fn of(element: &'a Element) -> Shown<'a> {
        let manifest = element.component.as_ref().map(|Component { manifest, .. }| manifest);
        let mut hooks: Vec<&Hook> = element.hooks.iter().collect();
        hooks.sort_by(|a, b| a.phase.cmp(&b.phase).then_with(|| super::hook_name::compare(&a.name, &b.name)));
        let wish = |grant: &super::Grant| {
            let flag = super::flag(element, grant);
            Wish { capability: grant.to_string(), built_in: flag.is_none(), flag }
        };
        Shown {
            name: &element.name,
            summary: element.summary.as_deref(),
            origin: &element.origin,
            version: manifest.map(|manifest| manifest.version.as_str()),
            api: manifest.map(|manifest| manifest.api.as_str()),
            dependencies: &element.dependencies,
            provides: &element.provides,
            hooks,
            parameters: manifest
                .map(|manifest| manifest.parameters.iter().map(|(name, it)| (name.as_str(), it)).collect())
                .unwrap_or_default(),
            grants: super::grants(element).iter().map(wish).collect(),
            caches: manifest.map(|manifest| manifest.caches.as_slice()).unwrap_or_default(),
            host_programs: manifest
                .map(|manifest| manifest.capabilities.host_programs.as_slice())
                .unwrap_or_default(),
        }
    }
}
