//! Services: systemd's units, and scripts of older packages through it.

use blankslate_sdk::command::Command;
use blankslate_sdk::{Result, info, rootfs};

/// Where units of packages and of the administrator stand.
const UNIT_FOLDERS: [&str; 3] = ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

/// Endings of units that can be enabled by their full name.
const UNIT_KINDS: [&str; 5] = [".service", ".socket", ".timer", ".target", ".path"];

/// Makes services start at boot.
pub(crate) fn enable(services: &[String]) -> Result {
    systemctl("enable", services)
}

/// Makes services not start at boot; those that are not there are ignored.
pub(crate) fn disable(services: &[String]) -> Result {
    let mut present = Vec::new();
    for service in services {
        if exists(service)? {
            present.push(service.clone());
        } else {
            info!("there is no service {service} to disable");
        }
    }
    systemctl("disable", &present)
}

fn systemctl(action: &str, services: &[String]) -> Result {
    if !services.is_empty() {
        Command::chroot("systemctl").arg(action).args(services).run()?;
    }
    Ok(())
}

fn exists(service: &str) -> Result<bool> {
    let unit = template(&unit(service));
    for folder in UNIT_FOLDERS {
        if rootfs::exists(&format!("{folder}/{unit}"))? {
            return Ok(true);
        }
    }
    Ok(rootfs::exists(&format!("/etc/init.d/{service}"))?)
}

/// The unit's file name: a bare name is a service's.
fn unit(service: &str) -> String {
    let full = UNIT_KINDS.iter().any(|kind| service.ends_with(kind));
    if full { service.to_owned() } else { format!("{service}.service") }
}

/// `serial-getty@ttyS0.service` is made from `serial-getty@.service`.
fn template(unit: &str) -> String {
    match (unit.split_once('@'), unit.rsplit_once('.')) {
        (Some((name, _)), Some((_, kind))) => format!("{name}@.{kind}"),
        _ => unit.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_unit_files() {
        let table = [
            ("ssh", "ssh.service"),
            ("ssh.socket", "ssh.socket"),
            ("serial-getty@ttyS0", "serial-getty@.service"),
            ("fstrim.timer", "fstrim.timer"),
            ("org.example.thing", "org.example.thing.service"),
        ];
        for (service, expected) in table {
            assert_eq!(template(&unit(service)), expected);
        }
    }
}
