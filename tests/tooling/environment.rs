//! diskimage-builder in a virtual environment, kept between runs.

#![allow(dead_code, reason = "no kind of test uses all of it")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// What the environment holds: the package, and what its tests import.
const PACKAGES: [&str; 5] = [
    "diskimage-builder==3.43.0",
    "fixtures==4.3.2",
    "oslotest==6.1.1",
    // Newer ones lack pkg_resources, which diskimage-builder imports.
    "setuptools<81",
    "testtools==2.9.1",
];

/// An environment with diskimage-builder.
#[derive(Debug)]
pub(crate) struct Environment {
    directory: PathBuf,
    package: PathBuf,
}

impl Environment {
    /// Makes it, unless an earlier run did.
    pub(crate) fn prepare() -> Environment {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diskimage-builder");
        let finished = directory.join("finished");
        if !finished.exists() {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&directory));
            let pip = directory.join("bin/pip");
            run(Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES));
            std::fs::write(&finished, "").expect("marking the environment as finished");
        }
        let package = package(&directory);
        Environment { directory, package }
    }

    /// Its interpreter.
    pub(crate) fn python(&self) -> PathBuf {
        self.directory.join("bin/python3")
    }

    /// The directory of its programs.
    pub(crate) fn programs(&self) -> PathBuf {
        self.directory.join("bin")
    }

    /// The Python package `diskimage_builder`.
    pub(crate) fn package(&self) -> &Path {
        &self.package
    }
}

fn package(directory: &Path) -> PathBuf {
    let script = "import diskimage_builder, os; print(os.path.dirname(diskimage_builder.__file__))";
    let mut python = Command::new(directory.join("bin/python3"));
    let output = python.args(["-c", script]).output().expect("running Python");
    assert!(output.status.success(), "importing diskimage_builder: {output:?}");
    PathBuf::from(String::from_utf8(output.stdout).expect("a path in UTF-8").trim())
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}; is python3-venv installed, and PyPI in reach?");
}
