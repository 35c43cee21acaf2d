//! Where packages come from: apt sources, read from the build host or made
//! from a mirror, and written into the image.

use std::fmt::Write as _;

mod deb822;
mod one_line;

/// The keys of Debian's archive, as its package `debian-archive-keyring` installs them.
pub(crate) const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Ending of the suite with a release's security updates.
const SECURITY: &str = "-security";

/// Releases without separate updates.
const ROLLING: [&str; 2] = ["sid", "unstable"];

/// One entry of apt's sources: binary packages only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) uris: Vec<String>,
    pub(crate) suites: Vec<String>,
    pub(crate) components: Vec<String>,
    /// Path of the keyring; absent means that apt's trusted keys do.
    pub(crate) signed_by: Option<String>,
}

/// What the operator decided about sources.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    pub(crate) release: String,
    pub(crate) mirror: Option<String>,
    pub(crate) security_mirror: Option<String>,
    /// Absent means those of the build host's sources, or `main`.
    pub(crate) components: Option<Vec<String>>,
}

/// Reads the entries of a file of apt's `sources.list.d`, or of `sources.list`.
pub(crate) fn parse(file_name: &str, text: &str) -> Vec<Source> {
    if file_name.ends_with(".sources") { deb822::parse(text) } else { one_line::parse(text) }
}

/// The sources to build from: given mirrors, else what the build host's apt
/// has. None at all where neither has the release: the bootstrap program then
/// takes its own default.
pub(crate) fn choose(wish: &Wish, host: &[Source]) -> Vec<Source> {
    let (of_security, of_archive) = split(of_host(wish, host));
    let archive = match &wish.mirror {
        Some(mirror) => vec![of_mirror(wish, mirror, archive_suites(&wish.release))],
        None => of_archive,
    };
    if archive.is_empty() {
        return archive;
    }
    let security = match &wish.security_mirror {
        Some(_) if is_rolling(&wish.release) => Vec::new(),
        Some(uri) if uri.is_empty() => Vec::new(),
        Some(uri) => vec![of_mirror(wish, uri, vec![format!("{}{SECURITY}", wish.release)])],
        None => of_security,
    };
    archive.into_iter().chain(security).collect()
}

/// Whether security updates of the release are among the sources, or there are none.
pub(crate) fn has_security(sources: &[Source], release: &str) -> bool {
    is_rolling(release) || sources.iter().any(|source| source.suites.iter().any(|suite| is_security(suite)))
}

/// The build host's entries for Debian's archive of the release; where it has
/// none, its entries for its own release with the name of the wanted one, as a
/// mirror has all releases.
fn of_host(wish: &Wish, host: &[Source]) -> Vec<Source> {
    let debian: Vec<Source> = host.iter().filter_map(debian_part).collect();
    let suites: Vec<&String> = debian.iter().flat_map(|source| &source.suites).collect();
    let release = suites.iter().find(|suite| ***suite == wish.release);
    let release = release.or_else(|| suites.iter().find(|suite| !suite.contains('-')));
    let Some(release) = release else { return Vec::new() };
    debian.iter().filter_map(|source| renamed(source, release, wish)).collect()
}

/// The part of an entry that is Debian's own archive, if it is.
fn debian_part(source: &Source) -> Option<Source> {
    let uris = source.uris.iter().filter(|uri| is_remote(uri) && is_debian(source, uri));
    let uris: Vec<String> = uris.cloned().collect();
    let fits = !uris.is_empty() && source.components.iter().any(|name| name == "main");
    fits.then(|| Source { uris, ..source.clone() })
}

/// An entry's suites of `release` as those of the wanted release.
fn renamed(source: &Source, release: &str, wish: &Wish) -> Option<Source> {
    let known = pockets(&wish.release);
    let suites = source.suites.iter().filter_map(|suite| suite.strip_prefix(release));
    let suites = suites.map(|pocket| format!("{}{pocket}", wish.release));
    let suites: Vec<String> = suites.filter(|suite| known.contains(suite)).collect();
    let components = wish.components.clone().unwrap_or_else(|| source.components.clone());
    (!suites.is_empty()).then(|| Source { suites, components, ..source.clone() })
}

/// The entries' suites of security updates, and the others.
fn split(sources: Vec<Source>) -> (Vec<Source>, Vec<Source>) {
    let part = |source: &Source, security: bool| {
        let suites = source.suites.iter().filter(|suite| is_security(suite) == security);
        let suites: Vec<String> = suites.cloned().collect();
        (!suites.is_empty()).then(|| Source { suites, ..source.clone() })
    };
    let all = |security| sources.iter().filter_map(|source| part(source, security)).collect();
    (all(true), all(false))
}

/// A source that the build, and later the image, can reach: no disc and no local directory.
fn is_remote(uri: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| uri.starts_with(scheme))
}

/// Other archives name their suites after Debian's releases too: what tells
/// Debian's is its key, or its customary path where no key is named.
fn is_debian(source: &Source, uri: &str) -> bool {
    match &source.signed_by {
        Some(path) => path.rsplit('/').next().is_some_and(|name| name.starts_with("debian-archive-")),
        None => {
            let path = uri.trim_end_matches('/');
            ["/debian", "/debian-security"].iter().any(|end| path.ends_with(end))
        }
    }
}

fn of_mirror(wish: &Wish, uri: &str, suites: Vec<String>) -> Source {
    let components = wish.components.clone().unwrap_or_else(|| vec!["main".to_owned()]);
    Source { uris: vec![uri.to_owned()], suites, components, signed_by: None }
}

/// The suites that make up a release.
fn pockets(release: &str) -> Vec<String> {
    let mut pockets = archive_suites(release);
    if !is_rolling(release) {
        pockets.push(format!("{release}{SECURITY}"));
    }
    pockets
}

/// Those of them that stand in the archive itself.
fn archive_suites(release: &str) -> Vec<String> {
    let mut suites = vec![release.to_owned()];
    if !is_rolling(release) {
        suites.push(format!("{release}-updates"));
    }
    suites
}

fn is_security(suite: &str) -> bool {
    suite.ends_with(SECURITY)
}

fn is_rolling(release: &str) -> bool {
    ROLLING.contains(&release)
}

/// Lines for a bootstrap program, one for each archive and suite.
pub(crate) fn to_lines(sources: &[Source]) -> String {
    let mut text = String::new();
    for source in sources {
        let options =
            source.signed_by.as_ref().map(|path| format!("[signed-by={path}] ")).unwrap_or_default();
        let components = source.components.join(" ");
        for uri in &source.uris {
            for suite in &source.suites {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "deb {options}{uri} {suite} {components}");
            }
        }
    }
    text
}

/// The image's `debian.sources`.
pub(crate) fn to_deb822(sources: &[Source]) -> String {
    let stanza = |source: &Source| {
        format!(
            "Types: deb\nURIs: {}\nSuites: {}\nComponents: {}\nSigned-By: {KEYRING}\n",
            source.uris.join(" "),
            source.suites.join(" "),
            source.components.join(" "),
        )
    };
    sources.iter().map(stanza).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
