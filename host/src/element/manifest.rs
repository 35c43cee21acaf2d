//! `element.toml`: what a component element says about itself.
//!
//! ```toml
//! name = "hello"
//! version = "0.1.0"
//! summary = "Greets whoever logs in"
//! api = "0.1"
//! dependencies = ["openssh-server"]
//! provides = []
//!
//! [[hooks]]
//! phase = "install"
//! order = 50
//! name = "greet"
//!
//! [parameters.greeting]
//! type = "string"
//! default = "hello"
//! description = "First line of /etc/motd"
//! environment = "DIB_HELLO_GREETING"
//!
//! [parameters.language]
//! type = "string"
//! choices = ["de", "en"]
//!
//! [parameters.times]
//! type = "integer"
//! default = 1
//! min = 1
//! max = 10
//!
//! [capabilities]
//! environment = ["HOME"]
//! host-files = ["~/.ssh/authorized_keys"]
//! host-programs = [{ program = "mmdebstrap", package = "mmdebstrap", alternative = "debootstrap" }]
//! urls = ["https://example.org/"]
//! chroot = true
//! block-device = false
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::capability::Grant;
use super::phase::Phase;

pub mod api;
mod error;
mod parse;
mod printable;
mod program;
#[cfg(test)]
mod reference;
mod validate;
mod value;

pub use api::API_VERSIONS;
pub use error::ManifestError;
pub use program::HostProgram;
pub use value::ValueError;

/// The largest `order` a hook can have.
pub const MAX_ORDER: u32 = 99_999;

/// The parsed manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// The element's name.
    pub name: String,
    /// The element's own version.
    pub version: String,
    /// One line on what it does.
    #[serde(default)]
    pub summary: String,
    /// Series of `blankslate:element` it was written against: `major.minor`. Manifests may
    /// name a release of it too: `0.1.0`.
    pub api: String,
    /// The component's file, beside the manifest; absent means `<name>.wasm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Names of the elements it needs.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// Names it stands in for.
    #[serde(default)]
    pub provides: Vec<String>,
    /// The hooks it exports.
    #[serde(default)]
    pub hooks: Vec<ManifestHook>,
    /// What an operator can set, by name.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
    /// What it may do beyond its own tree, if it is granted.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// Directories of the image that are backed by a cache of the build host while the tree is built.
    #[serde(default)]
    pub caches: Vec<CacheMount>,
}

/// One hook of a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestHook {
    /// When it runs.
    pub phase: Phase,
    /// Position among all hooks of the phase, 0 to 99 999.
    pub order: u32,
    /// What the component is asked to run.
    pub name: String,
}

impl ManifestHook {
    /// `<order>-<name>`, order with two digits at least: what the hook is
    /// called in plans and logs, and what it is sorted by.
    pub fn full_name(&self) -> String {
        format!("{:02}-{}", self.order, self.name)
    }
}

/// One parameter of a component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Parameter {
    /// What values it takes.
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// Absent means that the parameter is unset unless the operator sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<ParameterValue>,
    /// One line on what it changes.
    #[serde(default)]
    pub description: String,
    /// The environment variable that sets it, for users of shell elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The only values allowed, where that is a closed set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// The smallest value of an integer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The largest value of an integer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterType {
    /// Any text.
    String,
    /// A whole number of 64 bits.
    Integer,
    /// `true` or `false`; in text form also yes, no, on, off, 1 and 0.
    Boolean,
    /// A list of strings; in text form separated by commas or white space.
    List,
}

/// A parameter's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ParameterValue {
    /// Of a boolean.
    Boolean(bool),
    /// Of an integer.
    Integer(i64),
    /// Of a string.
    String(String),
    /// Of a list.
    List(Vec<String>),
}

/// What a component asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Capabilities {
    /// Names of environment variables of the caller to read.
    pub environment: Vec<String>,
    /// Files and directories of the build host to read; `~` is the caller's home.
    pub host_files: Vec<String>,
    /// Programs of the build host to run.
    pub host_programs: Vec<HostProgram>,
    /// Prefixes of the URLs to fetch.
    pub urls: Vec<String>,
    /// Run programs inside the image's chroot.
    pub chroot: bool,
    /// Query and change the image's block device.
    pub block_device: bool,
}

impl Capabilities {
    /// The same, one by one, in a fixed order.
    pub fn grants(&self) -> Vec<Grant> {
        let mut grants: Vec<Grant> = Vec::new();
        grants.extend(self.environment.iter().cloned().map(Grant::Environment));
        grants.extend(self.host_files.iter().cloned().map(Grant::HostFile));
        for host in &self.host_programs {
            grants.push(Grant::HostProgram(host.program.clone()));
            grants.extend(host.alternative.clone().map(Grant::HostProgram));
        }
        grants.extend(self.urls.iter().cloned().map(Grant::Url));
        grants.extend(self.chroot.then_some(Grant::Chroot));
        grants.extend(self.block_device.then_some(Grant::BlockDevice));
        grants
    }
}

/// A cache mount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheMount {
    /// Name of the cache on the build host, unique per kind of content.
    pub name: String,
    /// Absolute path in the image.
    pub path: String,
}
