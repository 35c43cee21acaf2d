//! Which of the caller's variables a build sees.

use std::collections::BTreeMap;

use crate::element::capability::Grant;
use crate::spec::ImageSpec;

use super::{GrantOrigin, ParameterOrigin, PlanError, PlannedGrant, PlannedParameter};

/// The time that reproducible builds agree on, in seconds since 1970; programs
/// that write times read it by this name.
pub(super) const SOURCE_DATE: &str = "SOURCE_DATE_EPOCH";

/// Names of further variables that the caller wants hooks to see, separated by commas.
pub const PASSED: &str = "SLATE_PASS_ENVIRONMENT";

/// Variables of the contract that do not start with `DIB_`.
const CONTRACT: [&str; 9] = [
    "ELEMENTS_PATH",
    "IMAGE_TYPE",
    "OVERWRITE_OLD_IMAGE",
    "RUN_PARTS_REGEX",
    SOURCE_DATE,
    "TMP_DIR",
    "break",
    "break_cmd",
    "break_outside_target",
];

/// Variables that upstream's elements read by names without the `DIB_` prefix.
const OF_ELEMENTS: [&str; 25] = [
    "BASE_IMAGE_FILE",
    "BASE_IMAGE_FILE_SUFFIX",
    "BASE_IMAGE_TAR",
    "BINARY_DEPS",
    "BUSYBOX",
    "CURL_DASH_V",
    "DHCP_CLIENT",
    "DISTRO_NAME",
    "DRACUT_NETWORK",
    "EFI_BOOT_DIR",
    "FORCE_REVALIDATE",
    "FS_TYPE",
    "ISCSI_TARGET_IQN",
    "KERNEL_CMDLINE_ARGS",
    "LIB_UDEV_ROOT",
    "MODULE_ROOT",
    "NO_SOURCE_REPOSITORIES",
    "RAMDISK_ELEMENT",
    "SERIAL_CONSOLE",
    "SHA256SUMS",
    "SHA256SUMS_FILE",
    "SIGNATURE_FILE",
    "SIGNED_BY",
    "SUBRELEASE_REGEXP",
    "VIRTUAL_TERMINAL",
];

/// Prefixes of such names. What programs read that elements run is not among
/// them: `PIP_INDEX_URL`, say, may hold a password, and no element asks for it.
const PREFIXES_OF_ELEMENTS: [&str; 11] = [
    "DEPLOYMENT_",
    "GENTOO_",
    "GROWVOLS_",
    "HW_DISCOVERY_",
    "NODEPOOL_",
    "OPENSUSE_",
    "PYPI_MIRROR_URL",
    "REG_",
    "UBOOT_",
    "YUM",
    "ZYPPER_",
];

/// Variables that name proxies, in small letters; both spellings are in use.
const PROXIES: [&str; 5] = ["all_proxy", "ftp_proxy", "http_proxy", "https_proxy", "no_proxy"];

/// The variables that a build sees: the contract's, the granted ones, those
/// that the caller named, and those that shell elements know a parameter by. Where two elements share
/// such a variable and nobody set it, the first element's default counts.
pub(super) fn passed_on(
    spec: &ImageSpec,
    parameters: &[PlannedParameter],
    grants: &[PlannedGrant],
) -> BTreeMap<String, String> {
    let granted = |name: &str| grants.iter().any(|planned| allows(planned, name));
    let named = spec.environment.get(PASSED).map(String::as_str).unwrap_or_default();
    let named: Vec<&str> = named.split(',').map(str::trim).collect();
    let visible = |name: &str| is_contract(name) || granted(name) || named.contains(&name);
    let mut passed: BTreeMap<String, String> = spec
        .environment
        .iter()
        .filter(|(name, _)| visible(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for parameter in parameters {
        let (Some(variable), Some(value)) = (&parameter.variable, &parameter.value) else { continue };
        let text = value.to_environment();
        let set = parameter.origin == ParameterOrigin::Setting;
        let unset = passed.get(variable).is_none_or(String::is_empty) && !text.is_empty();
        if set || unset {
            passed.insert(variable.clone(), text);
        }
    }
    passed
}

/// The time of `SOURCE_DATE_EPOCH`, where it is set.
pub(super) fn source_date(environment: &BTreeMap<String, String>) -> Result<Option<u64>, PlanError> {
    let given = environment.get(SOURCE_DATE).filter(|given| !given.is_empty());
    let parsed = given.map(|given| given.parse().map_err(|_| PlanError::SourceDate(given.clone())));
    parsed.transpose()
}

fn allows(planned: &PlannedGrant, name: &str) -> bool {
    planned.origin != GrantOrigin::Denied
        && matches!(&planned.grant, Grant::Environment(granted) if granted == name)
}

fn is_contract(name: &str) -> bool {
    name.starts_with("DIB_")
        || CONTRACT.contains(&name)
        || OF_ELEMENTS.contains(&name)
        || PREFIXES_OF_ELEMENTS.iter().any(|prefix| name.starts_with(prefix))
        || PROXIES.contains(&name.to_ascii_lowercase().as_str())
}
