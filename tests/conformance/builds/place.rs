//! Where builds are made, and the two programs that make them.

use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::base;
use super::expect::Image;
use super::{Build, Environment};
use crate::mirrors::mirror;
use crate::tooling::Scratch;

/// Debian's release in the images.
pub(super) const RELEASE: &str = "bookworm";

/// Elements of this test.
pub(crate) const ELEMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/elements");

/// What runs a command where FAT can be mounted.
const WITH_FAT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/with-fat");

/// How much of a failed build's log is told.
const TOLD: usize = 6000;

/// What makes an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Slate,
    DiskimageBuilder,
}

impl Program {
    pub(super) fn name(self) -> &'static str {
        match self {
            Program::Slate => "slate",
            Program::DiskimageBuilder => "diskimage-builder",
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A scratch directory with what all builds share.
#[derive(Debug)]
pub(super) struct Place {
    scratch: Scratch,
    cache: PathBuf,
    /// `bin` of the virtual environment with diskimage-builder.
    upstream: PathBuf,
    elements: PathBuf,
}

impl Place {
    /// Makes it; fills the cache unless an earlier run did.
    pub(super) fn prepare(environment: &Environment) -> Place {
        let scratch = Scratch::new();
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("base");
        base::prepare(&cache);
        base::sources(&scratch.make_dir("sources"));
        base::home(&scratch.make_dir("home"));
        let links = scratch.make_dir("links");
        for name in ["slate", "disk-image-create", "ramdisk-image-create"] {
            symlink(env!("CARGO_BIN_EXE_slate"), links.join(name)).expect("linking a command");
        }
        let elements = environment.package().join("elements");
        Place { scratch, cache, upstream: environment.programs(), elements }
    }

    /// Builds, and gives what there is of the image, or the end of the log.
    pub(super) fn run(&self, program: Program, build: &Build) -> Result<Image, String> {
        let outputs = self.scratch.make_dir(program.name());
        let log = outputs.join("log");
        let file = File::create(&log).expect("creating a log");
        let mut command = self.command(program, build, &outputs.join("image"));
        command.stdout(file.try_clone().expect("sharing the log")).stderr(file);
        let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        if status.success() {
            return Ok(Image::open(outputs));
        }
        let text = String::from_utf8_lossy(&fs::read(&log).expect("reading the log")).into_owned();
        let start = (text.len().saturating_sub(TOLD)..).find(|&at| text.is_char_boundary(at));
        Err(format!("{status}\n{}", &text[start.unwrap_or_default()..]))
    }

    /// Removes what builds made.
    pub(super) fn clear(&self) {
        for program in [Program::Slate, Program::DiskimageBuilder] {
            let outputs = self.scratch.join(program.name());
            if outputs.exists() {
                fs::remove_dir_all(outputs).expect("removing the outputs of a build");
            }
        }
    }

    fn command(&self, program: Program, build: &Build, image: &Path) -> Command {
        let mut command = contained(program, build);
        let (name, flags) = build.command.split_first().expect("a command");
        let directory = match program {
            Program::Slate => self.scratch.join("links"),
            Program::DiskimageBuilder => self.upstream.clone(),
        };
        command.arg(directory.join(name)).args(flags);
        command.args(["-t", build.formats, "-o"]).arg(image).args(build.elements);
        command.current_dir(self.scratch.path()).env_clear().envs(self.variables(&directory));
        // slate's own command finds upstream's elements by their prefix.
        if *name != "slate" {
            command.env("ELEMENTS_PATH", format!("{ELEMENTS}:{}", self.elements.display()));
        }
        if build.cached {
            command.env("DIB_DEBIAN_USE_DEBOOTSTRAP_CACHE", "1");
        }
        command.envs(build.settings.iter().map(|&(name, value)| (name, self.expand(value))));
        command
    }

    fn variables(&self, programs: &Path) -> Vec<(&'static str, String)> {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        vec![
            ("PATH", format!("{}:{system}:{}", programs.display(), self.upstream.display())),
            ("HOME", text(self.scratch.join("home"))),
            ("USER", "root".to_owned()),
            ("TMP_DIR", text(self.scratch.make_dir("work"))),
            ("DIB_IMAGE_CACHE", text(self.cache.clone())),
            ("DIB_LOCKFILES", text(self.scratch.join("locks"))),
            ("DIB_RELEASE", RELEASE.to_owned()),
            ("DIB_DISTRIBUTION_MIRROR", mirror(RELEASE)),
            ("DIB_DEBIAN_SECURITY_MIRROR", mirror(&format!("{RELEASE}-security"))),
            ("DIB_NO_TIMESTAMP", "1".to_owned()),
        ]
    }

    /// A setting, with the scratch directory in it.
    fn expand(&self, value: &str) -> String {
        value.replace("SCRATCH", &self.scratch.path().to_string_lossy())
    }
}

/// Keeps to the command's own what is mounted: diskimage-builder leaves mounts
/// when it fails, and what mounts FAT is an addition to the machine.
fn contained(program: Program, build: &Build) -> Command {
    if program == Program::Slate && !build.mounts_fat() {
        return Command::new("env");
    }
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private"]);
    if build.mounts_fat() {
        command.arg(WITH_FAT);
    }
    command
}
