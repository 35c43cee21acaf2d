//! The folder of fetched files. Each is called as its SHA-256; a note beside
//! it, called as what was asked for, says which one that is.
//!
//! What is found is believed only as far as it can be checked: a file may have
//! been cut short by a crash, or changed by somebody.

use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::transfer::digest_of;
use super::{SHA256_DIGITS, hex, is_hex};
use crate::plugin::bindings::wit::fetch::{Digest, Request};
use crate::sys::regular;

/// The digest of the file that is kept for a request, if there is one.
///
/// # Errors
///
/// Fails if what is there is not what was kept.
pub(super) fn find(folder: &Path, request: &Request) -> io::Result<Option<String>> {
    let Some(note) = present(regular::open_no_follow(&folder.join(name_of(request))))? else {
        return Ok(None);
    };
    let note = regular::read_open(note, SHA256_DIGITS as u64)?;
    let digest = String::from_utf8(note).ok().filter(|text| is_hex(text, SHA256_DIGITS));
    let digest = digest.ok_or_else(|| changed("its note is no digest"))?;
    let Some(file) = present(regular::open_no_follow(&folder.join(&digest)))? else { return Ok(None) };
    let found = digest_of(file, request.digest.as_ref())?;
    let wanted = request.digest.as_ref().map_or(&digest, hex);
    if found.sha256 != digest || found.wanted_kind != *wanted {
        return Err(changed("its content has changed"));
    }
    Ok(Some(digest))
}

/// Keeps a file for later requests of the same.
///
/// # Errors
///
/// Fails if it cannot be written down to the disk.
pub(super) fn keep(folder: &Path, file: NamedTempFile, sha256: &str, request: &Request) -> io::Result<()> {
    put(file, &folder.join(sha256))?;
    let mut note = NamedTempFile::new_in(folder)?;
    note.write_all(sha256.as_bytes())?;
    put(note, &folder.join(name_of(request)))
}

/// Gives a file its name, once its content is on the disk.
fn put(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    Ok(file.persist(path).map(drop)?)
}

/// The name of a request's note.
fn name_of(request: &Request) -> String {
    use sha2::Digest as _;
    match &request.digest {
        Some(Digest::Sha256(hex)) => format!("sha256-{hex}"),
        Some(Digest::Sha512(hex)) => format!("sha512-{hex}"),
        None => format!("url-{:x}", sha2::Sha256::digest(&request.url)),
    }
}

fn present<T>(opened: io::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    }
}

fn changed(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}
