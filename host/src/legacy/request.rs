//! From flags and environment to an [`ImageSpec`] and the choices around it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Creator;
use super::options::Options;
use super::outputs::{self, TypeError};
use crate::plan::{PlannedOutput, names_file};
use crate::spec::{Arch, Checksum, Conversion, DiskSpec, ImageSpec, UnknownName};
use crate::words;

const MIB: f64 = 1024.0 * 1024.0;
const GIB: f64 = 1024.0 * MIB;

/// DIB counts the largest online size in file system blocks of this many bytes.
const EXT4_BLOCK: u64 = 4096;

/// The element that a disk image gets without being asked for it.
pub const BASE_ELEMENT: &str = "base";

/// What a process needs to find programs and its home: still there after `-c`.
const SURVIVES_CLEARING: [&str; 4] = ["HOME", "PATH", "TERM", "USER"];

/// What one call asks for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What to build.
    pub spec: ImageSpec,
    /// What to write, by the names that these commands give.
    pub outputs: Vec<PlannedOutput>,
    /// Output path without an extension.
    pub image_name: PathBuf,
    /// The caller's variables, without those that flags set.
    pub given: BTreeMap<String, String>,
    /// The element to add if there is one of that name, unless the caller forbade it.
    pub implied: Option<&'static str>,
    /// Where build directories are made, if not in the usual place.
    pub work_directory: Option<PathBuf>,
    /// Use no network for what is cached.
    pub offline: bool,
    /// Build on disk even where memory would do.
    pub no_tmpfs: bool,
    /// Least memory in bytes for a build in memory.
    pub min_tmpfs: u64,
    /// Rename outputs of earlier builds instead of replacing them.
    pub keep_old: bool,
    /// Where all messages go too.
    pub logfile: Option<PathBuf>,
    /// Print no messages.
    pub quiet: bool,
    /// Tracing level of hooks.
    pub trace: u32,
    /// Print messages without the time (`DIB_NO_TIMESTAMP`).
    pub no_timestamp: bool,
}

