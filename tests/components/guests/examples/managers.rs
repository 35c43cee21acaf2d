//! A distribution whose managers keep their records in the image.
use blankslate_sdk::command::Command;
use blankslate_sdk::distribution::{Distribution, Identity};
use blankslate_sdk::{Element, Result, bail, packages, rootfs};

struct Example;

impl Element for Example {
    fn root(_hook: &str) -> Result {
        Ok(rootfs::write("/etc/os-release", "ID=example\n")?)
    }
}

fn record(what: &str, names: &[String]) -> Result {
    Ok(rootfs::append("/records", format!("{what} {}\n", names.join(" ")))?)
}

impl Distribution for Example {
    fn describe() -> Identity {
        Identity { name: "example".into(), family: "debian".into(), release: "one".into() }
    }

    fn refresh() -> Result {
        record("refresh", &[])
    }

    fn upgrade() -> Result {
        record("upgrade", &[])
    }

    fn install_packages(names: &[String]) -> Result {
        match names {
            [name] if name == "broken" => bail!("the package broken is broken"),
            [name] if name == "recursive" => Ok(packages::install(["web"])?),
            [name] if name == "kernel" => {
                let seen = Command::chroot("ls").args(["/dev"]).output()?;
                Ok(rootfs::write("/seen", seen)?)
            }
            _ => record("install", names),
        }
    }

    fn remove_packages(names: &[String]) -> Result {
        record("remove", names)
    }

    fn installed_packages(names: &[String]) -> Result<Vec<bool>> {
        let records = rootfs::read_to_string("/records")?;
        Ok(names.iter().map(|name| records.contains(name.as_str())).collect())
    }

    fn enable_services(services: &[String]) -> Result {
        record("enable", services)
    }

    fn disable_services(services: &[String]) -> Result {
        record("disable", services)
    }
}

blankslate_sdk::register_distribution!(Example);
