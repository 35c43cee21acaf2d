//! What the host has of WASI 0.2: what the engine's `wasmtime-wasi` offers of its
//! interfaces for commands. A test compares it with the WIT of that crate and with
//! what the linker has: with another version of the crate it says what to change here.

/// Functions by interface, and methods by their resource too.
const FUNCTIONS: [(&str, &str, &str); 38] = [
    ("wasi:cli/environment", "", "get-environment get-arguments initial-cwd"),
    ("wasi:cli/exit", "", "exit exit-with-code"),
    ("wasi:cli/stderr", "", "get-stderr"),
    ("wasi:cli/stdin", "", "get-stdin"),
    ("wasi:cli/stdout", "", "get-stdout"),
    ("wasi:cli/terminal-input", "", ""),
    ("wasi:cli/terminal-output", "", ""),
    ("wasi:cli/terminal-stderr", "", "get-terminal-stderr"),
    ("wasi:cli/terminal-stdin", "", "get-terminal-stdin"),
    ("wasi:cli/terminal-stdout", "", "get-terminal-stdout"),
    ("wasi:clocks/monotonic-clock", "", "now resolution subscribe-instant subscribe-duration"),
    ("wasi:clocks/wall-clock", "", "now resolution"),
    ("wasi:filesystem/preopens", "", "get-directories"),
    ("wasi:filesystem/types", "", "filesystem-error-code"),
    (
        "wasi:filesystem/types",
        "descriptor",
        "read-via-stream write-via-stream append-via-stream advise sync-data get-flags get-type \
         set-size set-times read write read-directory sync create-directory-at stat stat-at \
         set-times-at link-at open-at readlink-at remove-directory-at rename-at symlink-at \
         unlink-file-at is-same-object metadata-hash metadata-hash-at",
    ),
    ("wasi:filesystem/types", "directory-entry-stream", "read-directory-entry"),
    ("wasi:io/error", "", ""),
    ("wasi:io/error", "error", "to-debug-string"),
    ("wasi:io/poll", "", "poll"),
    ("wasi:io/poll", "pollable", "ready block"),
    ("wasi:io/streams", "", ""),
    ("wasi:io/streams", "input-stream", "read blocking-read skip blocking-skip subscribe"),
    (
        "wasi:io/streams",
        "output-stream",
        "check-write write blocking-write-and-flush flush blocking-flush subscribe write-zeroes \
         blocking-write-zeroes-and-flush splice blocking-splice",
    ),
    ("wasi:random/insecure", "", "get-insecure-random-bytes get-insecure-random-u64"),
    ("wasi:random/insecure-seed", "", "insecure-seed"),
    ("wasi:random/random", "", "get-random-bytes get-random-u64"),
    ("wasi:sockets/instance-network", "", "instance-network"),
    ("wasi:sockets/ip-name-lookup", "", "resolve-addresses"),
    ("wasi:sockets/ip-name-lookup", "resolve-address-stream", "resolve-next-address subscribe"),
    ("wasi:sockets/network", "", ""),
    ("wasi:sockets/tcp", "", ""),
    (
        "wasi:sockets/tcp",
        "tcp-socket",
        "start-bind finish-bind start-connect finish-connect start-listen finish-listen accept \
         local-address remote-address is-listening address-family set-listen-backlog-size \
         keep-alive-enabled set-keep-alive-enabled keep-alive-idle-time \
         set-keep-alive-idle-time keep-alive-interval set-keep-alive-interval keep-alive-count \
         set-keep-alive-count hop-limit set-hop-limit receive-buffer-size \
         set-receive-buffer-size send-buffer-size set-send-buffer-size subscribe shutdown",
    ),
    ("wasi:sockets/tcp-create-socket", "", "create-tcp-socket"),
    ("wasi:sockets/udp", "", ""),
    (
        "wasi:sockets/udp",
        "udp-socket",
        "start-bind finish-bind stream local-address remote-address address-family \
         unicast-hop-limit set-unicast-hop-limit receive-buffer-size set-receive-buffer-size \
         send-buffer-size set-send-buffer-size subscribe",
    ),
    ("wasi:sockets/udp", "incoming-datagram-stream", "receive subscribe"),
    ("wasi:sockets/udp", "outgoing-datagram-stream", "check-send send subscribe"),
    ("wasi:sockets/udp-create-socket", "", "create-udp-socket"),
];

/// Whether the host has an interface, named without its version.
pub(super) fn has_interface(interface: &str) -> bool {
    FUNCTIONS.iter().any(|(known, ..)| *known == interface)
}

