//! Device nodes, pipes and sockets of the image.
use blankslate_sdk::bindings::wit::rootfs as wit;
use blankslate_sdk::rootfs::{self, Attributes, Node, Owner};
use blankslate_sdk::{Element, Error, Result};

struct Nodes;

impl Element for Nodes {
    fn install(_hook: &str) -> Result {
        let owned = |mode, user: Owner, group: Owner| Attributes {
            mode: Some(mode),
            user: Some(user),
            group: Some(group),
            ..rootfs::unchanged()
        };
        // The largest numbers that the kernel has room for.
        make("/block", Node::BlockDevice((4095, 1_048_575)), &owned(0o660, "bob".into(), "staff".into()))?;
        make("/character", Node::CharacterDevice((204, 64)), &owned(0o620, 7.into(), 5.into()))?;
        make("/pipe", Node::Fifo, &owned(0o4711, 0.into(), "staff".into()))?;
        make("/socket", Node::Socket, &owned(0, "bob".into(), 0.into()))?;
        make("/plain", Node::BlockDevice((8, 1)), &rootfs::unchanged())
    }
}

fn make(path: &str, node: Node, attributes: &Attributes) -> Result {
    wit::make_node(path, node, attributes).map_err(|error| Error::new(format!("{path}: {error:?}")))
}

blankslate_sdk::register!(Nodes);
