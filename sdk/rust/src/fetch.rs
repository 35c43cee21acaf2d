//! Files from the network.
//!
//! ```no_run
//! # fn main() -> blankslate_sdk::Result {
//! use blankslate_sdk::command::{Argument, Command};
//! use blankslate_sdk::{fetch, rootfs};
//!
//! let key = fetch::unverified("https://example.org/keys/me.asc")?;
//! rootfs::write("/etc/keys/me.asc", fetch::read(&key)?)?;
//!
//! let digest = "0c7fcf412c36e9e1cfc3cca37cec9afedcfca86e1943f6827c36e88dfda41642";
//! let tools = fetch::sha256("https://example.org/tools.tar", digest)?;
//! let tar = Command::host("tar").args(["--extract", "--directory"]).arg(Argument::image("/opt"));
//! tar.arg(Argument::fetched(&tools).prefixed("--file=")).run()?;
//! # Ok(()) }
//! ```

use std::fmt;

use crate::bindings::wit::fetch::{self as wit, Digest, Error as Kind};

pub use wit::Fetched;

/// Why a file could not be fetched.
#[derive(Clone, Debug)]
pub struct Error {
    url: String,
    kind: Kind,
}

impl Error {
    /// The reason.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Kind::Denied(text) = &self.kind {
            return f.write_str(text);
        }
        write!(f, "fetching {}: ", self.url)?;
        match &self.kind {
            Kind::NotFound => f.write_str("no such file"),
            Kind::Mismatch(digest) => write!(f, "the file has another digest, {digest}"),
            Kind::Offline => f.write_str("not in the cache, and the build is offline"),
            Kind::Denied(text) | Kind::TooLarge(text) | Kind::Invalid(text) | Kind::Failed(text) => {
                f.write_str(text)
            }
        }
    }
}

impl std::error::Error for Error {}

fn get(url: &str, digest: Option<Digest>) -> Result<Fetched, Error> {
    let request = wit::Request { url: url.to_owned(), digest };
    wit::get(&request).map_err(|kind| Error { url: url.to_owned(), kind })
}

/// Fetches a file that must have a SHA-256 digest.
///
/// # Errors
///
/// Fails if the operator did not grant it, the transfer fails, or the digest is another.
pub fn sha256(url: &str, digest: &str) -> Result<Fetched, Error> {
    get(url, Some(Digest::Sha256(digest.to_owned())))
}

/// Fetches a file that must have a SHA-512 digest.
///
/// # Errors
///
/// Fails as [`sha256`] does.
pub fn sha512(url: &str, digest: &str) -> Result<Fetched, Error> {
    get(url, Some(Digest::Sha512(digest.to_owned())))
}

/// Fetches a file, whatever it holds. The image is then not reproducible.
///
/// # Errors
///
/// Fails if the operator did not grant it, or the transfer fails.
pub fn unverified(url: &str) -> Result<Fetched, Error> {
    get(url, None)
}

/// Reads a fetched file whole.
///
/// # Errors
///
/// Fails if the file is not one that this element fetched.
pub fn read(file: &Fetched) -> Result<Vec<u8>, Error> {
    const PIECE: u32 = 16 << 20;
    let mut contents = Vec::new();
    loop {
        let piece = wit::read(&file.digest, contents.len() as u64, PIECE)
            .map_err(|kind| Error { url: file.digest.clone(), kind })?;
        if piece.is_empty() {
            return Ok(contents);
        }
        contents.extend(piece);
    }
}
