//! What a plan is made of.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::Layout;
use super::secret::{self, HIDDEN, is_secret};
use crate::element::capability::Grant;
use crate::element::manifest::ParameterValue;
use crate::element::{Element, HookKind, Origin, Phase, Place};
use crate::spec::{Arch, Checksum, Conversion, DiskSpec, Format};

/// Everything a build will do.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// Architecture of the image.
    pub arch: Arch,
    /// Elements in order: dependencies before dependents, otherwise as given.
    pub elements: Vec<PlannedElement>,
    /// The ten phases in order, those without hooks included.
    pub phases: Vec<PlannedPhase>,
    /// The parameters of component elements.
    pub parameters: Vec<PlannedParameter>,
    /// What component elements ask for, and who grants it.
    pub grants: Vec<PlannedGrant>,
    /// Directories of the image that a cache backs while the tree is built.
    pub caches: Vec<PlannedCache>,
    /// Packages to add after the install phase.
    pub packages: Vec<String>,
    /// What is on the disk.
    pub layout: Layout,
    /// Size and file system choices.
    pub disk: DiskSpec,
    /// The image's name: the path of its outputs without an extension.
    #[serde(skip)]
    pub image_name: String,
    /// The files that the build leaves, in the order asked for.
    pub outputs: Vec<PlannedOutput>,
    /// Digests that are written beside each output.
    pub checksums: Vec<Checksum>,
    /// How images are converted.
    pub conversion: Conversion,
    /// Programs of the build host that the build needs.
    pub tools: Vec<Tool>,
    /// The caller's variables that the build passes on. Values of names that
    /// look like secrets are not printed.
    #[serde(serialize_with = "redact")]
    pub environment: BTreeMap<String, String>,
    /// The latest time that the outputs show, in seconds since 1970: that of
    /// `SOURCE_DATE_EPOCH`; absent means the times at which files were made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_date: Option<u64>,
    /// The loaded elements, in the order of `elements`.
    #[serde(skip)]
    pub sources: Vec<Element>,
}

/// One element of the image.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedElement {
    /// Its name.
    pub name: String,
    /// Where it was found.
    pub origin: Origin,
    /// One line on what it does, if it says so.
    pub summary: Option<String>,
    /// Why it is in the plan: asked for, or needed by another element.
    pub wanted_by: WantedBy,
    /// Names it stands in for.
    pub provides: Vec<String>,
}

/// Why an element is in the image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "element")]
pub enum WantedBy {
    /// The caller asked for it.
    Caller,
    /// This element depends on it.
    Element(String),
    /// Chosen by the planner where nothing else was: the default partitioning of `vm`.
    Default(String),
}

/// One phase.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedPhase {
    /// Which one.
    pub phase: Phase,
    /// Where its hooks run.
    pub place: Place,
    /// Its hooks, in the order they run.
    pub hooks: Vec<PlannedHook>,
}

/// One hook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedHook {
    /// Its full name, number included.
    pub name: String,
    /// The element it belongs to.
    pub element: String,
    /// What runs it.
    pub kind: HookKind,
}

/// One parameter of one component element with its decided value.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedParameter {
    /// The element.
    pub element: String,
    /// The parameter's name.
    pub name: String,
    /// The environment variable that shell elements know it by.
    pub variable: Option<String>,
    /// Absent means unset.
    pub value: Option<ParameterValue>,
    /// Who decided it.
    pub origin: ParameterOrigin,
}

impl PlannedParameter {
    /// Whether its name, or its variable's, says that people should not see the value.
    pub fn is_secret(&self) -> bool {
        is_secret(&self.name) || self.variable.as_deref().is_some_and(is_secret)
    }
}

impl Serialize for PlannedParameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut shown = serializer.serialize_struct("PlannedParameter", 5)?;
        shown.serialize_field("element", &self.element)?;
        shown.serialize_field("name", &self.name)?;
        shown.serialize_field("variable", &self.variable)?;
        match &self.value {
            Some(_) if self.is_secret() => shown.serialize_field("value", HIDDEN)?,
            value => shown.serialize_field("value", value)?,
        }
        shown.serialize_field("origin", &self.origin)?;
        shown.end()
    }
}

/// Who decided a parameter's value.
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

/// One capability that an element asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedGrant {
    /// The element.
    pub element: String,
    /// The capability.
    pub grant: Grant,
    /// Who grants it, if anybody does.
    pub origin: GrantOrigin,
}

/// Who grants a capability.
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

/// A cache of a component element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedCache {
    /// The element.
    pub element: String,
    /// What its manifest calls the cache.
    pub name: String,
    /// The directory of the image that it backs.
    pub path: String,
    /// Its own directory, below `slate`'s cache directory.
    pub directory: PathBuf,
}

/// One file that the build leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedOutput {
    /// Its format.
    pub format: Format,
    /// Where it goes.
    pub path: PathBuf,
}

/// A program of the build host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tool {
    /// Its name, as found on `PATH`.
    pub program: String,
    /// Serves where `program` is missing.
    pub alternative: Option<String>,
    /// Debian's package that brings it.
    pub package: String,
    /// Who needs it: an element, or a stage.
    pub wanted_by: String,
}

impl Plan {
    /// The hooks of a phase, in order.
    pub fn hooks(&self, phase: Phase) -> &[PlannedHook] {
        self.phases.iter().find(|planned| planned.phase == phase).map_or(&[], |planned| &planned.hooks)
    }

    /// What compresses a tgz: a program, with arguments perhaps.
    pub fn compressor(&self) -> &str {
        super::tools::compressor(&self.environment).unwrap_or("gzip")
    }

    /// Whether a component manages the image's packages.
    pub fn has_component_distribution(&self) -> bool {
        super::declared::has_component_distribution(&self.sources)
    }

    /// The loaded element of a planned hook.
    pub fn source(&self, name: &str) -> Option<&Element> {
        self.sources.iter().find(|element| element.name == name)
    }
}

fn redact<S: Serializer>(environment: &BTreeMap<String, String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(environment.iter().map(|(name, value)| (name, secret::shown(name, value))))
}
