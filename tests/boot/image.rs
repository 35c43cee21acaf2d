//! Builds images with the program under test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::command;

/// The longest that a build may take, on a busy machine and a slow mirror.
pub(crate) const LIMIT: Duration = Duration::from_secs(900);

/// Runs `slate build` with these arguments; working files stay below `scratch`.
pub(crate) fn build(scratch: &Path, args: &[&str]) {
    build_in(scratch, args, &[]);
}

/// The same with more in the environment.
pub(crate) fn build_in(scratch: &Path, args: &[&str], environment: &[(&str, PathBuf)]) {
    build_within(LIMIT, scratch, args, environment);
}

/// The same where it may take this long.
pub(crate) fn build_within(limit: Duration, scratch: &Path, args: &[&str], environment: &[(&str, PathBuf)]) {
    let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
    slate.arg("build").args(args).current_dir(scratch).envs(environment.iter().map(|(k, v)| (k, v)));
    slate.arg("--work-dir").arg(scratch.join("work"));
    println!("{slate:?}");
    let Some(output) = command::run(&mut slate, limit) else {
        panic!("the build took longer than {limit:?}")
    };
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the build failed: {}\n{log}", output.status);
}

/// A copy-on-write disk of this size over an image.
pub(crate) fn overlay(image: &Path, path: PathBuf, size: &str) -> PathBuf {
    let mut qemu_img = Command::new("qemu-img");
    qemu_img.args(["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b"]).arg(image).arg(&path).arg(size);
    command::output(&mut qemu_img, Duration::from_secs(60));
    path
}
