//! The arguments that describe an image: the same for `build` and `plan`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Parser;

use crate::element::capability::Grant;
use crate::element::installed;
use crate::plan::{Plan, plan};
use crate::plugin::Limit;
use crate::spec::{Arch, Checksum, Conversion, Format, Given, ImageSpec, Source};

use super::image_file::ImageFile;
use super::library_args::{self, LibraryArgs};
use super::{Failure, caller};

mod disk;
pub(super) mod size;

pub(super) use disk::DiskArgs;

/// What outputs are named after where nothing is said.
const DEFAULT_OUTPUT: &str = "image";

/// What the contract calls the manifest of an App Container image.
const ACI_MANIFEST: &str = "ACI_MANIFEST";

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
    ///
    /// Without a grant an element only changes the image's tree. With chroot it runs programs of
    /// the image, which are confined as in a container; with host-program it runs programs of
    /// this machine as root. Hooks of shell elements are not confined and need no grant.
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

    /// Take this file for the manifest of an App Container image; else it has a plain one [env: ACI_MANIFEST]
    #[arg(long, value_name = "FILE")]
    aci_manifest: Option<PathBuf>,

    #[command(flatten)]
    library: LibraryArgs,
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

/// What flags and an image file ask for.
pub(super) struct Asked {
    pub(super) plan: Plan,
    /// What the outputs are named after.
    pub(super) output: PathBuf,
    /// What the image file says that hooks may use.
    pub(super) limits: Vec<(Limit, u64)>,
    /// The variables of the caller and the image file.
    pub(super) environment: BTreeMap<String, String>,
}

impl SpecArgs {
    /// Plans the image.
    pub(super) fn plan(self) -> Result<Asked, Failure> {
        let file = self.file.as_deref().map(ImageFile::load).transpose()?.unwrap_or_default();
        let mut environment = caller::environment();
        caller::give(&mut environment, file.environment.clone());
        let library =
            library_args::library(&self.library.path_or(&environment, &file.elements_path), &environment)?;
        let limits = file.limits.clone();
        let spec = self.spec(file, environment.clone())?;
        let output = spec.output.clone();
        Ok(Asked { plan: plan(spec, &library)?, output, limits, environment })
    }

    /// What flags say, and the image file where they do not. What can be given
    /// several times for different things adds up.
    fn spec(self, file: ImageFile, environment: BTreeMap<String, String>) -> Result<ImageSpec, Failure> {
        let block_device = caller::block_device(&environment)?;
        let elements = first(self.elements, file.elements);
        let manifest =
            self.aci_manifest.or_else(|| caller::variable(&environment, ACI_MANIFEST).map(Into::into));
        let manifest = manifest.or(file.aci_manifest);
        Ok(ImageSpec {
            elements: installed::expand(elements, &environment).map_err(Failure::from)?,
            output: self.output.or(file.output).unwrap_or_else(|| DEFAULT_OUTPUT.into()),
            formats: without_repeats(first(self.formats, file.formats)),
            arch: self.arch.or(file.arch).or_else(Arch::of_host).unwrap_or_default(),
            settings: both(&file.path, file.settings, self.settings),
            grants: both(&file.path, file.grants, self.grants),
            packages: without_repeats([file.packages, self.packages].concat()),
            disk: self.disk.or(file.disk).spec(&environment),
            environment,
            checksums: if self.checksum || file.checksum { Checksum::ALL.to_vec() } else { Vec::new() },
            conversion: Conversion {
                uncompressed: self.uncompressed || file.uncompressed,
                qemu_img_options: self.qemu_img_options.or(file.qemu_img_options),
                docker_target: self.docker_target.or(file.docker_target),
                aci_manifest: manifest.as_deref().map(caller::aci_manifest).transpose()?,
            },
            block_device,
        })
    }
}

/// What the file says, then what flags say.
fn both<T>(file: &Path, in_file: Vec<T>, by_flag: Vec<T>) -> Vec<Given<T>> {
    let in_file = in_file.into_iter().map(|what| Given { what, source: Source::ImageFile(file.to_owned()) });
    in_file.chain(by_flag.into_iter().map(Given::by_flag)).collect()
}

/// The flags' list, or the file's where there is none.
fn first<T>(flags: Vec<T>, file: Vec<T>) -> Vec<T> {
    if flags.is_empty() { file } else { flags }
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

/// Reads what `--set` takes.
///
/// # Errors
///
/// Fails if there is no name before a `=`.
pub(crate) fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected element.parameter=value or parameter=value".to_owned()),
    }
}

/// Reads what `--grant` takes.
///
/// # Errors
///
/// Fails if there is no element, or no capability of that name.
pub(crate) fn grant(text: &str) -> Result<(String, Grant), String> {
    let (element, grant) = text
        .split_once(':')
        .filter(|(element, _)| !element.is_empty())
        .ok_or("expected ELEMENT:CAPABILITY, such as mine:chroot")?;
    Ok((element.to_owned(), grant.parse::<Grant>().map_err(|error| error.to_string())?))
}
