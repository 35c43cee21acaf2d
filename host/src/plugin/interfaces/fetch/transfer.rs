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
    /// Transfers the file, with retries; gives the URL that the server sends to instead.
    pub(super) fn run(
        &self,
        environment: &BTreeMap<String, String>,
        log: &mut dyn FnMut(&str),
        too_large: &dyn Fn() -> Error,
    ) -> Result<Option<String>, Error> {
        if self.limit == 0 {
            return Err(too_large());
        }
        // What a transfer before left is not this one's.
        File::create(self.to).map_err(|error| Error::Failed(error.to_string()))?;
        let proxies = environment.iter().filter(|(name, _)| PROXIES.contains(&name.as_str()));
        let limit = self.limit.to_string();
        let curl = Program::new("curl")
            // The caller's own settings are not asked for; a URL is one URL.
            .args(["--disable", "--globoff", "--silent", "--show-error", "--fail"])
            .args(["--retry", "3", "--connect-timeout", "30"])
            .args(["--proto", "=http,https", "--max-filesize", &limit])
            .args(["--write-out", "%{http_code} %{redirect_url}", "--output"])
            .arg(self.to)
            .args(["--url", self.url])
            .envs(proxies)
            .file_limit(self.limit)
            .timeout(self.time);
        let mut written = String::new();
        let exit = curl.run(&mut |stream, line| match stream {
            Stream::Stdout => written = String::from_utf8_lossy(line).into_owned(),
            Stream::Stderr => log(&String::from_utf8_lossy(line)),
        });
        let exit = exit.map_err(|error| Error::Failed(format!("{error:#} (package curl)")))?;
        let (code, next) = written.split_once(' ').unwrap_or((&written, ""));
        match exit.ended {
            Ended::Code(0) => Ok(Some(next).filter(|next| !next.is_empty()).map(str::to_owned)),
            Ended::Code(HTTP_ERROR) if ["404", "410"].contains(&code) => Err(Error::NotFound),
            Ended::Code(TOO_LARGE) | Ended::Signal(libc::SIGXFSZ) => Err(too_large()),
            ended => Err(Error::Failed(format!("curl {ended}: {}", exit.tail.join(" ")))),
        }
    }
}

/// Whether a URL is fetched as it stands: curl resolves dots as browsers do,
/// and what was granted is a prefix of the text.
pub(super) fn is_plain(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default().to_lowercase().replace("%2e", ".");
    let parts = path.split(['/', '\\']);
    parts.skip(1).all(|part| part != "." && part != "..")
        && url.chars().all(|c| c.is_ascii_graphic() && c != '\\')
}

/// Digests of a file.
pub(super) struct Digests {
    pub(super) sha256: String,
    /// The digest of the kind that was wanted; SHA-256 if none was.
    pub(super) wanted_kind: String,
}

/// Reads a file once for its SHA-256 and the kind of digest that is wanted.
pub(super) fn digest_of(mut file: File, wanted: Option<&Digest>) -> io::Result<Digests> {
    let (mut sha256, mut sha512) = (Sha256::new(), Sha512::new());
    let long = matches!(wanted, Some(Digest::Sha512(_)));
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

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn a_plain_url_stays_below_its_own_prefix() {
        for (url, expected) in [
            ("https://example.org/a/b?x=../y#..", true),
            ("https://example.org/a/..b/c..", true),
            ("https://example.org/a/../b", false),
            ("https://example.org/a/%2E./b", false),
            ("https://example.org/a/./b", false),
            ("https://example.org/a\\..\\b", false),
            ("https://example.org/a b", false),
            ("https://example.org/a\nb", false),
        ] {
            assert_eq!(is_plain(url), expected, "{url}");
        }
    }
}
