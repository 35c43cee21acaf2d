//! The planner: from what a caller asks for to everything a build will do.
//!
//! Planning is pure: the same [`ImageSpec`] and the same elements give the
//! same [`Plan`], byte for byte once serialised. It runs no guest code, needs
//! no root and changes nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use crate::element::capability::Grant;
use crate::element::manifest::{CacheMount, ParameterValue};
use crate::element::{Element, HookKind, Origin, Phase, Place};
use crate::spec::{Arch, Conversion, DiskSpec, Format};

pub mod layout;

pub use layout::Layout;

/// Everything a build will do.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    pub arch: Arch,
    /// Elements in order: dependencies before dependents, otherwise as given.
    pub elements: Vec<PlannedElement>,
    /// The ten phases in order, those without hooks included.
    pub phases: Vec<PlannedPhase>,
    pub parameters: Vec<PlannedParameter>,
    pub grants: Vec<PlannedGrant>,
    /// Packages to add after the install phase.
    pub packages: Vec<String>,
    pub layout: Layout,
    pub disk: DiskSpec,
    pub outputs: Vec<PlannedOutput>,
    pub checksum: bool,
    pub conversion: Conversion,
    /// Programs of the build host that the build needs.
    pub tools: Vec<Tool>,
    /// The caller's variables that the build passes on. Values of names that
    /// look like secrets are not printed.
    #[serde(serialize_with = "crate::plan::redact")]
    pub environment: BTreeMap<String, String>,
    /// The loaded elements, in the order of `elements`.
    #[serde(skip)]
    pub sources: Vec<Element>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedElement {
    pub name: String,
    pub origin: Origin,
    pub summary: Option<String>,
    /// Why it is in the plan: asked for, or needed by another element.
    pub wanted_by: WantedBy,
    pub provides: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "element")]
pub enum WantedBy {
    Caller,
    Element(String),
    /// Chosen by the planner where nothing else was: the default partitioning of `vm`.
    Default(String),
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedPhase {
    pub phase: Phase,
    pub place: Place,
    pub hooks: Vec<PlannedHook>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedHook {
    pub name: String,
    pub element: String,
    pub kind: HookKind,
}

/// One parameter of one component element with its decided value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedParameter {
    pub element: String,
    pub name: String,
    pub value: Option<ParameterValue>,
    pub origin: ParameterOrigin,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "name")]
pub enum ParameterOrigin {
    /// No value.
    Unset,
    /// The manifest's default.
    Default,
    /// An environment variable of the caller.
    Environment(String),
    /// `--set`.
    Setting,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedGrant {
    pub element: String,
    pub grant: Grant,
    pub origin: GrantOrigin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrantOrigin {
    /// The element is built in.
    Builtin,
    /// `--grant`.
    Operator,
    /// Asked for by a foreign element and not granted: using it is an error.
    Denied,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedOutput {
    pub format: Format,
    pub path: PathBuf,
}

/// A program of the build host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tool {
    pub program: String,
    /// Serves where `program` is missing.
    pub alternative: Option<String>,
    /// Debian's package that brings it.
    pub package: String,
    /// Who needs it: an element, or a stage.
    pub wanted_by: String,
}

impl Plan {
    /// The planned cache mounts, each with its element's name.
    pub fn caches(&self) -> impl Iterator<Item = (&str, &CacheMount)> {
        self.sources.iter().flat_map(|element| {
            let mounts = element.component.iter().flat_map(|component| &component.manifest.caches);
            mounts.map(|mount| (element.name.as_str(), mount))
        })
    }

    /// The hooks of a phase, in order.
    pub fn hooks(&self, phase: Phase) -> &[PlannedHook] {
        self.phases.iter().find(|planned| planned.phase == phase).map_or(&[], |planned| &planned.hooks)
    }

    /// The loaded element of a planned hook.
    pub fn source(&self, name: &str) -> Option<&Element> {
        self.sources.iter().find(|element| element.name == name)
    }
}

fn redact<S: serde::Serializer>(
    environment: &BTreeMap<String, String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let hidden = |name: &str| {
        let name = name.to_ascii_uppercase();
        ["PASSWORD", "SECRET", "TOKEN", "KEY"].iter().any(|word| name.contains(word))
    };
    serializer.collect_map(environment.iter().map(|(name, value)| {
        let shown = if hidden(name) { "(not shown)" } else { value.as_str() };
        (name, shown)
    }))
}
