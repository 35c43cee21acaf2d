//! The element `debian`: makes a Debian system from packages.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`settings`] | the parameters, and the packages they lead to |
//! | [`sources`], [`host_apt`], [`apt_conf`] | where packages come from |
//! | [`bootstrap`] | the root phase: the tree out of packages |
//! | [`apt`], [`late`], [`systemd`] | packages and services for all elements |
//! | [`configure`] | what a Debian system needs to be an image |
//! | [`tidy`] | what must not be in an image |

use blankslate_sdk::distribution::Identity;
use blankslate_sdk::{Distribution, Element, Result};

mod apt;
mod apt_conf;
mod bootstrap;
mod configure;
mod host_apt;
mod late;
mod settings;
mod sources;
mod systemd;
mod tidy;

struct Debian;

impl Element for Debian {
    fn root(_hook: &str) -> Result {
        bootstrap::run()
    }

    fn pre_install(_hook: &str) -> Result {
        apt::complete()
    }

    fn install(_hook: &str) -> Result {
        configure::run()
    }

    fn post_install(_hook: &str) -> Result {
        configure::initramfs()
    }

    fn post_root(_hook: &str) -> Result {
        tidy::run()
    }
}

impl Distribution for Debian {
    fn describe() -> Identity {
        // A release that cannot be read stops every hook of this element with its reason.
        let release = settings::release().unwrap_or_default();
        Identity { name: "debian".into(), family: "debian".into(), release }
    }

    fn refresh() -> Result {
        apt::refresh()
    }

    fn upgrade() -> Result {
        apt::upgrade()
    }

    fn install_packages(packages: &[String]) -> Result {
        apt::install(packages)
    }

    fn remove_packages(packages: &[String]) -> Result {
        apt::remove(packages)
    }

    fn installed_packages(packages: &[String]) -> Result<Vec<bool>> {
        apt::installed(packages)
    }

    fn enable_services(services: &[String]) -> Result {
        systemd::enable(services)
    }

    fn disable_services(services: &[String]) -> Result {
        systemd::disable(services)
    }
}

blankslate_sdk::register_distribution!(Debian);
