//! What a component can import: the element API, and WASI 0.2.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use wit_parser::{Resolve, SourceMap, WorldItem};

use super::{PACKAGE, STANDARD, wasi};

macro_rules! wit {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../../../../wit/", $name, ".wit")))),*]
    };
}

/// The files of the element API.
const FILES: [(&str, &str); 18] = wit!(
    "block-device" "boot" "command" "fetch" "host-files" "image" "lifecycle" "log" "package-manager"
    "packages" "params" "progress" "ramdisk" "rootfs" "service-manager" "services" "types" "world"
);

/// The world of all that an element can import.
const WORLD: &str = "distribution";

/// The functions of the element API, by interface.
static API: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut sources = SourceMap::default();
    FILES.iter().for_each(|(name, text)| sources.push_str(name, *text));
    let group = sources.parse().map_err(|(_, error)| error).expect("the element API is WIT");
    let mut resolve = Resolve::default();
    let package = resolve.push_group(group).expect("the element API is a package");
    let world = resolve.select_world(&[package], Some(WORLD)).expect("the element API has worlds");
    let interfaces = resolve.worlds[world].imports.values().filter_map(|item| match item {
        WorldItem::Interface { id, .. } => Some(&resolve.interfaces[*id]),
        _ => None,
    });
    let named = |it: &wit_parser::Interface| Some((it.name.clone()?, it.functions.keys().cloned().collect()));
    interfaces.filter_map(named).collect()
});

/// The first of what a component imports from an interface that the host does not
/// have: the interface as a whole, or one of its functions.
pub(super) fn missing(interface: &str, functions: &[String]) -> Option<String> {
    if interface.starts_with(STANDARD) {
        let known = interface.split_once('@').filter(|(_, version)| version.starts_with("0.2."));
        let Some((name, _)) = known.filter(|(name, _)| wasi::has_interface(name)) else {
            return Some(interface.to_owned());
        };
        let function = functions.iter().find(|function| !wasi::has_function(name, function))?;
        return Some(format!("{} of {interface}", bare(function)));
    }
    match API.get(interface) {
        None => Some(format!("{PACKAGE}/{interface}")),
        Some(known) => {
            let function = functions.iter().find(|function| !known.contains(function))?;
            Some(format!("{} of {PACKAGE}/{interface}", bare(function)))
        }
    }
}

/// A method's name without what marks it as one.
fn bare(function: &str) -> &str {
    function.strip_prefix("[method]").unwrap_or(function)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_lacks_is_named() {
        let table: [(&str, &[&str], Option<&str>); 13] = [
            ("rootfs", &["write", "[method]reader.read"], None),
            ("types", &[], None),
            ("boot", &["load-modules", "loax-modules"], Some("loax-modules of blankslate:element/boot")),
            ("boat", &[], Some("blankslate:element/boat")),
            // Elements export it.
            ("lifecycle", &["run"], Some("blankslate:element/lifecycle")),
            ("wasi:cli/exit@0.2.0", &["exit"], None),
            ("wasi:io/streams@0.2.12", &["[method]input-stream.read"], None),
            ("wasi:cli/exit@0.2.0", &["exit", "leave"], Some("leave of wasi:cli/exit@0.2.0")),
            (
                "wasi:io/streams@0.2.12",
                &["[method]output-stream.read"],
                Some("output-stream.read of wasi:io/streams@0.2.12"),
            ),
            (
                "wasi:sockets/network@0.2.0",
                &["network-error-code"],
                Some("network-error-code of wasi:sockets/network@0.2.0"),
            ),
            ("wasi:sockets/udp@0.2.9", &["[method]udp-socket.unicast-hop-limit"], None),
            ("wasi:cli/exit@0.3.0", &["exit"], Some("wasi:cli/exit@0.3.0")),
            ("wasi:http/types@0.2.0", &[], Some("wasi:http/types@0.2.0")),
        ];
        for (interface, functions, expected) in table {
            let functions: Vec<String> = functions.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(missing(interface, &functions).as_deref(), expected, "{interface}");
        }
    }
}
