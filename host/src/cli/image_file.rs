//! The image file: in TOML, what the command line says of an image.
//! [`EXAMPLE`] has every key.
//!
//! Paths are relative to the file. An unknown key is an error.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;
use super::spec_args::{DiskArgs, size};
use crate::document::{DocumentError, Section};
use crate::element::Library;
use crate::element::capability::Grant;
use crate::plugin::{Limit, parse_limit};
use crate::spec::{Arch, Format};

/// An image file with every key, as the commands' long help shows it.
pub(super) const EXAMPLE: &str = r#"elements = ["debian", "vm", "./mine"]        # paths start at this file's folder
output = "web.qcow2"
formats = ["qcow2"]
arch = "amd64"
packages = ["nginx"]
checksum = true
uncompressed = false
qemu-img-options = "lazy_refcounts=on"
docker-target = "example/web:1"
aci-manifest = "web.json"
elements-path = ["elements"]

[parameters.debian]
release = "trixie"

[grants]
mine = ["chroot", "url=https://example.org/"]

[disk]
image-size = "10GiB"
extra-size = "1GiB"
root-label = "cloudimg-rootfs"
root-fs = "ext4"
mkfs-options = "-m 1"
max-online-resize = "1TiB"
mkfs-journal-size = 64

[environment]
DIB_DISTRIBUTION_MIRROR = "https://deb.example.org/debian"

[limits]                                    # as --limit memory=2GiB does
memory = "2GiB"
"#;

/// The example as help texts have it.
pub(super) fn indented_example() -> String {
    EXAMPLE.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n").collect()
}

/// What an image file says. What it leaves out is absent or empty.
#[derive(Debug, Default)]
pub(super) struct ImageFile {
    /// Its path, as it was given.
    pub(super) path: PathBuf,
    pub(super) elements: Vec<String>,
    pub(super) elements_path: Vec<PathBuf>,
    pub(super) output: Option<PathBuf>,
    pub(super) formats: Vec<Format>,
    pub(super) arch: Option<Arch>,
    pub(super) settings: Vec<(String, String)>,
    pub(super) grants: Vec<(String, Grant)>,
    pub(super) packages: Vec<String>,
    pub(super) disk: DiskArgs,
    pub(super) checksum: bool,
    pub(super) uncompressed: bool,
    pub(super) qemu_img_options: Option<String>,
    pub(super) docker_target: Option<String>,
    pub(super) aci_manifest: Option<PathBuf>,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) limits: Vec<(Limit, u64)>,
}

impl ImageFile {
    /// Reads an image file.
    ///
    /// # Errors
    ///
    /// Says which key of which file is wrong, and for an unknown one which is meant.
    pub(super) fn load(path: &Path) -> Result<ImageFile, Failure> {
        let shown = path.display();
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::request(format!("reading the image file {shown}: {error}")))?;
        let base = path.parent().unwrap_or(Path::new(""));
        let file = ImageFile::parse(&text, base).map_err(|error| {
            let failure = Failure::request(format!("{shown}: {error}"));
            error.hint.into_iter().fold(failure, Failure::with_hint)
        })?;
        Ok(ImageFile { path: path.to_owned(), ..file })
    }

    fn parse(text: &str, base: &Path) -> Result<ImageFile, DocumentError> {
        let mut top = Section::parse(text)?;
        let file = ImageFile {
            elements: top.list("elements", |word| Ok::<_, String>(element(word, base)))?,
            elements_path: top.list("elements-path", |path| Ok::<_, String>(base.join(path)))?,
            output: top.take::<PathBuf>("output")?.map(|path| base.join(path)),
            formats: top.list("formats", str::parse::<Format>)?,
            arch: top.read("arch", str::parse::<Arch>)?,
            settings: settings(top.section("parameters")?)?,
            grants: grants(top.section("grants")?)?,
            packages: top.take("packages")?.unwrap_or_default(),
            disk: disk(top.section("disk")?)?,
            checksum: top.take("checksum")?.unwrap_or_default(),
            uncompressed: top.take("uncompressed")?.unwrap_or_default(),
            qemu_img_options: top.take("qemu-img-options")?,
            docker_target: top.take("docker-target")?,
            aci_manifest: top.take::<PathBuf>("aci-manifest")?.map(|path| base.join(path)),
            environment: variables(top.section("environment")?)?,
            limits: limits(top.section("limits")?)?,
            ..ImageFile::default()
        };
        top.finish()?;
        Ok(file)
    }
}

/// A path to an element is relative to the file; a name stays as it is.
fn element(word: &str, base: &Path) -> String {
    if !Library::is_path(word) || base.as_os_str().is_empty() {
        return word.to_owned();
    }
    base.join(word.strip_prefix("./").unwrap_or(word)).to_string_lossy().into_owned()
}

fn settings(elements: Section) -> Result<Vec<(String, String)>, DocumentError> {
    let mut settings = Vec::new();
    for (element, parameters) in elements.sections()? {
        let values = parameters.texts()?;
        settings.extend(values.into_iter().map(|(name, text)| (format!("{element}.{name}"), text)));
    }
    Ok(settings)
}

