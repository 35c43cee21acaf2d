//! Files that somebody else may have put there: only a regular file is opened,
//! and no more of it is read than fits.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Opens a regular file; its last name may be a symbolic link.
///
/// # Errors
///
/// Fails if it cannot be opened, or is something else: a pipe would be waited for.
pub fn open(path: &Path) -> io::Result<File> {
    open_with(path, 0)
}

/// The same without following a link.
///
/// # Errors
///
/// Fails as [`open`] does.
pub fn open_no_follow(path: &Path) -> io::Result<File> {
    open_with(path, libc::O_NOFOLLOW)
}

/// Reads a regular file of `limit` bytes at most.
///
/// # Errors
///
/// Fails as [`open`] does, and if it is larger.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read_open(open(path)?, limit)
}

/// Reads an open file of `limit` bytes at most.
///
/// # Errors
///
/// Fails if it cannot be read, and if it is larger.
pub fn read_open(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let mut contents = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut contents)?;
    if contents.len() as u64 > limit {
        let problem = format!("larger than {limit} bytes, which is the limit");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    Ok(contents)
}

fn open_with(path: &Path, flags: i32) -> io::Result<File> {
    let file = File::options().read(true).custom_flags(libc::O_NONBLOCK | flags).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;

    use super::*;

    #[test]
    fn only_regular_files_that_fit_are_read() {
        let scratch = tempfile::tempdir().unwrap();
        let path = |name: &str| scratch.path().join(name);
        fs::write(path("file"), "12345").unwrap();
        symlink("file", path("link")).unwrap();
        mkfifo(&path("pipe"), Mode::S_IRWXU).unwrap();
        assert_eq!(read(&path("link"), 5).unwrap(), b"12345");
        assert!(open_no_follow(&path("link")).is_err());
        assert!(open_no_follow(&path("file")).is_ok());
        let told = |name: &str, limit| read(&path(name), limit).unwrap_err().to_string();
        assert_eq!(told("file", 4), "larger than 4 bytes, which is the limit");
        assert_eq!(told("pipe", 5), "not a regular file");
        assert_eq!(told("", 5), "not a regular file");
    }
}
