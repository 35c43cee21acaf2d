//! The arguments that describe an image: the same for `build` and `plan`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;

use crate::element::Library;
use crate::element::capability::Grant;
use crate::element::hook_name::NameRule;
use crate::element::installed;
use crate::plan::{Plan, plan};
use crate::spec::{Arch, Checksum, Conversion, DiskSpec, Format, ImageSpec};

use super::Failure;
use super::image_file::ImageFile;

pub(super) mod size;

/// What the contract calls the block device configuration.
const BLOCK_DEVICE_CONFIG: &str = "DIB_BLOCK_DEVICE_CONFIG";

/// What the contract calls the directories of elements.
const ELEMENTS_PATH: &str = "ELEMENTS_PATH";

/// What the contract calls the type of the root file system.
const FS_TYPE: &str = "FS_TYPE";

/// What outputs are named after where nothing is said.
const DEFAULT_OUTPUT: &str = "image";

/// Where elements are looked for; shared with `slate element`.
#[derive(Debug, Parser)]
pub(super) struct LibraryArgs {
    /// Directories of elements, separated by ':', that come before the built-in ones [env: ELEMENTS_PATH]
    #[arg(long, value_name = "DIRS", value_delimiter = ':')]
    elements_path: Vec<PathBuf>,
}

impl LibraryArgs {
    /// The library they describe.
    pub(super) fn library(&self) -> Result<Library, Failure> {
        let environment = environment();
        library(&self.path_or(&environment, &[]), &environment)
    }

    /// The directories of the flag, else those given, else those of the variable.
    fn path_or(&self, environment: &BTreeMap<String, String>, given: &[PathBuf]) -> Vec<PathBuf> {
        match (self.elements_path.as_slice(), given) {
            ([], []) => {
                let directories = variable(environment, ELEMENTS_PATH).unwrap_or_default();
                directories.split(':').map(PathBuf::from).collect()
            }
            ([], given) => given.to_vec(),
            (flag, _) => flag.to_vec(),
        }
    }
}

/// The library of the elements path `path`, and of what the environment adds.
pub(crate) fn library(path: &[PathBuf], environment: &BTreeMap<String, String>) -> Result<Library, Failure> {
    let named = path.iter().filter(|entry| !entry.as_os_str().is_empty());
    let installed = installed::find(environment).map(|found| found.elements);
    let library = Library::new(named.cloned().collect())?.with_fallback(installed.into_iter().collect());
    match environment.get(NameRule::VARIABLE) {
        Some(pattern) if !pattern.is_empty() => {
            let wrong = |error| Failure::request(format!("{}: {error}", NameRule::VARIABLE));
            Ok(library.with_hook_names(NameRule::from_pattern(pattern).map_err(wrong)?))
        }
        _ => Ok(library),
    }
}

/// What an image is to be.
#[derive(Debug, Parser)]
pub(super) struct SpecArgs {
    /// Elements: names, directories (./mine) or components (./mine.wasm); one is a distribution
    #[arg(value_name = "ELEMENT")]
    elements: Vec<String>,

    /// Take from this image file, in TOML, what no flag says; `slate build --help` ends with an example
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// Write the image to this file; its extension says the format where -t does not [default: image]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[arg(short = 't', long = "format", value_name = "FORMATS", value_delimiter = ',', help = formats_help())]
    formats: Vec<Format>,

    #[arg(short, long, value_name = "ARCH", help = arch_help())]
    arch: Option<Arch>,

    /// Set a parameter of an element: element.parameter=value, or parameter=value where one has it
    #[arg(long = "set", value_name = "PARAMETER=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,

    /// Grant an element that is not built in a capability, such as mine:url=https://example.org/
    #[arg(long = "grant", value_name = "ELEMENT:CAPABILITY", value_parser = grant)]
    grants: Vec<(String, Grant)>,

    /// Install these packages too, separated by commas
    #[arg(short, long, value_name = "PACKAGES", value_delimiter = ',')]
    packages: Vec<String>,

    #[command(flatten)]
    disk: DiskArgs,

    /// Write .sha256 and .md5 files beside each output
    #[arg(long)]
    checksum: bool,

    /// Leave formats that could be compressed uncompressed
    #[arg(short, long)]
    uncompressed: bool,

    /// Options for qemu-img convert: key=value, separated by commas
    #[arg(long, value_name = "OPTIONS")]
    qemu_img_options: Option<String>,

    /// Call a Docker image so, repository:tag; else it has the output's name
    #[arg(long, value_name = "NAME")]
    docker_target: Option<String>,

    /// Take this file for the manifest of an App Container image; else it has a plain one
    #[arg(long, value_name = "FILE", env = "ACI_MANIFEST", hide_env_values = true)]
    aci_manifest: Option<PathBuf>,

    #[command(flatten)]
    library: LibraryArgs,
}

/// Size and root file system of the image.
#[derive(Debug, Default, Parser)]
pub(super) struct DiskArgs {
    /// Make the image this large, such as 10GiB (a plain number counts GiB); else just large enough
    #[arg(long, value_name = "SIZE", value_parser = size::gibibytes)]
    pub(super) image_size: Option<u64>,

    /// Leave this much room beyond what the tree needs (a plain number counts GiB)
    #[arg(long, value_name = "SIZE", value_parser = size::gibibytes)]
    pub(super) extra_size: Option<u64>,

    /// Label the root file system so
    #[arg(long, value_name = "LABEL")]
    pub(super) root_label: Option<String>,

    /// Type of the root file system where the layout names none [env: FS_TYPE]
    #[arg(long, value_name = "TYPE")]
    pub(super) root_fs: Option<String>,

