//! The arguments that describe an image: the same for `build` and `plan`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;

use crate::element::Library;
use crate::element::capability::Grant;
use crate::element::hook_name::NameRule;
use crate::legacy::installed;
use crate::plan::{Plan, plan};
use crate::spec::{Arch, Conversion, DiskSpec, Format, ImageSpec};

use super::Failure;

mod size;

/// What the contract calls the block device configuration.
const BLOCK_DEVICE_CONFIG: &str = "DIB_BLOCK_DEVICE_CONFIG";

/// What the contract calls the pattern of hook names.
const RUN_PARTS_REGEX: &str = "RUN_PARTS_REGEX";

/// Where elements are looked for; shared with `slate element`.
#[derive(Debug, Parser)]
pub(super) struct LibraryArgs {
    /// Directories of elements, separated by ':', that come before the built-in ones
    #[arg(long, value_name = "DIRS", env = "ELEMENTS_PATH", hide_env_values = true, value_delimiter = ':')]
    elements_path: Vec<PathBuf>,
}

impl LibraryArgs {
    /// The library they describe.
    pub(super) fn library(&self) -> Result<Library, Failure> {
        library(&self.elements_path, &environment())
    }
}

/// The library of the elements path `path`, and of what the environment adds.
pub(crate) fn library(path: &[PathBuf], environment: &BTreeMap<String, String>) -> Result<Library, Failure> {
    let named = path.iter().filter(|entry| !entry.as_os_str().is_empty());
    let installed = installed::find(environment).map(|found| found.elements);
    let library = Library::new(named.cloned().collect())?.with_fallback(installed.into_iter().collect());
    match environment.get(RUN_PARTS_REGEX) {
        Some(pattern) if !pattern.is_empty() => {
            let wrong = |error| Failure::request(format!("{RUN_PARTS_REGEX}: {error}"));
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

    /// Write the image to this file; its extension says the format where -t does not
    #[arg(short, long, value_name = "FILE", default_value = "image")]
    output: PathBuf,

    /// Export these formats, separated by commas
    #[arg(short = 't', long = "format", value_name = "FORMATS", value_delimiter = ',')]
    formats: Vec<Format>,

    /// Build for this architecture instead of this host's
    #[arg(short, long, value_name = "ARCH")]
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

    #[command(flatten)]
    library: LibraryArgs,
}

/// Size and root file system of the image.
#[derive(Debug, Parser)]
struct DiskArgs {
    /// Make the image this large, such as 10GiB (a plain number counts GiB); else just large enough
    #[arg(long, value_name = "SIZE", value_parser = size::gibibytes)]
    image_size: Option<u64>,

    /// Leave this much room beyond what the tree needs (a plain number counts GiB)
    #[arg(long, value_name = "SIZE", value_parser = size::gibibytes, default_value = "0")]
    extra_size: u64,

    /// Label the root file system so
    #[arg(long, value_name = "LABEL")]
    root_label: Option<String>,

    /// Type of the root file system where the layout names none
    #[arg(long, value_name = "TYPE", env = "FS_TYPE", hide_env_values = true)]
    root_fs: Option<String>,

    /// Pass these options to mkfs of the root file system, separated by blanks
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true)]
    mkfs_options: Option<String>,

    /// Let the root be grown online up to this size (a plain number counts 4 KiB blocks)
    #[arg(long, value_name = "SIZE", value_parser = size::blocks)]
    max_online_resize: Option<u64>,

    /// Journal of the root file system, in MiB
    #[arg(long, value_name = "MIB")]
    mkfs_journal_size: Option<u32>,
}

impl SpecArgs {
    /// What the outputs are named after.
    pub(super) fn output(&self) -> &Path {
        &self.output
    }

    /// Plans the image.
    pub(super) fn plan(self) -> Result<Plan, Failure> {
        let library = self.library.library()?;
        Ok(plan(self.spec()?, &library)?)
    }

    fn spec(self) -> Result<ImageSpec, Failure> {
        let environment = environment();
        let block_device = block_device(&environment)?;
        Ok(ImageSpec {
            elements: installed::expand(self.elements, &environment).map_err(Failure::from)?,
            output: self.output,
            formats: without_repeats(self.formats),
            arch: self.arch.or_else(Arch::of_host).unwrap_or_default(),
            settings: self.settings,
            environment,
            grants: self.grants,
            packages: without_repeats(self.packages),
            disk: self.disk.spec(),
            checksum: self.checksum,
            conversion: Conversion {
                uncompressed: self.uncompressed,
                qemu_img_options: self.qemu_img_options,
            },
            block_device,
        })
    }
}

impl DiskArgs {
    fn spec(self) -> DiskSpec {
        let options = self.mkfs_options.unwrap_or_default();
        DiskSpec {
            image_size: self.image_size,
            extra_size: self.extra_size,
            root_file_system: self.root_fs,
            root_label: self.root_label,
            mkfs_options: options.split_whitespace().map(str::to_owned).collect(),
            max_online_resize: self.max_online_resize,
            journal_size: self.mkfs_journal_size,
        }
    }
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
