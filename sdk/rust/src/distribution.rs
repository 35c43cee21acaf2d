//! What an element that makes an operating system implements besides [`Element`].

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
