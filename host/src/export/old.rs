//! Outputs of earlier builds, kept under names with the date.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::Zoned;

use super::digest::beside;

/// Renames what is at `path`, `image.qcow2`, to `image-2026.11.23-07.30.00.qcow2`
/// with the time `now`, and its digests with it. Nothing there is no error.
///
/// # Errors
///
/// Fails if a file cannot be renamed.
pub(super) fn set_aside(path: &Path, now: &Zoned) -> Result<()> {
    let aside = dated(path, now);
    if !rename(path, &aside)? {
        return Ok(());
    }
    for (from, to) in beside(path).iter().zip(beside(&aside)) {
        rename(from, &to)?;
    }
    Ok(())
}

/// Whether there was something to rename.
fn rename(from: &Path, to: &Path) -> Result<bool> {
    match fs::rename(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("renaming {} to {}", from.display(), to.display())),
    }
}

fn dated(path: &Path, now: &Zoned) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let date = now.strftime("%Y.%m.%d-%H.%M.%S");
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
    path.with_file_name(format!("{stem}-{date}{}", extension.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_output_goes_aside_with_its_digests() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        for name in ["debian-12.qcow2", "debian-12.qcow2.md5", "other.qcow2"] {
            fs::write(path(name), name).unwrap();
        }
        let now: Zoned = "2026-11-23T07:30:05+00:00[UTC]".parse().unwrap();
        set_aside(&path("debian-12.qcow2"), &now).unwrap();
        set_aside(&path("nothing.qcow2"), &now).unwrap();
        let mut names: Vec<String> = fs::read_dir(directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let aside = "debian-12-2026.11.23-07.30.05.qcow2";
        assert_eq!(names, [aside.to_owned(), format!("{aside}.md5"), "other.qcow2".to_owned()]);
        assert_eq!(fs::read_to_string(path(aside)).unwrap(), "debian-12.qcow2");
    }
}
