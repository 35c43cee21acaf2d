//! The root phase: makes the tree out of packages.
//!
//! mmdebstrap installs everything in one transaction. Where it is missing,
//! debootstrap makes a base system, and [`apt::complete`](crate::apt::complete)
//! installs the rest in the chroot.

use blankslate_sdk::bindings::wit::command::{Error as Reason, Piece};
use blankslate_sdk::command::{Argument, Command, Error};
use blankslate_sdk::{Context, Result, host_files, info, rootfs};

use crate::settings::Settings;
use crate::sources::{self, Source};
use crate::{apt, apt_conf};

/// Name of the manifest's cache of downloaded packages.
const CACHE: &str = "debian-archives";

/// Where the image keeps downloaded packages.
const ARCHIVES: &str = "$1/var/cache/apt/archives";

/// Makes the tree.
pub(crate) fn run() -> Result {
    let settings = Settings::read()?;
    let host = HostApt::read()?;
    let sources = sources::choose(&settings.sources, &host.sources);
    for line in sources::to_lines(&sources).lines() {
        info!("installing from: {line}");
    }
    match mmdebstrap(&settings, &sources, &host).run() {
        Err(error) if is_missing(&error) => {
            info!("there is no mmdebstrap, so debootstrap makes the base system");
            debootstrap(&settings, &sources).run()?;
        }
        outcome => drop(outcome?),
    }
    apt::prepare(&sources, &host.settings).context("preparing apt in the image")?;
    forget_host()
}

fn is_missing(error: &Error) -> bool {
    matches!(error.kind(), Reason::NotFound(_))
}

/// What the build host's apt is configured to.
struct HostApt {
    sources: Vec<Source>,
    /// Settings of how the archive is reached, by name.
    settings: Vec<(String, String)>,
}

impl HostApt {
    fn read() -> Result<HostApt> {
        let sources = read_all("/etc/apt/sources.list", &[".list", ".sources"])?;
        let settings = read_all("/etc/apt/apt.conf", &["", ".conf"])?;
        Ok(HostApt {
            sources: sources.iter().flat_map(|(name, text)| sources::parse(name, text)).collect(),
            settings: settings.iter().flat_map(|(_, text)| apt_conf::acquire(text)).collect(),
        })
    }
}

/// A file of the build host's, and those in its directory that end as apt
/// wants them to; an empty ending stands for a name without a dot.
fn read_all(file: &str, endings: &[&str]) -> Result<Vec<(String, String)>> {
    let directory = format!("{}.d", file.trim_end_matches(".d"));
    let entries = host_files::list(&directory)?.unwrap_or_default();
    let wanted = |name: &str| {
        endings.iter().any(|end| if end.is_empty() { !name.contains('.') } else { name.ends_with(end) })
    };
    let names = entries.iter().filter(|entry| !entry.directory && wanted(&entry.name));
    let paths = names.map(|entry| format!("{directory}/{}", entry.name));
    let mut files = Vec::new();
    for path in std::iter::once(file.to_owned()).chain(paths) {
        if let Some(text) = host_files::read_to_string(&path)? {
            files.push((path, text));
        }
    }
    Ok(files)
}

fn mmdebstrap(settings: &Settings, sources: &[Source], host: &HostApt) -> Command {
    let options = apt::options(&host.settings);
    apt::quiet(Command::host("mmdebstrap"))
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
        .arg(Argument::image("/"))
        .arg("-")
        .input(sources::to_lines(sources))
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

fn debootstrap(settings: &Settings, sources: &[Source]) -> Command {
    let base = sources.iter().find(|source| source.suites.iter().any(|suite| suite == settings.release()));
    let mirror = base.and_then(|source| source.uris.first()).cloned().unwrap_or_default();
    let components = base.map(|source| source.components.join(",")).unwrap_or_default();
    let keyring = base.and_then(|source| source.signed_by.as_ref()).map(|path| format!("--keyring={path}"));
    let cache = Argument::cache(CACHE).prefixed("--cache-dir=");
    apt::quiet(Command::host("debootstrap"))
        .args(["--variant=minbase", "--include=ca-certificates"])
        .arg(format!("--arch={}", settings.arch))
        .arg(format!("--components={components}"))
        .arg(cache)
        .args(keyring)
        .arg(settings.release())
        .arg(Argument::image("/"))
        .arg(mirror)
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
