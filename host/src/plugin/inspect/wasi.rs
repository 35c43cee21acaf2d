//! What the host has of WASI 0.2: all that is stable in version 0.2.12 of its
//! interfaces for commands, which is what the engine's `wasmtime-wasi` offers.

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
    use super::*;

    #[test]
    fn names_are_whole_and_stand_there_once() {
        let names = FUNCTIONS.iter().flat_map(|(interface, resource, names)| {
            names.split(' ').filter(|name| !name.is_empty()).map(move |name| (interface, resource, name))
        });
        let mut names: Vec<_> = names.collect();
        let is_whole = |name: &str| name.split('-').all(|word| !word.is_empty());
        assert!(names.iter().all(|(.., name)| is_whole(name)), "{names:?}");
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!((names.len(), count), (123, 123));
    }
}
