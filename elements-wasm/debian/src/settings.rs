//! The element's parameters, and the packages they lead to.

use blankslate_sdk::{Result, image, params};

use crate::sources::Wish;

/// What the operator decided.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) arch: String,
    pub(crate) sources: Wish,
    pub(crate) variant: String,
    /// The kernel's package; absent means none.
    pub(crate) kernel: Option<String>,
    /// Packages that were asked for.
    pub(crate) packages: Vec<String>,
    pub(crate) cloud_init: bool,
    pub(crate) datasources: Vec<String>,
    pub(crate) ssh: bool,
    pub(crate) hostname: String,
    pub(crate) locale: String,
}

/// What every image has: an init system with its login, time, names and
/// network, and tools without which a machine cannot be administered.
const BASE: [&str; 17] = [
    "ca-certificates",
    "dbus",
    "e2fsprogs",
    "iproute2",
    "iputils-ping",
    "kmod",
    "libnss-myhostname",
    "libpam-systemd",
    "netbase",
    "procps",
    "sudo",
    "systemd-resolved",
    "systemd-sysv",
    "systemd-timesyncd",
    "tzdata",
    "udev",
    "less",
];

/// What goes with a kernel. zstd is what the initramfs is compressed with.
const WITH_KERNEL: [&str; 2] = ["initramfs-tools", "zstd"];

/// cloud-init, and what it needs to grow a partition.
const WITH_CLOUD_INIT: [&str; 3] = ["cloud-init", "cloud-guest-utils", "fdisk"];

/// Releases in which systemd-resolved is a part of systemd.
const WITHOUT_RESOLVED: [&str; 2] = ["buster", "bullseye"];

/// The release alone.
pub(crate) fn release() -> Result<String> {
    Ok(params::get("release")?)
}

impl Settings {
    /// Reads the parameters.
    pub(crate) fn read() -> Result<Settings> {
        let arch = image::describe().arch;
        let kernel = given("kernel")?.unwrap_or_else(|| kernel_of(&arch));
        Ok(Settings {
            arch,
            sources: Wish {
                release: release()?,
                mirror: given("mirror")?,
                // Empty means none.
                security_mirror: params::find("security-mirror")?,
                components: params::find("components")?,
            },
            variant: params::get("variant")?,
            kernel: (kernel != "none").then_some(kernel),
            packages: params::get("packages")?,
            cloud_init: params::get("cloud-init")?,
            datasources: params::find("datasources")?.unwrap_or_default(),
            ssh: params::get("ssh")?,
            hostname: params::get("hostname")?,
            locale: params::get("locale")?,
        })
    }

    /// Every package the image needs, sorted.
    pub(crate) fn all_packages(&self) -> Vec<String> {
        let absent = |name: &str| name == "systemd-resolved" && WITHOUT_RESOLVED.contains(&self.release());
        let mut names: Vec<&str> = BASE.into_iter().filter(|name| !absent(name)).collect();
        if let Some(kernel) = &self.kernel {
            names.push(kernel);
            names.extend(WITH_KERNEL);
        }
        if self.cloud_init {
            names.extend(WITH_CLOUD_INIT);
        }
        if self.ssh {
            names.push("openssh-server");
        }
        if !self.has_plain_locale() {
            names.push("locales");
        }
        names.extend(self.packages.iter().map(String::as_str));
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(str::to_owned).collect()
    }

    /// The release's name.
    pub(crate) fn release(&self) -> &str {
        &self.sources.release
    }

    /// Whether the C library has the locale without compiling it.
    pub(crate) fn has_plain_locale(&self) -> bool {
        ["C", "POSIX", "C.UTF-8"].contains(&self.locale.as_str())
    }
}

/// The package of an architecture's usual kernel.
fn kernel_of(arch: &str) -> String {
    let flavour = match arch {
        "armhf" => "armmp",
        "i386" => "686-pae",
        "ppc64el" => "powerpc64le",
        _ => arch,
    };
    format!("linux-image-{flavour}")
}

/// A parameter that counts as unset when it is empty, as shells set variables.
fn given(name: &str) -> Result<Option<String>> {
    Ok(params::find::<String>(name)?.filter(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let sources = Wish { release: "bookworm".into(), ..Wish::default() };
        Settings { sources, locale: "C.UTF-8".into(), ..Settings::default() }
    }

    #[test]
    fn packages_follow_the_parameters() {
        let base = settings().all_packages();
        assert!(base.is_sorted() && base.contains(&"systemd-resolved".to_owned()));
        let extra = |settings: Settings| {
            let all = settings.all_packages();
            all.into_iter().filter(|name| !base.contains(name)).collect::<Vec<_>>()
        };
        let table: [(Settings, &[&str]); 5] = [
            (
                Settings { kernel: Some("linux-x".into()), ..settings() },
                &["initramfs-tools", "linux-x", "zstd"],
            ),
            (Settings { cloud_init: true, ..settings() }, &["cloud-guest-utils", "cloud-init", "fdisk"]),
            (Settings { ssh: true, ..settings() }, &["openssh-server"]),
            (Settings { locale: "de_DE.UTF-8".into(), ..settings() }, &["locales"]),
            (Settings { packages: vec!["jq".into(), "sudo".into(), "jq".into()], ..settings() }, &["jq"]),
        ];
        for (settings, expected) in table {
            assert_eq!(extra(settings), expected);
        }
    }

    #[test]
    fn old_releases_have_the_resolver_in_systemd() {
        let mut old = settings();
        old.sources.release = "bullseye".into();
        assert!(!old.all_packages().contains(&"systemd-resolved".to_owned()));
    }
}
