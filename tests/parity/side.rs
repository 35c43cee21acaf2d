//! Builds a tree with diskimage-builder's element, and one with slate's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::rc::Rc;
use std::sync::LazyLock;

use crate::environment::Environment;
use crate::tooling::Scratch;
use crate::{Case, Difference, trees};

/// The folder of these tests.
pub(crate) const PARITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/parity");

/// Compares two tars.
const COMPARE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/differential.py");

/// diskimage-builder, installed when the first test needs it.
pub(crate) static INSTALLED: LazyLock<Environment> = LazyLock::new(Environment::prepare);

/// Panics, with what helps, where builds cannot run.
pub(crate) fn ensure_root() {
    assert!(
        nix::unistd::geteuid().is_root(),
        "builds need root; run: sudo -E env \"PATH=$PATH\" cargo test --release --test parity"
    );
}

/// The tree of one side.
pub(crate) struct Tree {
    tar: PathBuf,
    _scratch: Rc<Scratch>,
}

/// Both trees of a case.
pub(crate) struct Pair {
    pub(crate) theirs: Tree,
    pub(crate) ours: Tree,
}

impl Pair {
    /// Builds both.
    pub(crate) fn build(case: &Case) -> Pair {
        ensure_root();
        let scratch = Rc::new(Scratch::new());
        if let Some(keys) = case.keys {
            let folder = scratch.make_dir("home/.ssh");
            fs::write(folder.join("authorized_keys"), keys).expect("writing the caller's keys");
        }
        let element = INSTALLED.package().join("elements").join(case.element);
        let theirs = build(case, &scratch, "theirs", &element.to_string_lossy());
        let ours = build(case, &scratch, "ours", case.element);
        Pair { theirs, ours }
    }

    /// What differs and is not listed, and what is listed and does not differ.
    pub(crate) fn compare(&self, differences: &[Difference]) -> String {
        let reasons = self.ours.tar.with_file_name("reasons.json");
        fs::write(&reasons, serde_json::to_vec(differences).expect("reasons as JSON"))
            .expect("writing reasons");
        let mut compare = Command::new("python3");
        let output = compare.arg(COMPARE).args([&self.theirs.tar, &self.ours.tar, &reasons]).output();
        let Output { status, stdout, stderr } = output.expect("running Python");
        if status.success() {
            return String::new();
        }
        format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr))
    }
}

fn build(case: &Case, scratch: &Rc<Scratch>, name: &str, element: &str) -> Tree {
    let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
    slate.args(["build", &format!("{PARITY}/tree")]).args(case.beside).arg(element);
    slate.args(["-t", "tar", "-o", name, "--work-dir", "work"]).current_dir(scratch.path());
    slate.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", scratch.make_dir("home"));
    slate.env("DIB_PYTHON_EXEC", INSTALLED.python()).env("DIB_PARITY_BASE", trees::base());
    slate.env("DIB_PARITY_FAMILY", case.family).envs(case.environment.iter().copied());
    let output = slate.output().expect("running slate");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{slate:?}: {}\n{log}", output.status);
    Tree { tar: scratch.join(format!("{name}.tar")), _scratch: scratch.clone() }
}

impl Tree {
    /// Mode and owner of a file: `-rw------- 0/0`.
    pub(crate) fn attributes(&self, path: &str) -> String {
        let listed = self.tar(&["--list", "--verbose", "--numeric-owner"], path);
        listed.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
    }

    /// What is in a file.
    pub(crate) fn contents(&self, path: &str) -> String {
        self.tar(&["--extract", "--to-stdout"], path)
    }

    fn tar(&self, options: &[&str], path: &str) -> String {
        let mut tar = Command::new("tar");
        tar.args(options).arg("--file").arg(&self.tar).arg(Path::new(".").join(path));
        let output = tar.output().expect("running tar");
        assert!(output.status.success(), "{tar:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text in a file of the tree")
    }
}
