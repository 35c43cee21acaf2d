//! An output while it is written: under a temporary name beside its own,
//! which the workspace notes, so that what a killed build left can be removed.

use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::{Builder, TempPath};

use crate::workspace::{PARTIAL, Partials};

/// What complete outputs may be: read by everyone.
const MODE: u32 = 0o644;

/// A file that becomes an output once it is complete, and else goes.
#[derive(Debug)]
pub(super) struct PendingOutput {
    file: TempPath,
    path: PathBuf,
}

impl PendingOutput {
    /// Creates the temporary file, noted before it is there.
    pub(super) fn create(path: &Path, partials: &Partials) -> Result<PendingOutput> {
        let directory =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().with_context(|| format!("{} names no file", path.display()))?;
        let prefix = format!(".{}.", name.to_string_lossy());
        let create = |file: &Path| {
            partials.note(file)?;
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)
        };
        let file = Builder::new().prefix(&prefix).suffix(PARTIAL).make_in(directory, create);
        let context = || format!("creating a file in {}: does the directory exist?", directory.display());
        let file = file.map(|file| file.into_temp_path()).with_context(context)?;
        Ok(PendingOutput { file, path: path.to_owned() })
    }

    /// Where to write to.
    pub(super) fn path(&self) -> &Path {
        &self.file
    }

    /// Gives the file its name, in place of what has it. Returns its size.
    pub(super) fn publish(self) -> Result<u64> {
        let PendingOutput { file, path } = self;
        let context = || format!("completing {}", path.display());
        // A program may have put another file in the place of ours.
        let written = File::open(&file).with_context(context)?;
        written.set_permissions(Permissions::from_mode(MODE)).with_context(context)?;
        written.sync_all().with_context(context)?;
        let size = written.metadata().with_context(context)?.len();
        file.persist(&path).with_context(context)?;
        Ok(size)
    }
}

/// Writes a small file whole, in place of what has its name.
pub(super) fn write_whole(path: &Path, text: &str, partials: &Partials) -> Result<()> {
    let pending = PendingOutput::create(path, partials)?;
    fs::write(pending.path(), text).with_context(|| format!("writing {}", path.display()))?;
    pending.publish().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partials() -> (tempfile::TempDir, Partials) {
        let directory = tempfile::tempdir().unwrap();
        let partials = Partials::new(directory.path());
        (directory, partials)
    }

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn an_output_appears_whole_and_in_place_of_the_old_one() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("x.qcow2");
        fs::write(&path, "old").unwrap();
        let (_notes, partials) = partials();
        let pending = PendingOutput::create(&path, &partials).unwrap();
        fs::write(pending.path(), "new!").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(pending.publish().unwrap(), 4);
        assert_eq!(fs::read(&path).unwrap(), b"new!");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
        assert_eq!(names(scratch.path()), ["x.qcow2"]);
    }

    #[test]
    fn a_given_up_output_leaves_the_old_one() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("x.qcow2");
        fs::write(&path, "old").unwrap();
        let (_notes, partials) = partials();
        let pending = PendingOutput::create(&path, &partials).unwrap();
        fs::write(pending.path(), "half").unwrap();
        drop(pending);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(scratch.path()), ["x.qcow2"]);
    }

    #[test]
    fn two_builds_of_one_output_do_not_meet() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("x.raw");
        let (_notes, partials) = partials();
        let first = PendingOutput::create(&path, &partials).unwrap();
        let second = PendingOutput::create(&path, &partials).unwrap();
        assert!(first.path().exists() && second.path().exists());
        assert_eq!(names(scratch.path()).len(), 2);
    }

    #[test]
    fn a_missing_directory_is_named() {
        let (_notes, partials) = partials();
        let error = PendingOutput::create(Path::new("/no/such/place/x.raw"), &partials).unwrap_err();
        assert_eq!(error.to_string(), "creating a file in /no/such/place: does the directory exist?");
    }
}
