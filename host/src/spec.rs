//! What a caller asks for: the input of the planner.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::element::capability::Grant;

/// An image, as a caller describes it. Holds no defaults that depend on the
/// machine: the command line reads those and passes them in, so that planning
/// stays pure.
#[derive(Clone, Debug, Default)]
pub struct ImageSpec {
    /// Elements as typed: names, directories, or `.wasm` files.
    pub elements: Vec<String>,
    /// Output path. Its extension is replaced by each format's, unless there is one format.
    pub output: PathBuf,
    /// Formats to export, in the order given, without repeats.
    pub formats: Vec<Format>,
    /// Architecture of the image.
    pub arch: Arch,
    /// `--set element.parameter=value` and `--set parameter=value`, in the order given.
    pub settings: Vec<(String, String)>,
    /// The part of the caller's environment a build may see: `DIB_*`, proxy
    /// variables, and what the contract names.
    pub environment: BTreeMap<String, String>,
    /// Capabilities the operator grants to foreign elements.
    pub grants: Vec<(String, Grant)>,
    /// Packages to add after the install phase (`-p`).
    pub packages: Vec<String>,
    /// Size and file system choices.
    pub disk: DiskSpec,
    /// Write `.sha256` and `.md5` files beside each output.
    pub checksum: bool,
}

/// What a caller may say about the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskSpec {
    /// Size of the whole image in bytes; absent means just large enough.
    pub image_size: Option<u64>,
    /// Bytes to add to what the tree needs.
    pub extra_size: u64,
    /// Label of the root file system; absent means `cloudimg-rootfs`.
    pub root_label: Option<String>,
    /// Extra arguments for mkfs of the root file system.
    pub mkfs_options: Vec<String>,
    /// Largest size, in bytes, that the root can be grown to online.
    pub max_online_resize: Option<u64>,
    /// Journal size of the root in MiB.
    pub journal_size: Option<u32>,
}

/// Architectures by Debian's names, which are what the contract passes on as `ARCH`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arch {
    #[default]
    Amd64,
    Arm64,
}

impl Arch {
    /// Every architecture, in the order shown to people.
    pub const ALL: [Arch; 2] = [Arch::Amd64, Arch::Arm64];

    /// Debian's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Arch::Amd64 => "amd64",
            Arch::Arm64 => "arm64",
        }
    }

    /// The architecture of the build host, if it is one of ours.
    pub fn of_host() -> Option<Arch> {
        std::env::consts::ARCH.parse().ok()
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is none of the known ones.
#[derive(Debug, thiserror::Error)]
#[error("unknown {what} '{given}' (known: {known})")]
pub struct UnknownName {
    what: &'static str,
    given: String,
    known: String,
}

impl UnknownName {
    fn new<T: fmt::Display>(what: &'static str, given: &str, known: &[T]) -> Self {
        let known = known.iter().map(T::to_string).collect::<Vec<_>>().join(", ");
        UnknownName { what, given: given.to_owned(), known }
    }
}

impl FromStr for Arch {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "amd64" | "x86_64" => Ok(Arch::Amd64),
            "arm64" | "aarch64" => Ok(Arch::Arm64),
            _ => Err(UnknownName::new("architecture", name, &Arch::ALL)),
        }
    }
}

/// Formats an image can be exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Qcow2,
    Raw,
    Tar,
}

impl Format {
    /// Every format, in the order shown to people.
    pub const ALL: [Format; 3] = [Format::Qcow2, Format::Raw, Format::Tar];

    /// The name, which is the file extension too.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Qcow2 => "qcow2",
            Format::Raw => "raw",
            Format::Tar => "tar",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Format::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| UnknownName::new("format", name, &Format::ALL))
    }
}
