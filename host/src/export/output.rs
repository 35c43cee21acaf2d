//! An output while it is written: under a temporary name beside its own.

use std::ffi::OsString;
use std::fs::{self, File, Permissions, TryLockError};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::{Builder, NamedTempFile};

/// End of the temporary names, by which those of killed builds are found.
const SUFFIX: &str = ".partial";

/// What complete outputs may be: read by everyone.
const MODE: u32 = 0o644;

/// A file that becomes an output once it is complete, and else goes.
#[derive(Debug)]
pub(super) struct PendingOutput {
    file: NamedTempFile,
    path: PathBuf,
}

impl PendingOutput {
    /// Creates the temporary file, after removing what killed builds of the
    /// same output left.
    pub(super) fn create(path: &Path) -> Result<PendingOutput> {
        let directory =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let context = || format!("creating a file in {}: does the directory exist?", directory.display());
        let prefix = prefix(path)?;
        remove_abandoned(directory, &prefix).with_context(context)?;
        let file =
            Builder::new().prefix(&prefix).suffix(SUFFIX).tempfile_in(directory).with_context(context)?;
        // Says to other builds that this one lives.
        file.as_file().lock().with_context(|| format!("locking {}", file.path().display()))?;
        Ok(PendingOutput { file, path: path.to_owned() })
    }

    /// Where to write to.
    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Gives the file its name, in place of what has it. Returns its size.
    pub(super) fn publish(self) -> Result<u64> {
        let PendingOutput { file, path } = self;
        let context = || format!("completing {}", path.display());
        // A program may have put another file in the place of ours.
        let written = File::open(file.path()).with_context(context)?;
        written.set_permissions(Permissions::from_mode(MODE)).with_context(context)?;
        written.sync_all().with_context(context)?;
        let size = written.metadata().with_context(context)?.len();
        file.into_temp_path().persist(&path).with_context(context)?;
        Ok(size)
    }
}

/// Writes a small file whole, in place of what has its name.
pub(super) fn write_whole(path: &Path, text: &str) -> Result<()> {
    let pending = PendingOutput::create(path)?;
    fs::write(pending.path(), text).with_context(|| format!("writing {}", path.display()))?;
    pending.publish().map(drop)
}

/// Begin of the temporary names of an output.
fn prefix(path: &Path) -> Result<OsString> {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().with_context(|| format!("{} names no file", path.display()))?);
    prefix.push(".");
    Ok(prefix)
}

/// Removes temporary files whose build is gone: nobody holds their lock.
fn remove_abandoned(directory: &Path, prefix: &OsString) -> Result<()> {
    let prefix = prefix.to_string_lossy();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_ours =
            name.strip_prefix(&*prefix).is_some_and(|rest| rest.ends_with(SUFFIX) && !rest.contains('/'));
        if is_ours && entry.file_type()?.is_file() && is_abandoned(&entry.path())? {
            fs::remove_file(entry.path()).with_context(|| format!("removing {}", entry.path().display()))?;
        }
    }
    Ok(())
}

fn is_abandoned(path: &Path) -> Result<bool> {
    match File::open(path).map(|file| file.try_lock()) {
        Ok(Ok(())) => Ok(true),
        Ok(Err(TryLockError::WouldBlock)) => Ok(false),
        Ok(Err(TryLockError::Error(error))) => Err(error.into()),
        // It got its final name just now.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let pending = PendingOutput::create(&path).unwrap();
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
        let pending = PendingOutput::create(&path).unwrap();
        fs::write(pending.path(), "half").unwrap();
        drop(pending);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(scratch.path()), ["x.qcow2"]);
    }

    #[test]
    fn what_killed_builds_left_goes_and_what_others_write_stays() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("x.raw");
        fs::write(scratch.path().join(".x.raw.dead12.partial"), "half").unwrap();
        fs::write(scratch.path().join(".y.raw.dead12.partial"), "another's").unwrap();
        let first = PendingOutput::create(&path).unwrap();
        let second = PendingOutput::create(&path).unwrap();
        assert!(first.path().exists() && second.path().exists());
        assert_eq!(names(scratch.path()).len(), 3);
    }

    #[test]
    fn a_missing_directory_is_named() {
        let error = PendingOutput::create(Path::new("/no/such/place/x.raw")).unwrap_err();
        assert_eq!(error.to_string(), "creating a file in /no/such/place: does the directory exist?");
    }
}
