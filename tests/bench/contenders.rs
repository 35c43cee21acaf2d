//! The two programs, set to make the same image.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The release that is compared with, from PyPI.
const DIB: &str = "diskimage-builder==3.43.0";

/// Debian's release in the images.
const RELEASE: &str = "bookworm";

/// A program that builds the image.
pub(crate) trait Contender {
    /// Its name.
    fn name(&self) -> &'static str;
    /// The command that builds.
    fn command(&self) -> Command;
    /// The image that it makes.
    fn output(&self) -> PathBuf;
}

/// diskimage-builder in a virtual environment.
#[derive(Debug)]
pub(crate) struct Dib {
    directory: PathBuf,
}

impl Dib {
    /// Installs it below `scratch`.
    pub(crate) fn install(scratch: &Path) -> Dib {
        let directory = scratch.join("dib");
        output(Command::new("python3").args(["-m", "venv"]).arg(&directory));
        // It imports pkg_resources, which newer releases of setuptools lack.
        output(Command::new(directory.join("bin/pip")).args(["install", "--quiet", DIB, "setuptools<81"]));
        Dib { directory }
    }

    /// `disk-image-create`, which `program` is, with working files below `directory`.
    fn create(&self, program: &Path, directory: &Path) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(program);
        command.args(["-t", "qcow2", "debian-minimal", "-o"]).arg(directory.join("image"));
        command.arg("--image-cache").arg(directory.join("cache"));
        command.env("PATH", format!("{}:{path}", self.directory.join("bin").display()));
        command.env("DIB_RELEASE", RELEASE).env("OVERWRITE_OLD_IMAGE", "1").env("TMP_DIR", directory);
        command.env("DIB_DISTRIBUTION_MIRROR", mirror(RELEASE));
        command.env("DIB_DEBIAN_SECURITY_MIRROR", mirror(&format!("{RELEASE}-security")));
        command.env("DIB_NO_TIMESTAMP", "1");
        command
    }
}

impl Contender for Dib {
    fn name(&self) -> &'static str {
        "diskimage-builder"
    }

    fn command(&self) -> Command {
        self.create(&self.directory.join("bin/disk-image-create"), &self.directory)
    }

    fn output(&self) -> PathBuf {
        self.directory.join("image.qcow2")
    }
}

/// The program of this workspace in the place of diskimage-builder: the same
/// command, with the same elements.
#[derive(Debug)]
pub(crate) struct InItsPlace<'a> {
    dib: &'a Dib,
    directory: PathBuf,
}

impl<'a> InItsPlace<'a> {
    /// Links the command.
    pub(crate) fn new(dib: &'a Dib, scratch: &Path) -> InItsPlace<'a> {
        let directory = scratch.join("in-its-place");
        std::fs::create_dir(&directory).expect("making a directory");
        symlink(env!("CARGO_BIN_EXE_slate"), directory.join("disk-image-create"))
            .expect("linking the command");
        InItsPlace { dib, directory }
    }
}

impl Contender for InItsPlace<'_> {
    fn name(&self) -> &'static str {
        "slate"
    }

    fn command(&self) -> Command {
        let mut command = self.dib.create(&self.directory.join("disk-image-create"), &self.directory);
        command.env("XDG_CACHE_HOME", self.directory.join("cache"));
        command
    }

    fn output(&self) -> PathBuf {
        self.directory.join("image.qcow2")
    }
}

/// The program of this workspace, with its own elements.
#[derive(Debug)]
pub(crate) struct Slate {
    directory: PathBuf,
    packages: String,
}

impl Slate {
    /// Sets it to install these packages.
    pub(crate) fn new(scratch: &Path, packages: &[String]) -> Slate {
        let directory = scratch.join("slate");
        std::fs::create_dir(&directory).expect("making a directory");
        Slate { directory, packages: packages.join(",") }
    }
}

impl Contender for Slate {
    fn name(&self) -> &'static str {
        "slate"
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slate"));
        command.args(["build", "debian", "-t", "qcow2", "-o"]).arg(self.output());
        command.arg("--set").arg(format!("debian.packages={}", self.packages));
        for setting in ["cloud-init=false", "ssh=false"] {
            command.arg("--set").arg(format!("debian.{setting}"));
        }
        command.arg("--set").arg(format!("debian.release={RELEASE}"));
        command.arg("--work-dir").arg(self.directory.join("work"));
        command.env("XDG_CACHE_HOME", self.directory.join("cache"));
        command
    }

    fn output(&self) -> PathBuf {
        self.directory.join("image.qcow2")
    }
}

/// The archive from which the build host's apt takes a suite, which is what slate uses unasked.
fn mirror(suite: &str) -> String {
    let text = output(Command::new("apt-get").args([
        "indextargets",
        "--format",
        "$(RELEASE) $(REPO_URI)",
        "Created-By: Packages",
    ]));
    let uri = text.lines().filter_map(|line| line.split_once(' ')).find(|(release, _)| *release == suite);
    let (_, uri) = uri.unwrap_or_else(|| panic!("the build host's apt has no source of {suite}"));
    uri.trim_end_matches('/').to_owned()
}

/// Names of the packages installed in an image with one file system.
pub(crate) fn packages(image: &Path) -> Vec<String> {
    let raw = image.with_extension("raw");
    output(Command::new("qemu-img").args(["convert", "-O", "raw"]).arg(image).arg(&raw));
    let status = output(Command::new("debugfs").args(["-R", "cat /var/lib/dpkg/status"]).arg(&raw));
    std::fs::remove_file(&raw).expect("removing the raw image");
    let paragraphs =
        status.split("\n\n").filter(|paragraph| paragraph.contains("\nStatus: install ok installed"));
    let names =
        paragraphs.filter_map(|paragraph| paragraph.trim_start().lines().next()?.strip_prefix("Package: "));
    names.map(str::to_owned).collect()
}

/// Size of the disk in a qcow2.
pub(crate) fn virtual_size(image: &Path) -> u64 {
    let text = output(Command::new("qemu-img").args(["info", "--output=json"]).arg(image));
    let information: serde_json::Value = serde_json::from_str(&text).expect("qemu-img's JSON");
    information["virtual-size"].as_u64().expect("a size")
}

fn output(command: &mut Command) -> String {
    let output =
        command.output().unwrap_or_else(|error| panic!("starting {command:?}: {error}; run .ci/setup bench"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}
