//! What is expected of a finished image.

use std::cell::OnceCell;
use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::iso::Iso;

/// What came of a build: everything in one directory, named `image*`.
#[derive(Debug)]
pub(super) struct Image {
    directory: PathBuf,
    tree: OnceCell<PathBuf>,
}

impl Image {
    /// Of the build that wrote into this directory.
    pub(super) fn open(directory: PathBuf) -> Image {
        Image { directory, tree: OnceCell::new() }
    }

    /// The image in that format, or what else was written beside it.
    pub(super) fn output(&self, ending: &str) -> PathBuf {
        self.directory.join(format!("image{ending}"))
    }

    /// The tree of the image, unpacked.
    fn tree(&self) -> &Path {
        self.tree.get_or_init(|| {
            let tree = self.directory.join("tree");
            fs::create_dir(&tree).expect("making a directory for the tree");
            let mut tar = Command::new("tar");
            tar.arg("-C").arg(&tree).arg("-xpf").arg(self.output(".tar")).arg("--exclude=./dev/*");
            assert!(tar.status().expect("starting tar").success(), "unpacking the image");
            tree
        })
    }

    /// Reads a file of the tree. Links are taken as they are.
    pub(super) fn bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        fs::read(self.tree().join(path)).map_err(|error| format!("{path}: {error}"))
    }

    /// Reads a file of the tree as text.
    fn read(&self, path: &str) -> Result<String, String> {
        Ok(String::from_utf8_lossy(&self.bytes(path)?).into_owned())
    }
}

/// One thing that holds. Paths are those of the image, without the first slash.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expect {
    /// The path exists.
    Has(&'static str),
    /// It does not.
    Lacks(&'static str),
    /// The file holds this line.
    Line(&'static str, &'static str),
    /// The file is this.
    Is(&'static str, &'static str),
    /// The file has this mode.
    Mode(&'static str, u32),
    /// The link points there.
    Link(&'static str, &'static str),
    /// The package is installed.
    Installed(&'static str),
    /// It is not.
    NotInstalled(&'static str),
    /// A file beside the image has this ending and is not empty.
    Output(&'static str),
    /// The disk is partitioned so: label, then each partition's type.
    Partitions(&'static str, &'static [&'static str]),
    /// A file of the ramdisk beside the image holds this line; an empty one asks for the file alone.
    InRamdisk(&'static str, &'static str),
    /// This holds of the ISO image with that ending.
    Iso(&'static str, Iso),
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expect::Has(path) => write!(f, "has {path}"),
            Expect::Lacks(path) => write!(f, "lacks {path}"),
            Expect::Line(path, line) => write!(f, "{path} holds {line}"),
            Expect::Is(path, text) => write!(f, "{path} is {text:?}"),
            Expect::Mode(path, mode) => write!(f, "{path} has mode {mode:o}"),
            Expect::Link(path, target) => write!(f, "{path} points to {target}"),
            Expect::Installed(package) => write!(f, "{package} is installed"),
            Expect::NotInstalled(package) => write!(f, "{package} is not installed"),
            Expect::Output(ending) => write!(f, "writes image{ending}"),
            Expect::Partitions(label, types) => write!(f, "partitions: {label}, {}", types.join(", ")),
            Expect::InRamdisk(path, line) => write!(f, "{path} of the ramdisk holds {line}"),
            Expect::Iso(ending, expected) => write!(f, "image{ending} {expected}"),
        }
    }
}

impl Expect {
    /// Whether it holds; else what holds instead.
    pub(super) fn judge(&self, image: &Image) -> Result<(), String> {
        let at = |path: &str| image.tree().join(path).symlink_metadata();
        match *self {
            Expect::Has(path) => at(path).map(drop).map_err(|error| error.to_string()),
            Expect::Lacks(path) => wrong_if(at(path).is_ok(), || "it exists".to_owned()),
            Expect::Line(path, line) => holds_line(image.read(path)?, line),
            Expect::Is(path, text) => same(image.read(path)?, text.to_owned()),
            Expect::Mode(path, mode) => {
                let found = at(path).map_err(|error| error.to_string())?.permissions().mode() & 0o7777;
                same(format!("{found:o}"), format!("{mode:o}"))
            }
            Expect::Link(path, target) => {
                let found = fs::read_link(image.tree().join(path)).map_err(|error| error.to_string())?;
                same(found.to_string_lossy().into_owned(), target.to_owned())
            }
            Expect::Installed(package) => wrong_if(!installed(image, package)?, || "it is not".to_owned()),
            Expect::NotInstalled(package) => wrong_if(installed(image, package)?, || "it is".to_owned()),
            Expect::Output(ending) => {
                let path = image.output(ending);
                let size = fs::metadata(&path).map_err(|error| error.to_string())?.len();
                wrong_if(size == 0, || "it is empty".to_owned())
            }
            Expect::Partitions(label, types) => {
                let expected = std::iter::once(label).chain(types.iter().copied()).collect::<Vec<_>>();
                same(partitions(&image.output(".raw"))?.join(" "), expected.join(" "))
            }
            Expect::InRamdisk(path, line) => {
                let text = in_ramdisk(&image.output(".initramfs"), path)?;
                if line.is_empty() { Ok(()) } else { holds_line(text, line) }
            }
            Expect::Iso(ending, expected) => expected.judge(image, ending),
        }
    }
}

fn wrong_if(wrong: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if wrong { Err(what()) } else { Ok(()) }
}

/// Whether a line of the text is this one; where it begins does not matter.
pub(super) fn holds_line(text: String, line: &str) -> Result<(), String> {
    wrong_if(!text.lines().any(|found| found.trim() == line), || text)
}

/// Whether two texts are the same.
pub(super) fn same(found: String, expected: String) -> Result<(), String> {
    wrong_if(found != expected, || format!("found {found:?}"))
}

fn installed(image: &Image, package: &str) -> Result<bool, String> {
    let status = image.read("var/lib/dpkg/status")?;
    let mut paragraphs = status.split("\n\n");
    let of_package = |text: &&str| text.lines().any(|line| line == format!("Package: {package}"));
    Ok(paragraphs.find(of_package).is_some_and(|text| text.contains("\nStatus: install ok installed\n")))
}

/// A file of an archive such as the kernel unpacks, which must be there.
fn in_ramdisk(archive: &Path, path: &str) -> Result<String, String> {
    let script = "set -o pipefail; zcat \"$1\" | cpio --quiet --extract --to-stdout \"$2\"";
    let output = Command::new("bash").args(["-c", script, "bash"]).arg(archive).arg(path).output();
    let output = output.expect("starting bash");
    wrong_if(!output.status.success() || output.stdout.is_empty(), || {
        format!("it is not there: {}", String::from_utf8_lossy(&output.stderr))
    })?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The label of a disk and the types of its partitions.
fn partitions(disk: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("sfdisk").arg("--json").arg(disk).output().expect("starting sfdisk");
    let table: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let table = &table["partitiontable"];
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let partitions = table["partitions"].as_array().into_iter().flatten().map(|part| word(&part["type"]));
    Ok(std::iter::once(word(&table["label"])).chain(partitions).collect())
}
