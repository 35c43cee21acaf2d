//! The programs of the chroot that ask the build host.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use anyhow::{Context, Result};

use super::request::Program;

/// The client, by whichever name it is called. `%DIR%` is the bridge's
/// directory as the chroot sees it. The answer is a line with the exit status,
/// then what to print.
const CLIENT: &str = r#"#!/bin/sh
# Asks slate, on the build host, to do it.
set -eu
reply=/tmp/.slate-reply.$$
mkfifo -m 600 "$reply"
trap 'rm -f "$reply"' EXIT
printf '%s\n' "$(($# + 1))" "$reply" "${0##*/}" "$@" > %DIR%/requests
{ read -r status; cat; } < "$reply"
exit "$status"
"#;

/// Writes the clients into the bridge's `directory`, which the chroot sees as `seen_as`.
pub(super) fn write(directory: &Path, seen_as: &Path) -> Result<()> {
    let context = "writing the programs with which the chroot asks the build host";
    let bin = directory.join("bin");
    fs::create_dir_all(&bin).context(context)?;
    let text = CLIENT.replace("%DIR%", &seen_as.to_string_lossy());
    let [first, others @ ..] = Program::ALL;
    let client = bin.join(first.name());
    fs::write(&client, text).context(context)?;
    fs::set_permissions(&client, fs::Permissions::from_mode(0o755)).context(context)?;
    others.into_iter().try_for_each(|other| symlink(first.name(), bin.join(other.name()))).context(context)
}
