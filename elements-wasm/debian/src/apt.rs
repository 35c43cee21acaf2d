//! Packages: apt in the chroot, for this element and for all others.

use blankslate_sdk::command::Command;
use blankslate_sdk::{Result, info, rootfs};

use crate::settings::Settings;
use crate::sources::{self, Source};
use crate::{configure, late, tidy};

/// Where mmdebstrap writes the apt options it is given. They are the build's,
/// not the image's: [`tidy`](crate::tidy) removes both files.
pub(crate) const BUILD_OPTIONS: &str = "/etc/apt/apt.conf.d/99mmdebstrap";

/// The same for dpkg.
pub(crate) const BUILD_DPKG_OPTIONS: &str = "/etc/dpkg/dpkg.cfg.d/99mmdebstrap";

/// Keeps services from being started in the chroot.
pub(crate) const POLICY: &str = "/usr/sbin/policy-rc.d";

const SOURCES: &str = "/etc/apt/sources.list.d/debian.sources";

/// Sets what package installs of a build need: no questions, and no initramfs
/// with each change, since the element makes it once at the end. A kernel that
/// comes after that brings its own.
pub(crate) fn quiet(command: Command) -> Command {
    let command = command.env("DEBIAN_FRONTEND", "noninteractive");
    if configure::initramfs_is_made() { command } else { command.env("INITRD", "No") }
}

/// apt's options while the image is built. Descriptions in other languages are
/// not read, as the lists do not stay in the image.
pub(crate) fn options(host: &[(String, String)]) -> Vec<(String, String)> {
    let own =
        [("APT::Install-Recommends", "false"), ("Acquire::Languages", "none"), ("DPkg::Use-Pty", "false")];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let safe = host.iter().filter(|(_, value)| !value.contains('"')).cloned();
    safe.chain(own).collect()
}

/// Sets up the image's apt after the bootstrap.
pub(crate) fn prepare(sources: &[Source], host: &[(String, String)]) -> Result {
    for path in rootfs::glob("/etc/apt/sources.list.d/0*")? {
        rootfs::remove(&path)?;
    }
    rootfs::remove_tree("/etc/apt/sources.list")?;
    rootfs::write(SOURCES, sources::to_deb822(sources))?;
    arrange(&options(host))
}

/// Sets what holds while the image is built: options of apt and dpkg, and that no service starts.
pub(crate) fn arrange(options: &[(String, String)]) -> Result {
    let lines = options.iter().map(|(name, value)| format!("{name} \"{value}\";\n"));
    rootfs::write(BUILD_OPTIONS, lines.collect::<String>())?;
    rootfs::write(BUILD_DPKG_OPTIONS, "force-unsafe-io\n")?;
    rootfs::file(POLICY)
        .mode(0o755)
        .write("#!/bin/sh\n# Services do not start while an image is built.\nexit 101\n")?;
    Ok(())
}

/// Installs what the image needs and the bootstrap did not bring.
pub(crate) fn complete() -> Result {
    let wanted = Settings::read()?.all_packages();
    let present = installed(&wanted)?;
    let missing: Vec<String> =
        wanted.into_iter().zip(present).filter_map(|(name, present)| (!present).then_some(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    info!("the bootstrap left {} packages to install", missing.len());
    refresh()?;
    upgrade()?;
    install(&missing)
}

/// Reads the repositories' lists anew.
pub(crate) fn refresh() -> Result {
    if tidy::is_done() {
        return Ok(());
    }
    quiet(Command::chroot("apt-get")).arg("update").run()?;
    Ok(())
}

/// Brings all packages up to date.
pub(crate) fn upgrade() -> Result {
    apt_get("dist-upgrade", &[])
}

/// Installs packages.
pub(crate) fn install(packages: &[String]) -> Result {
    if !packages.is_empty() && !tidy::is_done() && !has_lists()? {
        refresh()?;
    }
    apt_get_on("install", packages)
}

/// Removes those of the packages that are there.
pub(crate) fn remove(packages: &[String]) -> Result {
    let present = installed(packages)?;
    let present: Vec<String> =
        packages.iter().zip(present).filter(|(_, present)| *present).map(|(name, _)| name.clone()).collect();
    apt_get_on("remove", &present)
}

fn apt_get_on(action: &str, packages: &[String]) -> Result {
    if packages.is_empty() { Ok(()) } else { apt_get(action, packages) }
}

fn apt_get(action: &str, packages: &[String]) -> Result {
    if tidy::is_done() {
        return late::apt_get(action, packages);
    }
    with(Command::chroot("apt-get"), action, packages).run()?;
    Ok(())
}

/// Adds arguments of apt-get. Configuration files that an element changed stay as they are.
pub(crate) fn with(command: Command, action: &str, packages: &[String]) -> Command {
    let keep = ["-o", "DPkg::Options::=--force-confdef", "-o", "DPkg::Options::=--force-confold"];
    let command = quiet(command).args(["--yes", "--no-install-recommends"]).args(keep);
    command.args([action, "--"]).args(packages)
}

fn has_lists() -> Result<bool> {
    Ok(!rootfs::glob("/var/lib/apt/lists/*_Packages*")?.is_empty())
}

/// Which of the packages are installed.
pub(crate) fn installed(packages: &[String]) -> Result<Vec<bool>> {
    if packages.is_empty() {
        return Ok(Vec::new());
    }
    // dpkg-query exits with 1 where it does not know one of the names.
    let output = Command::chroot("dpkg-query")
        .args(["--show", "--showformat=${Package} ${db:Status-Status}\\n", "--"])
        .args(packages)
        .expect([1])
        .output()?;
    let text = String::from_utf8_lossy(&output);
    Ok(packages.iter().map(|package| is_installed(package, &text)).collect())
}

/// Whether dpkg's listing has a package, named with or without an architecture.
fn is_installed(package: &str, listing: &str) -> bool {
    let name = package.split(':').next().unwrap_or(package);
    listing.lines().any(|line| line.split_once(' ') == Some((name, "installed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_decides() {
        let listing = "bash installed\nvim config-files\nlibc6 installed\n";
        let table = [("bash", true), ("vim", false), ("libc6:amd64", true), ("bas", false), ("", false)];
        for (package, expected) in table {
            assert_eq!(is_installed(package, listing), expected, "{package}");
        }
    }

    #[test]
    fn own_options_come_last() {
        let host = [
            ("Acquire::Languages".to_owned(), "de".to_owned()),
            ("Acquire::Check-Valid-Until".to_owned(), "false".to_owned()),
        ];
        let options = options(&host);
        let last = options.iter().rfind(|(name, _)| name == "Acquire::Languages");
        assert_eq!(last.map(|(_, value)| value.as_str()), Some("none"));
        assert!(options.contains(&host[1]));
    }
}
