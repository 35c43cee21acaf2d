//! Digests of outputs.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use md5::Md5;
use sha2::Sha256;
use sha2::digest::DynDigest;

use super::output::write_whole;
use crate::spec::Checksum;
use crate::sys::signals;
use crate::workspace::Partials;

/// How much is read at a time.
const BUFFER: usize = 1 << 20;

/// Digests of a file, in hexadecimal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests(Vec<(Checksum, String)>);

impl Digests {
    /// Reads a file once for these digests, and tells how far it is.
    pub(super) fn of(
        path: &Path,
        checksums: &[Checksum],
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Digests> {
        let context = || format!("computing the digests of {}", path.display());
        let mut file = File::open(path).with_context(context)?;
        let total = file.metadata().with_context(context)?.len();
        let mut digests: Vec<_> = checksums.iter().map(|&checksum| (checksum, digest(checksum))).collect();
        let mut buffer = vec![0; BUFFER];
        let mut done = 0;
        loop {
            signals::check()?;
            let length = file.read(&mut buffer).with_context(context)?;
            if length == 0 {
                let digests = digests.into_iter().map(|(kind, digest)| (kind, hex(&digest.finalize())));
                return Ok(Digests(digests.collect()));
            }
            digests.iter_mut().for_each(|(_, digest)| digest.update(&buffer[..length]));
            done += length as u64;
            progress(done, total);
        }
    }

    /// Writes each into its file, as `md5sum` and `sha256sum` do for an output of this name.
    pub(super) fn write_beside(&self, output: &Path, name: &str, partials: &Partials) -> Result<()> {
        for (checksum, digest) in &self.0 {
            write_whole(&file_of(output, *checksum), &format!("{digest}  {name}\n"), partials)?;
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

fn digest(checksum: Checksum) -> Box<dyn DynDigest> {
    match checksum {
        Checksum::Md5 => Box::new(Md5::default()),
        Checksum::Sha256 => Box::new(Sha256::default()),
    }
}

/// Where the digests of an output stand, if it has all.
pub(super) fn beside(output: &Path) -> [PathBuf; 2] {
    Checksum::ALL.map(|checksum| file_of(output, checksum))
}

fn file_of(output: &Path, checksum: Checksum) -> PathBuf {
    let mut path = output.as_os_str().to_owned();
    path.push(format!(".{checksum}"));
    path.into()
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
        let (scratch, notes) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = scratch.path().join("x.raw");
        std::fs::write(&path, "abc").unwrap();
        let mut told = Vec::new();
        let digests = Digests::of(&path, &Checksum::ALL, &mut |done, total| told.push((done, total)));
        digests.unwrap().write_beside(&path, "x.raw", &Partials::new(notes.path())).unwrap();
        assert_eq!(told, [(3, 3)]);
        let read = |extension: &str| {
            std::fs::read_to_string(scratch.path().join(format!("x.raw.{extension}"))).unwrap()
        };
        assert_eq!(read("md5"), "900150983cd24fb0d6963f7d28e17f72  x.raw\n");
        assert_eq!(
            read("sha256"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  x.raw\n"
        );
        Digests::remove_beside(&path).unwrap();
        let one = Digests::of(&path, &[Checksum::Sha256], &mut |_, _| {}).unwrap();
        one.write_beside(&path, "x.raw", &Partials::new(notes.path())).unwrap();
        assert!(beside(&path)[1].exists() && !beside(&path)[0].exists());
    }
}
