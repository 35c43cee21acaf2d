//! What apt is told in the chroot: the settings file that `APT_CONFIG` names,
//! and a program which dpkg's scripts find before the image's own.
//!
//! A kernel's package makes an initramfs, and the packages that are configured
//! with it have dpkg make it again when all are done (the trigger
//! `update-initramfs` of initramfs-tools): a quarter of a small Debian's time
//! goes twice to the same file. The program puts the first off to the second.
//! Programs that hooks start themselves do not see it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::hooks_dir::IN_TARGET;
use super::library::write_program;

/// Directory inside the hooks directory.
const DIRECTORY: &str = ".apt";

/// The variable that names the settings file (`apt.conf(5)`).
pub(super) const VARIABLE: &str = "APT_CONFIG";

/// `DPkg::Path` of apt itself (`apt.conf(5)`), which the program goes before.
const APT_PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// An empty file stands for the initramfs until dpkg's trigger makes it, so that
/// boot loaders find the name. `grep` asks whether initramfs-tools will be called:
/// other makers of an initramfs may stand behind the same name.
const UPDATE_INITRAMFS: &str = r#"#!/bin/sh
# Puts the initramfs of a new kernel off to the trigger of dpkg that makes one anyway.
set -eu
real=/usr/sbin/update-initramfs

has_trigger() {
    grep -q '^initramfs-tools' /var/lib/dpkg/triggers/update-initramfs 2>/dev/null
}

# update-initramfs -c -k VERSION [-b /boot], as kernels call it.
if [ -n "${DPKG_MAINTSCRIPT_PACKAGE:-}" ] && [ "${1:-} ${2:-}" = "-c -k" ]; then
    case "$# ${4:-} ${5:-}" in
        "3  " | "5 -b /boot")
            initramfs=/boot/initrd.img-$3
            if [ ! -e "$initramfs" ] && has_trigger && dpkg-trigger --no-await update-initramfs; then
                echo "update-initramfs: putting off $initramfs (trigger activated)"
                : > "$initramfs"
                exit 0
            fi
            ;;
    esac
fi

# update-initramfs -u, as the trigger calls it.
if [ -z "${DPKG_MAINTSCRIPT_PACKAGE:-}" ] && [ "$*" = -u ]; then
    made=0
    others=0
    for initramfs in /boot/initrd.img-*; do
        if [ -s "$initramfs" ]; then
            others=1
        elif [ -e "$initramfs" ]; then
            rm "$initramfs"
            "$real" -c -k "${initramfs#/boot/initrd.img-}"
            made=1
        fi
    done
    [ "$made$others" != 10 ] || exit 0
fi
exec "$real" "$@"
"#;

/// Writes settings and program into the hooks directory.
///
/// # Errors
///
/// Fails if the directory cannot be written.
pub(super) fn write(hooks: &Path) -> Result<()> {
    let directory = hooks.join(DIRECTORY);
    let programs = directory.join("bin");
    let program = programs.join("update-initramfs");
    fs::create_dir_all(&programs)
        .and_then(|()| fs::write(directory.join("apt.conf"), settings()))
        .and_then(|()| write_program(&program, UPDATE_INITRAMFS))
        .with_context(|| format!("writing the settings of apt, {}", directory.display()))
}

/// Where the chroot finds the settings.
pub(super) fn settings_file() -> String {
    format!("{IN_TARGET}/{DIRECTORY}/apt.conf")
}

fn settings() -> String {
    format!("DPkg::Path \"{IN_TARGET}/{DIRECTORY}/bin:{APT_PATH}\";\n")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::process::Command;

    use super::*;

    /// A root directory with an initramfs maker that says how it was called.
    struct Root(tempfile::TempDir);

    impl Root {
        fn new() -> Root {
            let root = Root(tempfile::tempdir().unwrap());
            for directory in ["boot", "usr/sbin", "var/lib/dpkg/triggers", "bin"] {
                fs::create_dir_all(root.path(directory)).unwrap();
            }
            fs::write(root.path("var/lib/dpkg/triggers/update-initramfs"), "initramfs-tools\n").unwrap();
            let maker = format!(
                "#!/bin/sh\necho made \"$@\"\n[ \"$1\" != -c ] || echo x > {}/boot/initrd.img-$3\n",
                root.0.path().display()
            );
            root.program("usr/sbin/update-initramfs", &maker);
            root.program("bin/dpkg-trigger", "#!/bin/sh\necho trigger \"$@\"\n");
            let mut text = UPDATE_INITRAMFS.to_owned();
            for place in ["/boot", "/usr/sbin/", "/var/lib/dpkg/"] {
                text = text.replace(place, &format!("{}{place}", root.0.path().display()));
            }
            root.program("bin/update-initramfs", &text);
            root
        }

        fn path(&self, path: &str) -> PathBuf {
            self.0.path().join(path)
        }

        fn program(&self, path: &str, text: &str) {
            write_program(&self.path(path), text).unwrap();
        }

        /// What it prints, called in the script of a package or in a trigger.
        fn run(&self, package: &str, arguments: &[&str]) -> String {
            let output = Command::new(self.path("bin/update-initramfs"))
                .args(arguments)
                .env("DPKG_MAINTSCRIPT_PACKAGE", package)
                .env("PATH", format!("{}:{APT_PATH}", self.path("bin").display()))
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8_lossy(&output.stdout).replace(&self.0.path().display().to_string(), "")
        }
    }

    const PUT_OFF: &str = "trigger --no-await update-initramfs
update-initramfs: putting off /boot/initrd.img-6.1 (trigger activated)
";

    #[test]
    fn an_initramfs_is_made_once() {
        let root = Root::new();
        let boot = root.path("boot").display().to_string();
        assert_eq!(root.run("linux-image", &["-c", "-k", "6.1", "-b", &boot]), PUT_OFF);
        assert_eq!(fs::read(root.path("boot/initrd.img-6.1")).unwrap(), b"");
        assert_eq!(root.run("", &["-u"]), "made -c -k 6.1\n");
        assert_eq!(fs::read(root.path("boot/initrd.img-6.1")).unwrap(), b"x\n");
    }

    #[test]
    fn one_that_was_there_is_made_anew_too() {
        let root = Root::new();
        fs::write(root.path("boot/initrd.img-5.10"), "old").unwrap();
        assert_eq!(root.run("linux-image", &["-c", "-k", "6.1"]), PUT_OFF);
        assert_eq!(root.run("", &["-u"]), "made -c -k 6.1\nmade -u\n");
    }

    #[test]
    fn other_calls_are_as_without_it() {
        let root = Root::new();
        assert_eq!(root.run("", &["-u"]), "made -u\n");
        assert_eq!(root.run("busybox", &["-u"]), "made -u\n");
        assert_eq!(root.run("", &["-c", "-k", "6.1"]), "made -c -k 6.1\n");
        assert_eq!(root.run("linux-image", &["-d", "-k", "6.1"]), "made -d -k 6.1\n");
        let elsewhere = ["-c", "-k", "6.2", "-b", "/efi"];
        assert_eq!(root.run("linux-image", &elsewhere), "made -c -k 6.2 -b /efi\n");
    }

    #[test]
    fn without_the_trigger_nothing_is_put_off() {
        let root = Root::new();
        fs::write(root.path("var/lib/dpkg/triggers/update-initramfs"), "dracut\n").unwrap();
        assert_eq!(root.run("linux-image", &["-c", "-k", "6.1"]), "made -c -k 6.1\n");
    }
}
