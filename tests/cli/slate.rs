//! Runs `slate` with an environment that the test alone decides.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::tooling::Scratch;

/// What a run left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The elements of the tests, as seen from [`fixtures`].
pub(crate) const ELEMENTS: &str = "elements";

/// Where the tests' elements are; `slate` runs there, so that no path of this
/// machine is in its output.
pub(crate) fn fixtures() -> PathBuf {
    tests().join("fixtures")
}

/// The folder of all tests.
pub(crate) fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests")
}

/// The command with an empty environment but for `PATH`, and for a Python
/// without elements, which hides one of this machine that has some.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slate"));
    command.env_clear().env("PATH", "/usr/bin:/bin").current_dir(fixtures());
    command.env("VIRTUAL_ENV", "python");
    command
}

/// The variables by which cargo and rustup find what they keep.
const TOOLCHAIN: [&str; 5] = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];

/// A command in a directory that is able to compile elements in Rust.
pub(crate) fn compiling(mut command: Command, scratch: &Scratch) -> Command {
    command.current_dir(scratch.path());
    command.envs(TOOLCHAIN.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    // Beside the host's profiles, where the standard library was compiled for the built-in elements.
    let target = Path::new(env!("CARGO_BIN_EXE_slate")).ancestors().nth(2).expect("a target directory");
    command.env("CARGO_TARGET_DIR", target.join("guests"));
    command.env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
    command
}

/// Runs words, separated by blanks, with the tests' elements on the path.
pub(crate) fn run(words: &str) -> Run {
    finish(command().env("ELEMENTS_PATH", ELEMENTS).args(words.split_whitespace()))
}

/// Runs a command to its end.
pub(crate) fn finish(command: &mut Command) -> Run {
    let Output { status, stdout, stderr } = command.output().expect("running slate");
    let text = |bytes| String::from_utf8(bytes).expect("slate prints UTF-8");
    Run { status: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// The id of the user `nobody`.
const NOBODY: u32 = 65534;

/// The command as a user without rights, in a directory that it cannot write.
/// The binary is copied there, for the build's directory may be out of reach.
pub(crate) fn command_without_rights(directory: &Path) -> Command {
    let binary = directory.join("slate");
    fs::copy(env!("CARGO_BIN_EXE_slate"), &binary).expect("copying slate");
    fs::set_permissions(directory, fs::Permissions::from_mode(0o555)).expect("closing the directory");
    let mut command = Command::new(binary);
    command.env_clear().env("PATH", "/usr/bin:/bin").current_dir(directory);
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}
