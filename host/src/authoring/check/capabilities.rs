//! Imports against what `element.toml` asks for.
//!
//! `command.run` runs programs in the chroot and on the build host alike: which,
//! an import does not say. A declaration of either counts for it.

use super::Finding;
use crate::element::capability::Grant;
use crate::element::manifest::{Capabilities, Manifest};
use crate::plugin::ComponentInfo;

/// A function that needs a capability.
struct Use {
    interface: &'static str,
    function: &'static str,
    /// What to write under `[capabilities]`.
    declaration: &'static str,
    is_declared: fn(&Capabilities) -> bool,
}

/// Every function of the API that needs a capability whatever its arguments.
const USES: [Use; 8] = [
    Use {
        interface: "command",
        function: "run",
        declaration: "chroot = true or host-programs = [{ program = \"...\" }]",
        is_declared: |asked| asked.chroot || !asked.host_programs.is_empty(),
    },
    Use {
        interface: "fetch",
        function: "get",
        declaration: "urls = [\"https://...\"]",
        is_declared: |asked| !asked.urls.is_empty(),
    },
    Use {
        interface: "host-files",
        function: "read",
        declaration: "host-files = [\"/...\"]",
        is_declared: |asked| !asked.host_files.is_empty(),
    },
    Use {
        interface: "host-files",
        function: "list",
        declaration: "host-files = [\"/...\"]",
        is_declared: |asked| !asked.host_files.is_empty(),
    },
    Use {
        interface: "params",
        function: "environment",
        declaration: "environment = [\"...\"]",
        is_declared: |asked| !asked.environment.is_empty(),
    },
    Use {
        interface: "block-device",
        function: "describe",
        declaration: "block-device = true",
        is_declared: |asked| asked.block_device,
    },
    Use {
        interface: "block-device",
        function: "provide",
        declaration: "block-device = true",
        is_declared: |asked| asked.block_device,
    },
    Use {
        interface: "boot",
        function: "install-loader",
        declaration: "block-device = true",
        is_declared: |asked| asked.block_device,
    },
];

/// The interfaces of the API that only an element of many trades imports all of.
const RARE: [&str; 5] = ["block-device", "command", "fetch", "host-files", "ramdisk"];

/// What does not agree.
pub(super) fn findings(manifest: &Manifest, info: &ComponentInfo, bytes: &[u8]) -> Vec<Finding> {
    let asked = &manifest.capabilities;
    let undeclared = undeclared(asked, info);
    let (mut findings, unused) = match imports_everything(info) {
        true => (Vec::from_iter((!undeclared.is_empty()).then(unknown)), Vec::new()),
        false => (undeclared, unused(asked, info)),
    };
    findings.extend(unused.iter().map(|grant| {
        let message =
            format!("element.toml asks for {grant}, but the component imports nothing that uses it");
        Finding::warning("unused-capability", message)
            .hint("leave it out, so that operators grant no more than they must")
            .about(grant)
    }));
    findings.extend(unnamed(manifest, bytes, &unused));
    findings
}

/// What stands in for findings that imports of everything would be.
fn unknown() -> Finding {
    let message = "the component imports the whole API, as its toolchain does: what it uses is not known";
    Finding::note("imports-everything", message).hint("`slate element test` denies what is not declared")
}

/// Whether the toolchain imports the API whether the code uses it or not.
fn imports_everything(info: &ComponentInfo) -> bool {
    RARE.iter().all(|interface| info.imports.contains_key(*interface))
        && USES.iter().all(|it| imports(info, it.interface, it.function))
}

fn imports(info: &ComponentInfo, interface: &str, function: &str) -> bool {
    info.imports.get(interface).is_some_and(|functions| functions.iter().any(|name| name == function))
}

fn undeclared(asked: &Capabilities, info: &ComponentInfo) -> Vec<Finding> {
    let used = |it: &&Use| imports(info, it.interface, it.function) && !(it.is_declared)(asked);
    let finding = |it: &Use| {
        let message = format!(
            "the component uses {}.{}, for which element.toml asks for no capability",
            it.interface, it.function
        );
        Finding::error("undeclared-capability", message)
            .hint(format!("add {} under [capabilities]", it.declaration))
    };
    USES.iter().filter(used).map(finding).collect()
}

/// What is asked for without an import that could use it.
fn unused(asked: &Capabilities, info: &ComponentInfo) -> Vec<Grant> {
    let has = |interfaces: &[(&str, &str)]| interfaces.iter().any(|(it, name)| imports(info, it, name));
    let is_unused = |grant: &Grant| !match grant {
        Grant::Environment(_) => has(&[("params", "environment")]),
        Grant::HostFile(_) => has(&[("host-files", "read"), ("host-files", "list"), ("rootfs", "copy")]),
        Grant::HostProgram(_) | Grant::Chroot => has(&[("command", "run")]),
        Grant::Url(_) => has(&[("fetch", "get")]),
        Grant::BlockDevice => {
            has(&[("block-device", "describe"), ("block-device", "provide"), ("boot", "install-loader")])
        }
    };
    asked.grants().into_iter().filter(is_unused).collect()
}

/// Names that the manifest declares and that stand nowhere in the component,
/// but for capabilities that are told of already.
fn unnamed(manifest: &Manifest, bytes: &[u8], told: &[Grant]) -> Vec<Finding> {
    let code = code(bytes);
    let is_named = |name: &str| contains(code, name);
    let grants = manifest.capabilities.grants().into_iter().filter(|grant| {
        let name = match grant {
            Grant::HostFile(path) => path.trim_start_matches("~/"),
            Grant::Url(url) => url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or(url),
            Grant::Environment(name) | Grant::HostProgram(name) => name,
            Grant::Chroot | Grant::BlockDevice => return false,
        };
        !is_named(name) && !told.contains(grant)
    });
    let capabilities = grants.map(|grant| {
        let message = format!("element.toml asks for {grant}, which is named nowhere in the component");
        Finding::warning("unused-capability", message)
            .hint("leave it out unless the name is computed")
            .about(&grant)
    });
    let parameters = manifest.parameters.keys().filter(|name| !is_named(name)).map(|name| {
        let message = format!("the parameter '{name}' is named nowhere in the component");
        Finding::warning("unused-parameter", message).hint("leave it out unless the name is computed")
    });
    capabilities.chain(parameters).collect()
}

/// The component without the manifest that it carries, which names everything.
fn code(bytes: &[u8]) -> &[u8] {
    let section = blankslate_element_build::MANIFEST_SECTION.as_bytes();
    let at = bytes.windows(section.len()).rposition(|window| window == section);
    at.map_or(bytes, |at| &bytes[..at])
}

fn contains(bytes: &[u8], name: &str) -> bool {
    bytes.windows(name.len().max(1)).any(|window| window == name.as_bytes())
}
