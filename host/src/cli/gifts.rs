//! What a build takes from the caller for whom it has the rights of root, and
//! what it hands over.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::sys::elevate::Caller;

/// Names the directory where elements keep what they download.
pub(crate) const IMAGE_CACHE: &str = "DIB_IMAGE_CACHE";

/// Where in it the element of that name keeps git's repositories.
const REPOSITORIES: &str = "source-repositories";

/// Makes repositories root's that a user's diskimage-builder has left in the
/// cache: git trusts nobody else's.
pub(super) fn claim(caller: &Caller, environment: &BTreeMap<String, String>) -> Result<()> {
    let cache = environment.get(IMAGE_CACHE).filter(|cache| !cache.is_empty());
    cache.map_or(Ok(()), |cache| caller.claim(&Path::new(cache).join(REPOSITORIES)))
}

/// Gives the caller logs, and what this build has written beside its image:
/// outputs, digests, what hooks put there under the image's name, such as
/// `IMAGE.d` and `IMAGE.initramfs`.
pub(super) fn give(caller: &Caller, image: &Path, logs: &[PathBuf]) -> Result<()> {
    logs.iter().try_for_each(|log| caller.give(log))?;
    let Some(name) = image.file_name() else { return Ok(()) };
    let directory = image.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let context = || format!("reading {}", directory.display());
    for entry in fs::read_dir(directory).with_context(context)? {
        let entry = entry.with_context(context)?;
        if is_of(name.as_encoded_bytes(), entry.file_name().as_encoded_bytes()) {
            caller.give(&entry.path())?;
        }
    }
    Ok(())
}

/// Whether a file is called after an image: by its name and what elements add to it.
fn is_of(image: &[u8], file: &[u8]) -> bool {
    file.strip_prefix(image).is_some_and(|rest| matches!(rest.first(), None | Some(b'.' | b'-')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_called_after_an_image() {
        for (file, expected) in [
            ("deb", true),
            ("deb.qcow2", true),
            ("deb.d", true),
            ("deb-boot.iso", true),
            ("debian.qcow2", false),
            ("de", false),
            ("other.deb", false),
        ] {
            assert_eq!(is_of(b"deb", file.as_bytes()), expected, "{file}");
        }
    }
}