/// A request that cannot be met.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// No elements.
    #[error("at least one distribution root element must be specified")]
    NoElements,
    /// `-a`.
    #[error(transparent)]
    Architecture(#[from] UnknownName),
    /// `-t`.
    #[error(transparent)]
    Type(#[from] TypeError),
    /// A number that is none.
    #[error("{name} must be {expected}, not '{value}'")]
    Number {
        /// The variable, with the flag that sets it.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it was.
        value: String,
    },
    /// `DIB_CHECKSUM`.
    #[error("DIB_CHECKSUM: {0}; 1 means all")]
    Checksum(UnknownName),
    /// `--mkfs-options`.
    #[error("--mkfs-options has an open quote: {0}")]
    MkfsOptions(String),
    /// `-o` ends in no name.
    #[error("-o {0} is a directory: name a file in it")]
    OutputDirectory(String),
    /// The architecture of the build host is none of those known, and none was given.
    #[error("the build host's architecture is not known; give one with -a, as -a amd64")]
    HostArchitecture,
}

/// Decides a request. `caller` is the caller's environment.
///
/// # Errors
///
/// Fails if a value makes no sense, or if no element is named.
pub fn request(
    creator: Creator,
    options: &Options,
    caller: &BTreeMap<String, String>,
) -> Result<Request, RequestError> {
    if options.elements.is_empty() {
        return Err(RequestError::NoElements);
    }
    let given = kept(options, caller);
    let variables = Variables::new(creator, options, given.clone());
    let image_name = outputs::image_name(variables.or("IMAGE_NAME", "image"), &options.types);
    if !names_file(&image_name) {
        return Err(RequestError::OutputDirectory(image_name.display().to_string()));
    }
    let wanted = outputs::wanted(&options.types)?;
    let spec = ImageSpec {
        elements: elements(creator, options, &variables),
        formats: wanted.iter().map(|(format, _)| *format).collect(),
        arch: architecture(&variables)?,
        environment: variables.map.clone(),
        packages: options.packages.clone(),
        disk: disk(options, &variables)?,
        checksums: checksums(&variables)?,
        conversion: Conversion {
            uncompressed: options.uncompressed,
            qemu_img_options: variables.get("QEMU_IMG_OPTIONS").map(str::to_owned),
            docker_target: variables.get("DOCKER_TARGET").map(str::to_owned),
            aci_manifest: None,
        },
        ..ImageSpec::default()
    };
    let quiet = match variables.get("DIB_QUIET") {
        Some(value) => value == "1",
        None => options.logfile.is_some(),
    };
    Ok(Request {
        spec,
        outputs: outputs::planned(&image_name, &wanted),
        image_name,
        given,
        implied: implied(&variables),
        work_directory: variables.get("TMP_DIR").map(PathBuf::from),
        offline: variables.is_on("DIB_OFFLINE"),
        no_tmpfs: variables.is_on("DIB_NO_TMPFS"),
        min_tmpfs: min_tmpfs(creator, &variables)?,
        keep_old: !variables.is_on("OVERWRITE_OLD_IMAGE"),
        logfile: options.logfile.as_ref().map(PathBuf::from),
        quiet,
        trace: variables.get("DIB_DEBUG_TRACE").and_then(|level| level.parse().ok()).unwrap_or(0),
        no_timestamp: variables.get("DIB_NO_TIMESTAMP") == Some("1"),
    })
}

/// The caller's variables that `-c` leaves.
fn kept(options: &Options, caller: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let kept = |name: &String| !options.clear_environment || SURVIVES_CLEARING.contains(&name.as_str());
    let kept = caller.iter().filter(|(name, _)| kept(name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The caller's variables with those of the flags over them.
struct Variables {
    map: BTreeMap<String, String>,
}

impl Variables {
    fn new(creator: Creator, options: &Options, mut map: BTreeMap<String, String>) -> Variables {
        map.extend(options.variables.clone());
        let home = map.get("HOME").map_or("/root", String::as_str);
        let image_cache = format!("{home}/.cache/image-create");
        let mut default = |name: &str, value: &str| {
            map.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        };
        default("DIB_IMAGE_CACHE", &image_cache);
        if creator == Creator::Ramdisk {
            default("DIB_NO_TMPFS", "1");
            default("RAMDISK_ELEMENT", "ramdisk");
        }
        Variables { map }
    }

    /// A variable that is set to something.
    fn get(&self, name: &str) -> Option<&str> {
        self.map.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn or<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.get(name).unwrap_or(default)
    }

    /// Shell's idea of a switch: set, and not to 0.
    fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value != "0")
    }

    fn number(&self, variable: &str, name: &'static str) -> Result<Option<f64>, RequestError> {
        let Some(value) = self.get(variable) else { return Ok(None) };
        match value.trim().parse::<f64>() {
            Ok(number) if number.is_finite() && number >= 0.0 => Ok(Some(number)),
            _ => Err(RequestError::Number { name, expected: "a number", value: value.to_owned() }),
        }
    }

    fn integer(&self, variable: &str, name: &'static str) -> Result<Option<u64>, RequestError> {
        let Some(value) = self.get(variable) else { return Ok(None) };
        let wrong = |_| RequestError::Number { name, expected: "a whole number", value: value.to_owned() };
        value.trim().parse().map(Some).map_err(wrong)
    }
}

fn elements(creator: Creator, options: &Options, variables: &Variables) -> Vec<String> {
    let ramdisk =
        (creator == Creator::Ramdisk).then(|| variables.or("RAMDISK_ELEMENT", "ramdisk").to_owned());
    ramdisk.into_iter().chain(options.elements.iter().cloned()).collect()
}

fn implied(variables: &Variables) -> Option<&'static str> {
    let skipped = variables.get("SKIP_BASE") == Some("1");
    (!skipped).then_some(BASE_ELEMENT)
}

fn architecture(variables: &Variables) -> Result<Arch, RequestError> {
    match variables.get("ARCH") {
        Some(name) => Ok(name.parse()?),
        None => Arch::of_host().ok_or(RequestError::HostArchitecture),
    }
}

fn checksums(variables: &Variables) -> Result<Vec<Checksum>, RequestError> {
    Checksum::chosen(variables.or(Checksum::VARIABLE, "0")).map_err(RequestError::Checksum)
}

fn disk(options: &Options, variables: &Variables) -> Result<DiskSpec, RequestError> {
    let bytes = |number: f64, unit: f64| (number * unit) as u64;
    let mkfs = options.mkfs_options.as_deref().unwrap_or_default();
    let resize = variables.integer("MAX_ONLINE_RESIZE", "--max-online-resize (MAX_ONLINE_RESIZE)")?;
    let name = "--mkfs-journal-size (DIB_JOURNAL_SIZE)";
    let wrong =
        |size: u64| RequestError::Number { name, expected: "a number of MiB", value: size.to_string() };
    let journal = variables.integer("DIB_JOURNAL_SIZE", name)?;
    let journal = journal.map(|size| u32::try_from(size).map_err(|_| wrong(size))).transpose()?;
    Ok(DiskSpec {
        image_size: variables
            .number("DIB_IMAGE_SIZE", "--image-size (DIB_IMAGE_SIZE)")?
            .map(|size| bytes(size, GIB)),
        extra_size: variables
            .number("DIB_IMAGE_EXTRA_SIZE", "--image-extra-size (DIB_IMAGE_EXTRA_SIZE)")?
            .map_or(0, |size| bytes(size, MIB)),
        root_file_system: variables.get("FS_TYPE").map(str::to_owned),
        root_label: variables.get("ROOT_LABEL").map(str::to_owned),
        mkfs_options: words::split(mkfs).ok_or_else(|| RequestError::MkfsOptions(mkfs.to_owned()))?,
        max_online_resize: resize.map(|blocks| blocks.saturating_mul(EXT4_BLOCK)),
        journal_size: journal,
    })
}

/// DIB wants twice the smallest tmpfs, since a tmpfs takes half of the memory.
fn min_tmpfs(creator: Creator, variables: &Variables) -> Result<u64, RequestError> {
    let default = match creator {
        Creator::Disk => 2,
        Creator::Ramdisk => 1,
    };
    let least = variables.integer("DIB_MIN_TMPFS", "--min-tmpfs (DIB_MIN_TMPFS)")?.unwrap_or(default);
    Ok(least.saturating_mul(2).saturating_mul(GIB as u64))
}

#[cfg(test)]
mod tests;
