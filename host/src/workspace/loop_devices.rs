//! Loop devices of hooks whose file lies in a workspace.

use std::path::Path;

use anyhow::Result;

use super::build_name;
use crate::sys::loopdev::{self, Forgotten};

/// Detaches those of the workspace at `top`.
///
/// # Errors
///
/// Fails if one cannot be detached.
pub(super) fn release(top: &Path) -> Result<Vec<Forgotten>> {
    let build = build_name(top);
    loopdev::release(|file| is_in(file, &build))
}

/// Whether a file is in a build's directory, which no other build has the name
/// of. What stands before it depends on who asks: nothing once its mounts are gone.
fn is_in(file: &Path, build: &str) -> bool {
    file.components().any(|part| part.as_os_str() == build)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_the_name_of_the_build() {
        for (file, expected) in [
            ("/var/tmp/slate-a1/area/build.a1/image/x", true),
            ("/build.a1/mnt/x", true),
            ("/build.a10/mnt/x", false),
            ("/var/tmp/slate-a1/x", false),
        ] {
            assert_eq!(is_in(Path::new(file), "build.a1"), expected, "{file}");
        }
    }
}
