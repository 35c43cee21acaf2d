//! The root phase: makes the tree out of packages.
//!
//! mmdebstrap installs everything in one transaction. Where it is missing,
//! debootstrap makes a base system, and [`apt::complete`](crate::apt::complete)
//! installs the rest in the chroot.

use blankslate_sdk::bindings::wit::command::{Error as Reason, Piece};
use blankslate_sdk::command::{Argument, Command, Error};
use blankslate_sdk::{Context, Result, bail, info, rootfs, warn};

use crate::host_apt::HostApt;
use crate::settings::Settings;
use crate::sources::{self, Source};
use crate::{apt, apt_conf};

/// Name of the manifest's cache of downloaded packages.
const CACHE: &str = "debian-archives";

/// Where the bootstrap programs write what they installed from.
const SOURCES: &str = "/etc/apt/sources.list";

/// Files that nothing is run from, which a tree may have before.
const HARMLESS: [&str; 3] = ["/etc/group", "/etc/passwd", SOURCES];

/// Where the image keeps downloaded packages.
const ARCHIVES: &str = "$1/var/cache/apt/archives";

/// Makes the tree.
pub(crate) fn run() -> Result {
    ensure_empty()?;
    let settings = Settings::read()?;
    let host = HostApt::read()?;
    let chosen = sources::choose(&settings.sources, &host.sources);
    announce(&chosen);
    match mmdebstrap(&settings, &chosen, &host).run() {
        Err(error) if is_missing(&error) => {
            info!("there is no mmdebstrap, so debootstrap makes the base system");
            if settings.variant == "essential" {
                warn!("debootstrap makes no smaller base than its minbase, whatever debian.variant says");
            }
            debootstrap(&settings, &chosen, &host).run()?;
        }
        outcome => drop(outcome?),
    }
    let sources = if chosen.is_empty() { defaults()? } else { chosen };
    if !sources::has_security(&sources, settings.release()) {
        warn!("no source of security updates is known: set debian.security-mirror");
    }
    apt::prepare(&sources, &host.settings).context("preparing apt in the image")?;
    forget_host()
}

/// What other elements put there first, dpkg and the loader would heed while the
/// bootstrap program runs them with all rights of root.
fn ensure_empty() -> Result {
    let entries = rootfs::walk("/").context("looking for what is in the tree already")?;
    let harmless = |entry: &rootfs::Entry| {
        entry.metadata.kind == rootfs::Kind::Directory || HARMLESS.contains(&entry.path.as_str())
    };
    let found = entries.iter().find(|entry| !harmless(entry));
    match found {
        None => Ok(()),
        Some(entry) => bail!(
            "the tree has {} already, and Debian begins with nothing: order the hook that made it after the bootstrap (50), or move it to a later phase",
            entry.path
        ),
    }
}

fn announce(sources: &[Source]) {
    if sources.is_empty() {
        info!(
            "neither debian.mirror nor the build host's apt names an archive: taking the bootstrap program's own"
        );
    }
    for line in sources::to_lines(sources).lines() {
        info!("installing from: {line}");
    }
}

/// What the bootstrap program took where it was told no source.
fn defaults() -> Result<Vec<Source>> {
    let text = rootfs::read(SOURCES).context("reading what the bootstrap installed from")?;
    Ok(sources::parse("sources.list", &String::from_utf8_lossy(&text)))
}

fn is_missing(error: &Error) -> bool {
    matches!(error.kind(), Reason::NotFound(_))
}

fn mmdebstrap(settings: &Settings, sources: &[Source], host: &HostApt) -> Command {
    let options = apt::options(&host.settings);
    let command = apt::quiet(Command::host("mmdebstrap"))
        .args(["--mode=root", "--format=directory", "--verbose"])
        .arg(format!("--variant={}", settings.variant))
        .arg(format!("--architectures={}", settings.arch))
        .arg(format!("--include={}", settings.all_packages().join(",")))
        .args(options.into_iter().map(|(name, value)| format!("--aptopt={name} \"{value}\"")))
        .arg("--dpkgopt=force-unsafe-io")
        .args(["--skip=download/empty", "--skip=essential/unlink", "--skip=cleanup/apt"])
        .arg(hook("setup", take_from_cache()))
        .arg(hook("customize", give_to_cache()))
        .arg(settings.release())
        .arg(Argument::image("/"));
    if sources.is_empty() { command } else { command.arg("-").input(sources::to_lines(sources)) }
}

/// A hook of mmdebstrap's: a line of shell, run with the tree as `$1`.
fn hook(stage: &str, script: [Piece; 3]) -> Argument {
    let option = Piece::Text(format!("--{stage}-hook="));
    Argument::Joined(std::iter::once(option).chain(script).collect())
}

/// Lends the cache's packages to the tree. They are copied, not mounted, since
/// apt locks its directory and two builds may share a cache.
fn take_from_cache() -> [Piece; 3] {
    let before = format!("mkdir -p \"{ARCHIVES}/partial\" && find '");
    let after = format!("' -maxdepth 1 -name '*.deb' -exec cp -t \"{ARCHIVES}\" {{}} +");
    [Piece::Text(before), Piece::CachePath(CACHE.to_owned()), Piece::Text(after)]
}

/// Moves the packages that the cache does not have yet into it, and drops the rest.
fn give_to_cache() -> [Piece; 3] {
    let before = format!("find \"{ARCHIVES}\" -maxdepth 1 -name '*.deb' -exec mv -nt '");
    let after = format!("' {{}} + && rm -f \"{ARCHIVES}\"/*.deb");
    [Piece::Text(before), Piece::CachePath(CACHE.to_owned()), Piece::Text(after)]
}

/// Makes the base from the first source of the release alone: the image's apt
/// reads all of them afterwards, with all settings of the host's apt.
fn debootstrap(settings: &Settings, sources: &[Source], host: &HostApt) -> Command {
    let base = sources.iter().find(|source| source.suites.iter().any(|suite| suite == settings.release()));
    let components = base.map(|source| format!("--components={}", source.components.join(",")));
    let keyring = base.and_then(|source| source.signed_by.as_ref()).map(|path| format!("--keyring={path}"));
    // What mmdebstrap calls important is what debootstrap makes unless told otherwise.
    let variant = (settings.variant != "important").then_some("--variant=minbase");
    apt_conf::proxies(&host.settings)
        .into_iter()
        .fold(apt::quiet(Command::host("debootstrap")), |command, (name, value)| command.env(name, value))
        .args(variant)
        .arg("--include=ca-certificates")
        .arg(format!("--arch={}", settings.arch))
        .args(components)
        .arg(Argument::cache(CACHE).prefixed("--cache-dir="))
        .args(keyring)
        .arg(settings.release())
        .arg(Argument::image("/"))
        .args(base.and_then(|source| source.uris.first().cloned()))
}

/// Removes what bootstrap programs copy from the build host: its name, and its
/// resolver where the image has none of its own.
fn forget_host() -> Result {
    rootfs::remove_tree("/etc/hostname")?;
    let resolver = rootfs::symlink_metadata("/etc/resolv.conf")?;
    if resolver.is_some_and(|metadata| metadata.kind == rootfs::Kind::Regular) {
        rootfs::remove("/etc/resolv.conf")?;
    }
    Ok(())
}
