//! Loop devices of hooks whose file lies in a workspace.

use std::path::Path;

use anyhow::Result;

use super::{build_name, image_name};
use crate::sys::loopdev::{self, Forgotten};

/// Detaches those of the workspace at `top`.
///
/// # Errors
///
/// Fails if one cannot be detached.
pub(super) fn release(top: &Path) -> Result<Vec<Forgotten>> {
    let names = [build_name(top), image_name(top)];
    loopdev::release(|file| is_in(file, &names))
}

/// Whether a file is in one of a build's directories, which no other build has
/// the names of. What stands before them depends on who asks: nothing once its
/// mounts are gone.
fn is_in(file: &Path, names: &[String]) -> bool {
    file.components().any(|part| names.iter().any(|name| part.as_os_str() == name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_the_name_of_the_build() {
        for (file, expected) in [
            ("/var/tmp/slate-a1/area/build.a1/x", true),
            ("/var/tmp/slate-a1/area/image.a1/x", true),
            ("/image.a1/x", true),
            ("/build.a1/mnt/x", true),
            ("/build.a10/mnt/x", false),
            ("/var/tmp/slate-a1/x", false),
        ] {
            assert_eq!(
                is_in(Path::new(file), &["build.a1".to_owned(), "image.a1".to_owned()]),
                expected,
                "{file}"
            );
        }
    }
}
