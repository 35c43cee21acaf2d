//! Digests of outputs.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use md5::{Digest, Md5};
use sha2::Sha256;

use super::output::write_whole;
use crate::sys::signals;

/// How much is read at a time.
const BUFFER: usize = 1 << 20;

/// Both digests of a file, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digests {
    /// MD5, which old consumers expect.
    pub md5: String,
    /// SHA-256.
    pub sha256: String,
}

impl Digests {
    /// Reads a file once, and tells how far it is.
    pub(super) fn of(path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Digests> {
        let context = || format!("computing the digests of {}", path.display());
        let mut file = File::open(path).with_context(context)?;
        let total = file.metadata().with_context(context)?.len();
        let (mut md5, mut sha256) = (Md5::new(), Sha256::new());
        let mut buffer = vec![0; BUFFER];
        let mut done = 0;
        loop {
            signals::check()?;
            let length = file.read(&mut buffer).with_context(context)?;
            if length == 0 {
                return Ok(Digests { md5: hex(&md5.finalize()), sha256: hex(&sha256.finalize()) });
            }
            md5.update(&buffer[..length]);
            sha256.update(&buffer[..length]);
            done += length as u64;
            progress(done, total);
        }
    }

    /// Writes `<output>.md5` and `<output>.sha256` as `md5sum` and `sha256sum` do.
    pub(super) fn write_beside(&self, output: &Path) -> Result<()> {
        let name = output.file_name().unwrap_or_default().to_string_lossy();
        for (path, digest) in beside(output).iter().zip([&self.md5, &self.sha256]) {
            write_whole(path, &format!("{digest}  {name}\n"))?;
        }
        Ok(())
    }

    /// Removes those of an output's predecessor, which the new one does not match.
    pub(super) fn remove_beside(output: &Path) -> Result<()> {
        for path in beside(output) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("removing the old {}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Where the digests of an output stand: MD5, then SHA-256.
pub(super) fn beside(output: &Path) -> [PathBuf; 2] {
    ["md5", "sha256"].map(|extension| {
        let mut path = output.as_os_str().to_owned();
        path.push(format!(".{extension}"));
        path.into()
    })
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_beside_an_output() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("x.raw");
        std::fs::write(&path, "abc").unwrap();
        let mut told = Vec::new();
        Digests::of(&path, &mut |done, total| told.push((done, total))).unwrap().write_beside(&path).unwrap();
        assert_eq!(told, [(3, 3)]);
        let read = |extension: &str| {
            std::fs::read_to_string(scratch.path().join(format!("x.raw.{extension}"))).unwrap()
        };
        assert_eq!(read("md5"), "900150983cd24fb0d6963f7d28e17f72  x.raw\n");
        assert_eq!(
            read("sha256"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  x.raw\n"
        );
    }
}