/// Whether the host has a function of an interface.
pub(super) fn has_function(interface: &str, function: &str) -> bool {
    let (resource, name) =
        function.strip_prefix("[method]").and_then(|it| it.split_once('.')).unwrap_or(("", function));
    let is_meant = |(known, of, _): &&(&str, &str, &str)| *known == interface && *of == resource;
    FUNCTIONS.iter().filter(is_meant).any(|(.., names)| names.split(' ').any(|known| known == name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;
    use std::process::Command;

    use wasmtime::component::{Linker, ResourceType};
    use wasmtime::{Config, Engine};
    use wit_parser::{Interface, Resolve, TypeDefKind, WorldItem};

    use super::*;
    use crate::plugin::load::linker;
    use crate::plugin::state::State;

    /// The world whose imports are offered.
    const WORLD: &str = "wasi:cli/command";

    /// A function, or a resource by its name in brackets, of an interface.
    type Item = (String, String);

    /// The folder of the crate's WIT, wherever cargo keeps the version in use.
    fn wit_of_the_crate() -> PathBuf {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let mut metadata = Command::new(cargo);
        metadata.args(["metadata", "--format-version=1", "--offline", "--locked"]);
        metadata.args(["--filter-platform", &platform, "--manifest-path"]);
        let output = metadata.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        let package = packages.iter().find(|package| package["name"] == "wasmtime-wasi").unwrap();
        let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
        manifest.with_file_name("src").join("p2/wit")
    }

    /// The interfaces of the world, by their names with the version, those that
    /// are not stable too.
    fn interfaces() -> Vec<(String, Interface)> {
        let mut resolve = Resolve { all_features: true, ..Resolve::default() };
        let folder = wit_of_the_crate();
        let (package, _) = resolve.push_dir(&folder).unwrap_or_else(|error| panic!("{error:#}"));
        let versioned = resolve.packages.iter().map(|(_, package)| package.name.clone());
        let cli = versioned.into_iter().find(|name| name.name == "cli").expect("the package of commands");
        let world = format!("{WORLD}@{}", cli.version.expect("a version"));
        let world = resolve.select_world(&[package], Some(&world)).expect("the world of commands");
        let imports = resolve.worlds[world].imports.iter();
        let interfaces = imports.filter_map(|(key, item)| match item {
            WorldItem::Interface { id, .. } => {
                Some((resolve.name_world_key(key), resolve.interfaces[*id].clone()))
            }
            _ => None,
        });
        let mut interfaces: Vec<_> = interfaces.collect();
        for (_, interface) in &mut interfaces {
            let is_resource =
                |id: &wit_parser::TypeId| matches!(resolve.types[*id].kind, TypeDefKind::Resource);
            interface.types.retain(|_, id| is_resource(id));
        }
        interfaces
    }

    /// Whether the linker has it: then it cannot be defined once more.
    fn is_offered(linker: &mut Linker<State>, interface: &str, item: &str) -> bool {
        let mut instance = linker.instance(interface).unwrap();
        let defined = match item.strip_prefix("[resource]") {
            Some(name) => instance.resource(name, ResourceType::host::<()>(), |_, _| Ok(())),
            None => instance.func_new(item, |_, _, _, _| Ok(())),
        };
        defined.is_err()
    }

    /// All that the linker has of what the WIT has, interfaces without their version.
    fn offered() -> BTreeSet<Item> {
        let mut linker = linker(&Engine::new(&Config::new()).unwrap()).unwrap();
        let mut all = BTreeSet::new();
        for (name, interface) in interfaces() {
            let resources = interface.types.keys().map(|resource| format!("[resource]{resource}"));
            for item in interface.functions.keys().cloned().chain(resources) {
                if is_offered(&mut linker, &name, &item) {
                    all.insert((name.split('@').next().unwrap().to_owned(), item));
                }
            }
        }
        all
    }

    fn is_resource(item: &Item) -> bool {
        item.1.starts_with("[resource]")
    }

    /// The functions of the table, as WIT names them.
    fn known() -> Vec<Item> {
        let named = FUNCTIONS.iter().flat_map(|(interface, resource, names)| {
            names.split(' ').filter(|name| !name.is_empty()).map(move |name| {
                let method = format!("[method]{resource}.{name}");
                ((*interface).to_owned(), if resource.is_empty() { name.to_owned() } else { method })
            })
        });
        named.collect()
    }

    #[test]
    fn the_table_has_what_the_linker_offers_and_nothing_else() {
        let offered = offered();
        let functions: BTreeSet<Item> = offered.iter().filter(|item| !is_resource(item)).cloned().collect();
        let known = known();
        let once: BTreeSet<Item> = known.iter().cloned().collect();
        assert_eq!(once.len(), known.len(), "a name stands in the table twice");
        let missing: Vec<_> = functions.difference(&once).collect();
        let gone: Vec<_> = once.difference(&functions).collect();
        assert!(missing.is_empty(), "the linker offers what the table lacks: {missing:?}");
        assert!(gone.is_empty(), "the table has what the linker does not offer: {gone:?}");

        let interfaces: BTreeSet<&str> = offered.iter().map(|(interface, _)| interface.as_str()).collect();
        let named: BTreeSet<&str> = FUNCTIONS.iter().map(|(interface, ..)| *interface).collect();
        assert_eq!(named, interfaces, "the interfaces of the table and of the linker");
    }

    #[test]
    fn what_is_not_stable_is_not_offered() {
        let unstable = ("wasi:sockets/network".to_owned(), "network-error-code".to_owned());
        assert!(interfaces().iter().any(|(_, it)| it.functions.contains_key(&unstable.1)));
        assert!(!offered().contains(&unstable));
    }
}
