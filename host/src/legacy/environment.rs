//! Which of the caller's variables a build started by an old command sees.

use std::collections::BTreeMap;

/// Variables of the command itself, and those that upstream's elements read
/// by names without the `DIB_` prefix.
const NAMED: [&str; 20] = [
    "BASE_IMAGE_FILE",
    "BASE_IMAGE_TAR",
    "BINARY_DEPS",
    "CURL_DASH_V",
    "DHCP_CLIENT",
    "DRACUT_NETWORK",
    "ELEMENTS_PATH",
    "FORCE_REVALIDATE",
    "FS_TYPE",
    "ISCSI_TARGET_IQN",
    "KERNEL_CMDLINE_ARGS",
    "LIB_UDEV_ROOT",
    "MODULE_ROOT",
    "NO_SOURCE_REPOSITORIES",
    "RAMDISK_ELEMENT",
    "SERIAL_CONSOLE",
    "VIRTUAL_TERMINAL",
    "break",
    "break_cmd",
    "break_outside_target",
];

/// Prefixes of such names.
const PREFIXES: [&str; 12] = [
    "DEPLOYMENT_",
    "DIB_",
    "GENTOO_",
    "GROWVOLS_",
    "HW_DISCOVERY_",
    "NODEPOOL_",
    "OPENSUSE_",
    "PIP_",
    "REG_",
    "UBOOT_",
    "YUM",
    "ZYPPER_",
];

/// Proxy variables, in either case.
const PROXIES: [&str; 6] = ["all_proxy", "ftp_proxy", "http_proxy", "https_proxy", "no_proxy", "rsync_proxy"];

/// The part of `variables` that hooks see.
pub fn passed_on(variables: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let seen = variables.iter().filter(|(name, _)| is_passed_on(name));
    seen.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn is_passed_on(name: &str) -> bool {
    NAMED.contains(&name)
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || PROXIES.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a variable is still there after `-c`: what a process needs to find
/// programs and its home.
pub fn survives_clearing(name: &str) -> bool {
    matches!(name, "HOME" | "PATH" | "USER" | "TERM")
}
