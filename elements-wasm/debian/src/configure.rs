//! What a Debian system needs to be an image: names, locale, network of the
//! first boot, access by key only, and an initramfs.

use std::path::Path;

use blankslate_sdk::command::Command;
use blankslate_sdk::{Context, Result, info, rootfs};

use crate::settings::Settings;
use crate::systemd;

/// Makes host keys where nothing else did: cloud-init makes them where it runs.
const HOST_KEYS_UNIT: &str = "\
[Unit]
Description=Make the ssh host keys that this machine lacks
Documentation=man:ssh-keygen(1)
After=cloud-init.service
Before=ssh.service
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
WantedBy=ssh.service
";

/// Sorts behind the file in which cloud-init puts what a user asks for, so
/// that one who asks for passwords gets them: sshd takes the first value.
const SSHD: (&str, &str) = (
    "/etc/ssh/sshd_config.d/60-keys-only.conf",
    "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n",
);

/// Level 3 takes half the time of the default and makes the initramfs a
/// seventh larger; every kernel update pays it again.
const INITRAMFS: (&str, &str) =
    ("/etc/initramfs-tools/conf.d/compression", "COMPRESS=zstd\nCOMPRESSLEVEL=3\n");

const HOSTS: &str = "127.0.0.1\tlocalhost\n::1\t\tlocalhost ip6-localhost ip6-loopback\n";

/// Configures the installed system.
pub(crate) fn run() -> Result {
    let settings = Settings::read()?;
    rootfs::write("/etc/hostname", format!("{}\n", settings.hostname))?;
    rootfs::write("/etc/hosts", HOSTS)?;
    locale(&settings).context("setting the locale")?;
    if settings.ssh {
        ssh().context("configuring sshd")?;
    }
    if settings.cloud_init {
        rootfs::write("/etc/cloud/cloud.cfg.d/10-image.cfg", cloud_config(&settings))?;
    }
    if settings.kernel.is_some() {
        rootfs::write(INITRAMFS.0, INITRAMFS.1)?;
    }
    Ok(())
}

fn locale(settings: &Settings) -> Result {
    let locale = &settings.locale;
    if !settings.has_plain_locale() {
        rootfs::write("/etc/locale.gen", locale_gen(locale))?;
        Command::chroot("locale-gen").run()?;
    }
    rootfs::write("/etc/default/locale", format!("LANG={locale}\n"))?;
    Ok(())
}

/// The line that compiles a locale: its name and its character set.
fn locale_gen(locale: &str) -> String {
    let charset = locale.split_once('.').map_or("ISO-8859-1", |(_, charset)| charset);
    format!("{locale} {charset}\n")
}

fn ssh() -> Result {
    for key in rootfs::glob("/etc/ssh/ssh_host_*")? {
        rootfs::remove(&key)?;
    }
    rootfs::write(SSHD.0, SSHD.1)?;
    rootfs::write("/etc/systemd/system/ssh-host-keys.service", HOST_KEYS_UNIT)?;
    systemd::enable(&["ssh-host-keys.service".to_owned()])
}

/// cloud-init would set an English locale, which is not compiled in the image.
fn cloud_config(settings: &Settings) -> String {
    let mut text = format!("locale: {}\n", settings.locale);
    if !settings.datasources.is_empty() {
        text += &format!("datasource_list: [ {} ]\n", settings.datasources.join(", "));
    }
    text
}

/// What says that every kernel has its initramfs, to the calls that other elements make later.
const INITRAMFS_IS_MADE: &str = "/scratch/initramfs-is-made";

/// Makes the initramfs of every kernel, once, after all that may change it.
pub(crate) fn initramfs() -> Result {
    std::fs::write(INITRAMFS_IS_MADE, "")?;
    if !rootfs::exists("/usr/sbin/update-initramfs")? {
        return Ok(());
    }
    for kernel in rootfs::glob("/boot/vmlinuz-*")? {
        let version = kernel.trim_start_matches("/boot/vmlinuz-");
        info!("making the initramfs of {version}");
        Command::chroot("update-initramfs").args(["-c", "-k", version]).run()?;
    }
    Ok(())
}

/// Whether that is done.
pub(crate) fn initramfs_is_made() -> bool {
    Path::new(INITRAMFS_IS_MADE).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_have_a_character_set() {
        assert_eq!(locale_gen("de_DE.UTF-8"), "de_DE.UTF-8 UTF-8\n");
        assert_eq!(locale_gen("de_DE"), "de_DE ISO-8859-1\n");
    }

    #[test]
    fn cloud_init_is_tied_to_no_cloud_unless_asked() {
        let settings = Settings { locale: "C.UTF-8".into(), ..Settings::default() };
        assert_eq!(cloud_config(&settings), "locale: C.UTF-8\n");
        let bound = Settings { datasources: vec!["Ec2".into(), "None".into()], ..settings };
        assert_eq!(cloud_config(&bound), "locale: C.UTF-8\ndatasource_list: [ Ec2, None ]\n");
    }
}
