//! The element `mellanox`: drives network adapters of Mellanox, in the image
//! and in a deploy ramdisk that is made from it.

use blankslate_sdk::{Element, Result, boot, info, packages, ramdisk, rootfs};

mod kernels;

/// What programs and libraries the adapters need, by the generic names of `pkg-map`.
const PACKAGES: [&str; 13] = [
    "development",
    "diagnostics",
    "dkms",
    "firmware-tools",
    "ibacm",
    "pciutils",
    "perftest",
    "rdma",
    "rpm-build",
    "srp",
    "subnet-manager",
    "verbs",
    "vlan",
];

/// Drivers, and what makes an adapter useful to programs. `mlx5_ib` brings `mlx5_core`.
const MODULES: [&str; 6] = ["mlx4_en", "mlx4_ib", "ib_ipoib", "mlx5_ib", "ib_umad", "ib_uverbs"];

/// Rules of the image, by the name that diskimage-builder gives them.
const IMAGE_RULES: &str = "/etc/udev/rules.d/81-mellanox.rules";

/// Rules of the ramdisk.
const RAMDISK_RULES: &str = "81-mellanox-drivers.rules";

struct Mellanox;

impl Element for Mellanox {
    fn install(_hook: &str) -> Result {
        packages::install(PACKAGES)?;
        rootfs::file(IMAGE_RULES).mode(0o644).owner("root", "root").write(rules())?;
        ramdisk::add_modules(MODULES)?;
        ramdisk::add_udev_rules(RAMDISK_RULES, &rules())?;
        Ok(())
    }

    /// When all kernels are installed: systemd counts a module that it does not find as a failure.
    fn post_install(_hook: &str) -> Result {
        let (present, missing) = kernels::sort(&MODULES)?;
        if !missing.is_empty() {
            info!("no kernel of the image has {}, so that they are not loaded at boot", missing.join(", "));
        }
        boot::load_modules(present)?;
        Ok(())
    }
}

/// Load the modules for an adapter that is found later than at boot too.
fn rules() -> String {
    let modules = MODULES.join(" ");
    format!(
        "# Drivers of Mellanox adapters, when a network interface appears.\n\
         SUBSYSTEM==\"net\", ACTION==\"add\", RUN{{builtin}}+=\"kmod load {modules}\"\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each family has a package for every generic name, or leaves it out on purpose.
    #[test]
    fn every_package_is_mapped_for_every_family() {
        let map = include_str!("../pkg-map");
        let (families, default) = map.split_once("\"default\"").expect("the section default");
        for family in ["debian", "redhat", "suse"] {
            let (_, section) = families.split_once(&format!("\"{family}\": {{")).expect("a family");
            let section = section.split('}').next().expect("its end");
            for name in PACKAGES {
                let key = format!("\"{name}\":");
                assert!(section.contains(&key) || default.contains(&key), "{name} on {family}");
            }
        }
    }

    #[test]
    fn the_rules_name_every_module() {
        let rules = rules();
        assert!(
            rules.ends_with("\"kmod load mlx4_en mlx4_ib ib_ipoib mlx5_ib ib_umad ib_uverbs\"\n"),
            "{rules}"
        );
        assert!(rules.lines().all(|line| line.starts_with('#') || line.contains("==\"add\"")), "{rules}");
    }
}

blankslate_sdk::register!(Mellanox);