fn grants(elements: Section) -> Result<Vec<(String, Grant)>, DocumentError> {
    let lists = elements.lists(str::parse::<Grant>)?;
    let of_element = |(element, grants): (String, Vec<Grant>)| {
        grants.into_iter().map(move |grant| (element.clone(), grant)).collect::<Vec<_>>()
    };
    Ok(lists.into_iter().flat_map(of_element).collect())
}

fn limits(limits: Section) -> Result<Vec<(Limit, u64)>, DocumentError> {
    limits.pairs(|name, value| parse_limit(&format!("{name}={value}")))
}

fn variables(section: Section) -> Result<BTreeMap<String, String>, DocumentError> {
    let variables = section.texts()?;
    let is_name = |name: &str| !name.is_empty() && !name.contains(['=', ',', '\0', ' ']);
    match variables.keys().find(|name| !is_name(name)) {
        Some(bad) => Err(DocumentError {
            message: format!("environment: '{bad}' is not the name of a variable"),
            hint: None,
        }),
        None => Ok(variables),
    }
}

fn disk(mut disk: Section) -> Result<DiskArgs, DocumentError> {
    let args = DiskArgs {
        image_size: disk.read("image-size", size::gibibytes)?,
        extra_size: disk.read("extra-size", size::gibibytes)?,
        root_label: disk.take("root-label")?,
        root_fs: disk.take("root-fs")?,
        mkfs_options: disk.take("mkfs-options")?,
        max_online_resize: disk.read("max-online-resize", size::blocks)?,
        mkfs_journal_size: disk.take("mkfs-journal-size")?,
    };
    disk.finish()?;
    Ok(args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_an_image_file() {
        let file = ImageFile::parse(EXAMPLE, Path::new("")).unwrap();
        assert_eq!((file.elements.len(), file.settings.len(), file.grants.len()), (3, 1, 2));
        assert!(file.checksum && file.aci_manifest.is_some());
    }

    #[test]
    fn paths_are_relative_to_the_file_and_values_become_settings() {
        let text = r#"
            elements = ["debian", "./mine", "/abs/other.wasm", "mine.wasm"]
            output = "out/web"
            formats = ["qcow2", "tar"]
            arch = "arm64"
            elements-path = ["elements"]
            [parameters.debian]
            release = "trixie"
            extra = ["a", "b"]
            [parameters.vm]
            timeout = 3
            [grants]
            mine = ["chroot", "url=https://example.org/"]
            [disk]
            image-size = 10
            extra-size = "512MiB"
            [environment]
            DIB_X = "1"
        "#;
        let file = ImageFile::parse(text, Path::new("images")).unwrap();
        assert_eq!(file.elements, ["debian", "images/mine", "/abs/other.wasm", "images/mine.wasm"]);
        assert_eq!(file.elements_path, [Path::new("images/elements")]);
        assert_eq!(file.output.as_deref(), Some(Path::new("images/out/web")));
        assert_eq!((file.formats, file.arch), (vec![Format::Qcow2, Format::Tar], Some(Arch::Arm64)));
        let settings: Vec<_> = file.settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(settings, ["debian.extra=a,b", "debian.release=trixie", "vm.timeout=3"]);
        assert_eq!(file.grants[1].1.to_string(), "url=https://example.org/");
        assert_eq!((file.disk.image_size, file.disk.extra_size), (Some(10 << 30), Some(512 << 20)));
        assert_eq!(file.environment["DIB_X"], "1");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_key() {
        let table = [
            ("formts = ['raw']", "unknown key 'formts'", Some("did you mean 'formats'?")),
            (
                "[disk]\nimage-sise = 1",
                "unknown key 'disk.image-sise'",
                Some("did you mean 'disk.image-size'?"),
            ),
            (
                "[disk]\nzzz = 1",
                "unknown key 'disk.zzz'",
                Some(
                    "known here: image-size, extra-size, root-label, root-fs, mkfs-options, max-online-resize, mkfs-journal-size",
                ),
            ),
            ("elements = 'debian'", "elements: invalid type: string \"debian\", expected a sequence", None),
            (
                "formats = ['iso']",
                "formats: unknown format 'iso' (known: qcow2, raw, tar, tgz, squashfs, vhd, vhdx, vmdk, vdi, qcow, qed, parallels, docker, aci)",
                None,
            ),
            (
                "[disk]\nimage-size = 'big'",
                "disk.image-size: expected a number with a unit, such as 10GiB",
                None,
            ),
            ("[grants]\nmine = ['url']", "grants.mine: capability 'url' needs a value: url=VALUE", None),
            ("[parameters]\nrelease = 'x'", "parameters.release: expected a table", None),
            (
                "[parameters.debian]\nx = 1.5",
                "parameters.debian.x: expected a text, a whole number, true, false or a list of them",
                None,
            ),
        ];
        for (text, message, hint) in table {
            let error = ImageFile::parse(text, Path::new("")).unwrap_err();
            assert_eq!((error.message.as_str(), error.hint.as_deref()), (message, hint), "{text}");
        }
    }
}
