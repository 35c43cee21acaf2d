//! `fetch`: files from the network, through the shared cache.

mod cache;
mod transfer;

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::element::capability::Grant;
use crate::plugin::bindings::wit::fetch::{Digest, Error, Fetched, Host, Request};
use crate::plugin::limits::Limit;
use crate::plugin::rehearsal::Rehearsal;
use crate::plugin::state::{State, lock};
use crate::report::Level;
use crate::sys::regular;
use transfer::{Transfer, digest_of, is_plain};

/// Redirections that are followed.
const REDIRECTIONS: usize = 10;

/// The hexadecimal digits of digests.
const SHA256_DIGITS: usize = 64;
const SHA512_DIGITS: usize = 128;

/// Bytes that one call reads at most.
const PIECE: u32 = 16 << 20;

impl Host for State {
    fn get(&mut self, request: Request) -> Result<Fetched, Error> {
        check_digest(request.digest.as_ref())?;
        if !["https://", "http://"].iter().any(|scheme| request.url.starts_with(scheme)) {
            return Err(Error::Invalid(format!("'{}' is no https: or http: URL", request.url)));
        }
        if !is_plain(&request.url) {
            return Err(Error::Invalid(format!(
                "'{}' has a '.' or '..' or a sign that no URL has",
                request.url
            )));
        }
        self.require(&Grant::Url(request.url.clone())).map_err(Error::Denied)?;
        let folder = self.shared.setting.downloads.clone();
        let fresh = request.digest.is_none() && !self.shared.setting.offline;
        let known = if fresh { None } else { self.kept(&request) };
        let digest = match known {
            Some(digest) => digest,
            None if self.shared.setting.offline => return Err(Error::Offline),
            None => self.transfer(&request)?,
        };
        let size = fs::metadata(folder.join(&digest)).map_err(failed)?.len();
        let entry = (self.facts.name.clone(), digest.clone());
        let mut fetched = lock(&self.shared.fetched);
        if !fetched.contains(&entry) {
            fetched.push(entry);
        }
        Ok(Fetched { digest, size })
    }

    fn read(&mut self, digest: String, offset: u64, limit: u32) -> Result<Vec<u8>, Error> {
        let path = self.fetched_file(&digest).map_err(Error::Invalid)?;
        let file = regular::open_no_follow(&path).map_err(failed)?;
        let left = file.metadata().map_err(failed)?.len().saturating_sub(offset);
        let mut piece = vec![0; left.min(limit.min(PIECE).into()) as usize];
        file.read_exact_at(&mut piece, offset).map_err(failed)?;
        Ok(piece)
    }
}

impl State {
    /// The file that this element fetched under a digest.
    pub(super) fn fetched_file(&self, digest: &str) -> Result<PathBuf, String> {
        let known = lock(&self.shared.fetched)
            .iter()
            .any(|(element, found)| *element == self.facts.name && found == digest);
        if known {
            return Ok(self.shared.setting.downloads.join(digest));
        }
        Err(format!("'{digest}' is no file that element '{}' fetched", self.facts.name))
    }

    /// What the cache has for a request.
    fn kept(&mut self, request: &Request) -> Option<String> {
        cache::find(&self.shared.setting.downloads, request).unwrap_or_else(|error| {
            let text = format!("what is kept of {} cannot be used: {error}", request.url);
            self.log.message(Level::Warn, &text);
            None
        })
    }

    fn transfer(&mut self, request: &Request) -> Result<String, Error> {
        let folder = &self.shared.setting.downloads;
        fs::create_dir_all(folder).map_err(failed)?;
        let part = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        if let Some(rehearsal) = &self.context.rehearsal {
            return rehearsed(rehearsal, request, folder);
        }
        self.follow(request, part.path())?;
        let file = part.reopen().map_err(failed)?;
        let found = digest_of(file, request.digest.as_ref()).map_err(failed)?;
        if let Some(wanted) = &request.digest
            && found.wanted_kind != *hex(wanted)
        {
            return Err(Error::Mismatch(found.wanted_kind));
        }
        cache::keep(folder, part, &found.sha256, request).map_err(failed)?;
        Ok(found.sha256)
    }

    /// Transfers a file. Where nothing says what it must be, each address that
    /// the server sends to must be granted too.
    fn follow(&self, request: &Request, to: &Path) -> Result<(), Error> {
        let mut url = request.url.clone();
        for _ in 0..=REDIRECTIONS {
            let limit = self.limits().get(Limit::Download).saturating_sub(self.used.downloaded.get());
            let transfer = Transfer { url: &url, to, limit, time: self.remaining() };
            let mut log = |line: &str| self.log.line(crate::report::Stream::Stderr, line);
            let too_large = || Error::TooLarge(self.limits().reached(Limit::Download).to_string());
            let outcome = transfer.run(&self.context.variables, &mut log, &too_large);
            // What was received counts, whatever became of it.
            self.used.downloaded.add(fs::metadata(to).map_err(failed)?.len());
            match outcome? {
                None => return Ok(()),
                Some(next) => url = next,
            }
            if request.digest.is_none() {
                self.require(&Grant::Url(url.clone())).map_err(Error::Denied)?;
            }
        }
        Err(Error::Failed(format!("more than {REDIRECTIONS} redirections")))
    }
}

/// What stands in for a file of the network, whatever digest is expected of it.
fn rehearsed(rehearsal: &Rehearsal, request: &Request, folder: &Path) -> Result<String, Error> {
    use sha2::Digest as _;
    let contents = rehearsal.fetch(&request.url, request.digest.as_ref().map(hex)).map_err(Error::Failed)?;
    let digest = format!("{:x}", sha2::Sha256::digest(&contents));
    fs::write(folder.join(&digest), contents).map_err(failed)?;
    Ok(digest)
}

fn hex(digest: &Digest) -> &String {
    match digest {
        Digest::Sha256(hex) | Digest::Sha512(hex) => hex,
    }
}

fn check_digest(digest: Option<&Digest>) -> Result<(), Error> {
    let Some(digest) = digest else { return Ok(()) };
    let length = if matches!(digest, Digest::Sha256(_)) { SHA256_DIGITS } else { SHA512_DIGITS };
    let hex = hex(digest);
    if is_hex(hex, length) {
        return Ok(());
    }
    Err(Error::Invalid(format!("'{hex}' is no digest of {length} small hexadecimal digits")))
}

/// Whether a text is so many small hexadecimal digits.
fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Failed(error.to_string())
}
