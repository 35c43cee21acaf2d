//! One transfer, by the build host's curl.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use sha2::{Digest as _, Sha256, Sha512};

use crate::plugin::bindings::wit::fetch::{Digest, Error};
use crate::sys::process::{Ended, Program, Stream};

/// curl's exit status for an answer that is an error of HTTP.
const HTTP_ERROR: i32 = 22;
/// curl's exit status for a file that is too large.
const TOO_LARGE: i32 = 63;

/// Variables of the build's environment that tell a proxy.
const PROXIES: [&str; 6] = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

/// A file to transfer.
pub(super) struct Transfer<'a> {
    pub(super) url: &'a str,
    pub(super) to: &'a Path,
    /// Bytes that are too many.
    pub(super) limit: u64,
    /// How long it may take.
    pub(super) time: Duration,
}

impl Transfer<'_> {
    /// Transfers the file, with retries.
    pub(super) fn run(
        &self,
        environment: &BTreeMap<String, String>,
        log: &mut dyn FnMut(&str),
    ) -> Result<(), Error> {
        let proxies = environment.iter().filter(|(name, _)| PROXIES.contains(&name.as_str()));
        let limit = self.limit.to_string();
        let curl = Program::new("curl")
            .args([
                "--silent",
                "--show-error",
                "--fail",
                "--location",
                "--retry",
                "3",
                "--connect-timeout",
                "30",
            ])
            .args(["--proto", "=http,https", "--max-filesize", &limit])
            .args(["--write-out", "%{http_code}", "--output"])
            .arg(self.to)
            .args(["--url", self.url])
            .envs(proxies)
            .timeout(self.time);
        let mut code = String::new();
        let exit = curl.run(&mut |stream, line| match stream {
            Stream::Stdout => code = String::from_utf8_lossy(line).into_owned(),
            Stream::Stderr => log(&String::from_utf8_lossy(line)),
        });
        let exit = exit.map_err(|error| Error::Failed(format!("{error:#} (package curl)")))?;
        match exit.ended {
            Ended::Code(0) if self.is_too_large() => Err(Error::TooLarge(self.limit)),
            Ended::Code(0) => Ok(()),
            Ended::Code(HTTP_ERROR) if ["404", "410"].contains(&code.as_str()) => Err(Error::NotFound),
            Ended::Code(TOO_LARGE) => Err(Error::TooLarge(self.limit)),
            ended => Err(Error::Failed(format!("curl {ended}: {}", exit.tail.join(" ")))),
        }
    }

    fn is_too_large(&self) -> bool {
        self.to.metadata().is_ok_and(|found| found.len() > self.limit)
    }
}

/// Digests of a file.
pub(super) struct Digests {
    pub(super) sha256: String,
    /// The digest of the kind that was wanted; SHA-256 if none was.
    pub(super) wanted_kind: String,
}

/// Reads a file once for its SHA-256 and the kind of digest that is wanted.
pub(super) fn digest_of(path: &Path, wanted: Option<&Digest>) -> io::Result<Digests> {
    let (mut sha256, mut sha512) = (Sha256::new(), Sha512::new());
    let long = matches!(wanted, Some(Digest::Sha512(_)));
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        sha256.update(&buffer[..length]);
        if long {
            sha512.update(&buffer[..length]);
        }
    }
    let sha256 = format!("{:x}", sha256.finalize());
    let wanted_kind = if long { format!("{:x}", sha512.finalize()) } else { sha256.clone() };
    Ok(Digests { sha256, wanted_kind })
}
