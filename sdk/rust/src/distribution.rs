//! What an element that makes an operating system implements besides [`Element`].
//!
//! ```
//! use blankslate_sdk::distribution::Identity;
//! use blankslate_sdk::{Command, Distribution, Element, Result};
//!
//! struct Alpine;
//!
//! impl Element for Alpine {
//!     fn root(_hook: &str) -> Result {
//!         // Makes the tree.
//!         Ok(())
//!     }
//! }
//!
//! fn apk(verb: &str, names: &[String]) -> Result {
//!     Command::chroot("apk").arg(verb).args(names).run()?;
//!     Ok(())
//! }
//!
//! fn rc_update(verb: &str, names: &[String]) -> Result {
//!     for name in names {
//!         Command::chroot("rc-update").args([verb, name]).run()?;
//!     }
//!     Ok(())
//! }
//!
//! impl Distribution for Alpine {
//!     fn describe() -> Identity {
//!         Identity { name: "alpine".into(), family: "alpine".into(), release: "3.22".into() }
//!     }
//!
//!     fn refresh() -> Result {
//!         apk("update", &[])
//!     }
//!
//!     fn upgrade() -> Result {
//!         apk("upgrade", &[])
//!     }
//!
//!     fn install_packages(packages: &[String]) -> Result {
//!         apk("add", packages)
//!     }
//!
//!     fn remove_packages(packages: &[String]) -> Result {
//!         apk("del", packages)
//!     }
//!
//!     fn installed_packages(packages: &[String]) -> Result<Vec<bool>> {
//!         let installed = |name: &String| Ok(Command::chroot("apk").args(["info", "-e", name]).status()? == 0);
//!         packages.iter().map(installed).collect()
//!     }
//!
//!     fn enable_services(services: &[String]) -> Result {
//!         rc_update("add", services)
//!     }
//!
//!     fn disable_services(services: &[String]) -> Result {
//!         rc_update("del", services)
//!     }
//! }
//!
//! blankslate_sdk::register_distribution!(Alpine);
//! # fn main() {}
//! ```

pub use crate::bindings::wit::packages::Distribution as Identity;
use crate::{Element, Result};

/// An element that makes an operating system, and manages its packages and
/// services for all other elements. Names are the distribution's own.
pub trait Distribution: Element {
    /// Which system this is.
    fn describe() -> Identity;

    /// Reads the repositories' lists anew.
    fn refresh() -> Result;

    /// Brings all installed packages up to date.
    fn upgrade() -> Result;

    /// Installs packages, those that are there already left as they are.
    fn install_packages(packages: &[String]) -> Result;

    /// Removes packages, those that are not there ignored.
    fn remove_packages(packages: &[String]) -> Result;

    /// Which of the packages are installed, in the order given.
    fn installed_packages(packages: &[String]) -> Result<Vec<bool>>;

    /// Makes services start when the image boots.
    fn enable_services(services: &[String]) -> Result;

    /// Makes services not start when the image boots, those that are not there ignored.
    fn disable_services(services: &[String]) -> Result;
}
