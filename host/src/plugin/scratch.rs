//! How much a guest has put into its scratch directory.
//!
//! WASI's file system writes there without asking, so it is measured.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::limits::{Limit, Limits};

/// Bytes of the blocks that the kernel counts.
const BLOCK: u64 = 512;

/// Fails if a directory holds more than a guest may keep there. What is
/// removed meanwhile is not counted.
pub(super) fn check(directory: &Path, limits: &Limits) -> wasmtime::Result<()> {
    let (mut bytes, mut entries) = (0_u64, 0_u64);
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        let found = match fs::read_dir(&directory) {
            Err(error) if is_gone(&error) => continue,
            result => result?,
        };
        for entry in found {
            let entry = entry?;
            let stat = match entry.metadata() {
                Err(error) if is_gone(&error) => continue,
                result => result?,
            };
            bytes = bytes.saturating_add(stat.blocks().saturating_mul(BLOCK));
            entries += 1;
            if bytes > limits.get(Limit::Scratch) {
                return Err(limits.reached(Limit::Scratch).into());
            }
            if entries > limits.get(Limit::Entries) {
                return Err(limits.reached(Limit::Entries).of("files in the scratch directory").into());
            }
            if stat.is_dir() {
                open.push(entry.path());
            }
        }
    }
    Ok(())
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_files_are_counted_and_holes_are_not() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("below")).unwrap();
        fs::write(directory.path().join("below/file"), vec![1; 1 << 20]).unwrap();
        let sparse = fs::File::create(directory.path().join("sparse")).unwrap();
        sparse.set_len(1 << 40).unwrap();
        let told = |limits| check(directory.path(), &limits).err().map(|error| error.to_string());
        assert_eq!(told(Limits::default()), None);
        assert_eq!(
            told(Limits::with([(Limit::Scratch, 1 << 19)])).as_deref(),
            Some(
                "more than the limit of 512 KiB of data in the scratch directory; raise it with --limit scratch=1MiB"
            )
        );
        assert_eq!(
            told(Limits::with([(Limit::Entries, 2)])).as_deref(),
            Some("more than the limit of 2 files in the scratch directory; raise it with --limit entries=4")
        );
    }
}
