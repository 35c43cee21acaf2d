//! A package manager that notes names; the system itself is made by `root.d`.

use blankslate_sdk::distribution::Identity;
use blankslate_sdk::{Distribution, Element, Result, bail, rootfs};

struct Os;

impl Element for Os {}

impl Distribution for Os {
    fn describe() -> Identity {
        Identity { name: "os".to_owned(), family: "none".to_owned(), release: "1".to_owned() }
    }

    fn refresh() -> Result {
        Ok(())
    }

    fn upgrade() -> Result {
        Ok(())
    }

    fn install_packages(packages: &[String]) -> Result {
        for package in packages {
            if package == "no-such-package" {
                bail!("there is no package '{package}'");
            }
            rootfs::write(&note(package), "installed\n")?;
        }
        Ok(())
    }

    fn remove_packages(packages: &[String]) -> Result {
        for package in packages {
            rootfs::remove_tree(&note(package))?;
        }
        Ok(())
    }

    fn installed_packages(packages: &[String]) -> Result<Vec<bool>> {
        Ok(packages.iter().map(|package| rootfs::exists(&note(package))).collect::<Result<_, _>>()?)
    }

    fn enable_services(_services: &[String]) -> Result {
        Ok(())
    }

    fn disable_services(_services: &[String]) -> Result {
        Ok(())
    }
}

fn note(package: &str) -> String {
    format!("/var/lib/os/{package}")
}

blankslate_sdk::register_distribution!(Os);
