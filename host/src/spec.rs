//! What a caller asks for: the input of the planner.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::element::capability::Grant;

mod checksum;
mod given;

pub use checksum::Checksum;
pub use given::{Given, Source};

/// An image, as a caller describes it. Holds no defaults that depend on the
/// machine: the command line reads those and passes them in, so that planning
/// stays pure.
#[derive(Clone, Debug, Default)]
pub struct ImageSpec {
    /// Elements as typed: names, directories, or `.wasm` files.
    pub elements: Vec<String>,
    /// Output path. Its extension is replaced by each format's, unless there is one format.
    /// Empty where the caller names the outputs after planning.
    pub output: PathBuf,
    /// Formats to export, in the order given, without repeats.
    pub formats: Vec<Format>,
    /// Architecture of the image.
    pub arch: Arch,
    /// Parameters with their values, `element.parameter` or `parameter`, in the order given.
    pub settings: Vec<Given<(String, String)>>,
    /// The caller's environment. A build sees only the part that the planner lets through.
    pub environment: BTreeMap<String, String>,
    /// Capabilities the operator grants to foreign elements.
    pub grants: Vec<Given<(String, Grant)>>,
    /// Packages to add after the install phase (`-p`).
    pub packages: Vec<String>,
    /// Size and file system choices.
    pub disk: DiskSpec,
    /// Digests to write beside each output.
    pub checksums: Vec<Checksum>,
    /// How images are converted.
    pub conversion: Conversion,
    /// The caller's block device configuration, which stands in for the elements' one.
    pub block_device: Option<String>,
}

/// How images are converted to their formats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Conversion {
    /// Leave formats that could be compressed uncompressed: larger, but faster.
    pub uncompressed: bool,
    /// `qemu-img convert -o`: `key=value`, separated by commas.
    pub qemu_img_options: Option<String>,
    /// What a Docker image is called, `repository:tag`; absent means by the output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docker_target: Option<String>,
    /// The manifest of an App Container image; absent means a plain one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aci_manifest: Option<String>,
}

/// What a caller may say about the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskSpec {
    /// Size of the whole image in bytes; absent means just large enough.
    pub image_size: Option<u64>,
    /// Bytes to add to what the tree needs.
    pub extra_size: u64,
    /// Type of the root file system where the layout names none; absent means `ext4`.
    pub root_file_system: Option<String>,
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
    /// 64 bits of x86.
    #[default]
    Amd64,
    /// 64 bits of ARM.
    Arm64,
    /// 32 bits of ARM with hardware floating point.
    Armhf,
    /// 32 bits of x86.
    I386,
    /// 64 bits of POWER, little-endian.
    Ppc64el,
    /// 64 bits of RISC-V.
    Riscv64,
    /// 64 bits of IBM Z.
    S390x,
}

impl Arch {
    /// Every architecture, in the order shown to people.
    pub const ALL: [Arch; 7] =
        [Arch::Amd64, Arch::Arm64, Arch::Armhf, Arch::I386, Arch::Ppc64el, Arch::Riscv64, Arch::S390x];

    /// Debian's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Arch::Amd64 => "amd64",
            Arch::Arm64 => "arm64",
            Arch::Armhf => "armhf",
            Arch::I386 => "i386",
            Arch::Ppc64el => "ppc64el",
            Arch::Riscv64 => "riscv64",
            Arch::S390x => "s390x",
        }
    }

    /// The architecture of the build host, if it is one of ours.
    pub fn of_host() -> Option<Arch> {
        std::env::consts::ARCH.parse().ok()
    }

    /// QEMU's name for its processor.
    pub fn processor(self) -> &'static str {
        match self {
            Arch::Amd64 => "x86_64",
            Arch::Arm64 => "aarch64",
            Arch::Armhf => "arm",
            Arch::I386 => "i386",
            Arch::Ppc64el => "ppc64le",
            Arch::Riscv64 => "riscv64",
            Arch::S390x => "s390x",
        }
    }

    /// Whether its processors run programs of another architecture themselves.
    pub fn runs(self, other: Arch) -> bool {
        self == other || matches!((self, other), (Arch::Amd64, Arch::I386) | (Arch::Arm64, Arch::Armhf))
    }

    /// Whether its machines can start by a BIOS.
    pub fn has_bios(self) -> bool {
        matches!(self, Arch::Amd64 | Arch::I386)
    }

    /// Whether its machines can start by UEFI.
    pub fn has_efi(self) -> bool {
        !matches!(self, Arch::Ppc64el | Arch::S390x)
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
            "armhf" | "arm" | "armv7l" => Ok(Arch::Armhf),
            "i386" | "i586" | "i686" | "x86" => Ok(Arch::I386),
            "ppc64el" | "ppc64le" | "powerpc64" => Ok(Arch::Ppc64el),
            "riscv64" => Ok(Arch::Riscv64),
            "s390x" => Ok(Arch::S390x),
            _ => Err(UnknownName::new("architecture", name, &Arch::ALL)),
        }
    }
}

/// Formats an image can be exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// QEMU's format, compressed unless asked otherwise.
    Qcow2,
    /// The disk as it is, sparse.
    Raw,
    /// The tree with owners, modes, links and extended attributes.
    Tar,
    /// The tar, compressed with gzip.
    Tgz,
    /// The tree as a squashfs image, compressed with xz.
    Squashfs,
    /// A dynamic VHD, which qemu-img calls `vpc`.
    Vhd,
    /// The successor of VHD.
    Vhdx,
    /// VMware's format.
    Vmdk,
    /// VirtualBox's format.
    Vdi,
    /// QEMU's first format.
    Qcow,
    /// QEMU's enhanced disk.
    Qed,
    /// Parallels' format.
    Parallels,
    /// An archive that `docker load` and `podman load` take.
    Docker,
    /// An App Container image: the tree and a manifest.
    Aci,
}

/// What a format is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatSource {
    /// The raw disk image.
    Disk,
    /// The root file system tree.
    Tree,
}

impl Format {
    /// Every format, in the order shown to people.
    pub const ALL: [Format; 14] = [
        Format::Qcow2,
        Format::Raw,
        Format::Tar,
        Format::Tgz,
        Format::Squashfs,
        Format::Vhd,
        Format::Vhdx,
        Format::Vmdk,
        Format::Vdi,
        Format::Qcow,
        Format::Qed,
        Format::Parallels,
        Format::Docker,
        Format::Aci,
    ];

    /// The name, which is the file extension too.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Qcow2 => "qcow2",
            Format::Raw => "raw",
            Format::Tar => "tar",
            Format::Tgz => "tgz",
            Format::Squashfs => "squashfs",
            Format::Vhd => "vhd",
            Format::Vhdx => "vhdx",
            Format::Vmdk => "vmdk",
            Format::Vdi => "vdi",
            Format::Qcow => "qcow",
            Format::Qed => "qed",
            Format::Parallels => "parallels",
            Format::Docker => "docker",
            Format::Aci => "aci",
        }
    }

    /// What it is made from.
    pub fn source(self) -> FormatSource {
        match self {
            Format::Tar | Format::Tgz | Format::Squashfs | Format::Docker | Format::Aci => FormatSource::Tree,
            _ => FormatSource::Disk,
        }
    }

    /// qemu-img's name of it, for the formats that qemu-img writes.
    pub fn qemu_img_name(self) -> Option<&'static str> {
        match self {
            Format::Vhd => Some("vpc"),
            Format::Raw => None,
            other => (other.source() == FormatSource::Disk).then_some(other.as_str()),
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
