//! Where packages come from: apt sources, read from the build host or made
//! from a mirror, and written into the image.

use std::fmt::Write as _;

mod deb822;
mod one_line;

/// Debian's archive, used where nothing names another.
const DEFAULT_MIRROR: &str = "http://deb.debian.org/debian";

/// The keys of Debian's archive, as its package `debian-archive-keyring` installs them.
pub(crate) const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

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

/// The sources to build from: a given mirror, else what the build host uses
/// for this release, else Debian's archive.
pub(crate) fn choose(wish: &Wish, host: &[Source]) -> Vec<Source> {
    if let Some(mirror) = &wish.mirror {
        return of_mirror(wish, mirror);
    }
    let fitting: Vec<Source> = host.iter().filter_map(|source| fit(source, wish)).collect();
    if fitting.iter().any(|source| source.suites.contains(&wish.release)) {
        return fitting;
    }
    of_mirror(wish, DEFAULT_MIRROR)
}

/// The part of a host's entry that is Debian's archive of the release.
fn fit(source: &Source, wish: &Wish) -> Option<Source> {
    let pockets = pockets(&wish.release);
    let keep = |items: &[String], wanted: &dyn Fn(&str) -> bool| -> Vec<String> {
        items.iter().filter(|item| wanted(item)).cloned().collect()
    };
    let uris = keep(&source.uris, &|uri| is_remote(uri) && is_debian(source, uri));
    let suites = keep(&source.suites, &|suite| pockets.iter().any(|pocket| pocket == suite));
    let fits = !uris.is_empty() && !suites.is_empty() && source.components.iter().any(|name| name == "main");
    let components = wish.components.clone().unwrap_or_else(|| source.components.clone());
    fits.then(|| Source { uris, suites, components, signed_by: source.signed_by.clone() })
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

fn of_mirror(wish: &Wish, mirror: &str) -> Vec<Source> {
    let components = wish.components.clone().unwrap_or_else(|| vec!["main".to_owned()]);
    let source = |uri: &str, suites: Vec<String>| Source {
        uris: vec![uri.to_owned()],
        suites,
        components: components.clone(),
        signed_by: None,
    };
    let (security, archive) =
        pockets(&wish.release).into_iter().partition(|pocket| pocket.ends_with("-security"));
    let mut sources = vec![source(mirror, archive)];
    match &wish.security_mirror {
        Some(uri) if !uri.is_empty() && !is_rolling(&wish.release) => sources.push(source(uri, security)),
        _ => {}
    }
    sources
}

/// The suites that make up a release.
fn pockets(release: &str) -> Vec<String> {
    let mut pockets = vec![release.to_owned()];
    if !is_rolling(release) {
        pockets.extend(["updates", "security"].map(|pocket| format!("{release}-{pocket}")));
    }
    pockets
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