    /// Pass these options to mkfs of the root file system, separated by blanks
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true)]
    pub(super) mkfs_options: Option<String>,

    /// Let the root be grown online up to this size (a plain number counts 4 KiB blocks)
    #[arg(long, value_name = "SIZE", value_parser = size::blocks)]
    pub(super) max_online_resize: Option<u64>,

    /// Journal of the root file system, in MiB
    #[arg(long, value_name = "MIB")]
    pub(super) mkfs_journal_size: Option<u32>,
}

fn formats_help() -> String {
    format!("Export these formats, separated by commas: {}", words(&Format::ALL))
}

fn arch_help() -> String {
    format!("Build for this architecture instead of this host's: {}", words(&Arch::ALL))
}

fn words<T: ToString>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

impl SpecArgs {
    /// Plans the image; gives what its outputs are named after, too.
    pub(super) fn plan(self) -> Result<(Plan, PathBuf), Failure> {
        let file = self.file.as_deref().map(ImageFile::load).transpose()?.unwrap_or_default();
        let mut environment = environment();
        environment.extend(file.environment.clone());
        let library = library(&self.library.path_or(&environment, &file.elements_path), &environment)?;
        let spec = self.spec(file, environment)?;
        let output = spec.output.clone();
        Ok((plan(spec, &library)?, output))
    }

    /// What flags say, and the image file where they do not. What can be given
    /// several times for different things adds up.
    fn spec(self, file: ImageFile, environment: BTreeMap<String, String>) -> Result<ImageSpec, Failure> {
        let block_device = block_device(&environment)?;
        let elements = first(self.elements, file.elements);
        Ok(ImageSpec {
            elements: installed::expand(elements, &environment).map_err(Failure::from)?,
            output: self.output.or(file.output).unwrap_or_else(|| DEFAULT_OUTPUT.into()),
            formats: without_repeats(first(self.formats, file.formats)),
            arch: self.arch.or(file.arch).or_else(Arch::of_host).unwrap_or_default(),
            settings: [file.settings, self.settings].concat(),
            grants: [file.grants, self.grants].concat(),
            packages: without_repeats([file.packages, self.packages].concat()),
            disk: self.disk.or(file.disk).spec(&environment),
            environment,
            checksums: if self.checksum || file.checksum { Checksum::ALL.to_vec() } else { Vec::new() },
            conversion: Conversion {
                uncompressed: self.uncompressed || file.uncompressed,
                qemu_img_options: self.qemu_img_options.or(file.qemu_img_options),
                docker_target: self.docker_target.or(file.docker_target),
                aci_manifest: self
                    .aci_manifest
                    .or(file.aci_manifest)
                    .as_deref()
                    .map(aci_manifest)
                    .transpose()?,
            },
            block_device,
        })
    }
}

/// The flags' list, or the file's where there is none.
fn first<T>(flags: Vec<T>, file: Vec<T>) -> Vec<T> {
    if flags.is_empty() { file } else { flags }
}

impl DiskArgs {
    /// What these say, and the others where these do not.
    fn or(self, other: DiskArgs) -> DiskArgs {
        DiskArgs {
            image_size: self.image_size.or(other.image_size),
            extra_size: self.extra_size.or(other.extra_size),
            root_label: self.root_label.or(other.root_label),
            root_fs: self.root_fs.or(other.root_fs),
            mkfs_options: self.mkfs_options.or(other.mkfs_options),
            max_online_resize: self.max_online_resize.or(other.max_online_resize),
            mkfs_journal_size: self.mkfs_journal_size.or(other.mkfs_journal_size),
        }
    }

    fn spec(self, environment: &BTreeMap<String, String>) -> DiskSpec {
        let options = self.mkfs_options.unwrap_or_default();
        DiskSpec {
            image_size: self.image_size,
            extra_size: self.extra_size.unwrap_or_default(),
            root_file_system: self.root_fs.or_else(|| variable(environment, FS_TYPE)),
            root_label: self.root_label,
            mkfs_options: options.split_whitespace().map(str::to_owned).collect(),
            max_online_resize: self.max_online_resize,
            journal_size: self.mkfs_journal_size,
        }
    }
}

/// A variable, if it is set and not empty.
fn variable(environment: &BTreeMap<String, String>, name: &str) -> Option<String> {
    environment.get(name).filter(|value| !value.is_empty()).cloned()
}

/// The variables of this process whose names and values are text.
pub(crate) fn environment() -> BTreeMap<String, String> {
    env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The caller's own layout: the variable's text, or the file that it names.
pub(crate) fn block_device(environment: &BTreeMap<String, String>) -> Result<Option<String>, Failure> {
    let Some(config) = environment.get(BLOCK_DEVICE_CONFIG).filter(|config| !config.is_empty()) else {
        return Ok(None);
    };
    let Some(path) = config.strip_prefix("file://") else { return Ok(Some(config.clone())) };
    let wrong = |error| Failure::request(format!("{BLOCK_DEVICE_CONFIG}: reading {path}: {error}"));
    fs::read_to_string(path).map(Some).map_err(wrong)
}

/// The text of the manifest of an App Container image.
pub(crate) fn aci_manifest(path: &Path) -> Result<String, Failure> {
    let wrong =
        |error: String| Failure::request(format!("the App Container manifest {}: {error}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_str::<serde_json::Value>(&text).map_err(|error| wrong(error.to_string()))?;
    Ok(text)
}

fn without_repeats<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected element.parameter=value or parameter=value".to_owned()),
    }
}

fn grant(text: &str) -> Result<(String, Grant), String> {
    let (element, grant) = text
        .split_once(':')
        .filter(|(element, _)| !element.is_empty())
        .ok_or("expected ELEMENT:CAPABILITY, such as mine:chroot")?;
    Ok((element.to_owned(), grant.parse::<Grant>().map_err(|error| error.to_string())?))
}
