//! The elements `local-config` and `mellanox` against those of the same names
//! that diskimage-builder ships: both change equal trees, which are compared.
//!
//! Each case lists in what the trees may differ, and why. A difference that is
//! not listed fails, and one that is listed and does not show. Then the real package
//! managers of the families install what our `mellanox` asks for, and a ramdisk that
//! diskimage-builder's elements make has it, and starts with it in a virtual machine.

use std::collections::BTreeSet;

#[path = "../tooling/environment.rs"]
mod environment;
mod local_config;
mod managers;
mod mellanox;
mod proxy;
mod ramdisk;
mod side;
#[path = "../tooling/mod.rs"]
mod tooling;
mod trees;

/// Files of a tree that may differ, by a pattern of their paths, and the reason.
type Difference = (&'static str, &'static str);

/// One comparison.
struct Case {
    /// The family of the tree.
    family: &'static str,
    /// The element.
    element: &'static str,
    /// The elements that both sides get besides.
    beside: &'static [&'static str],
    /// The caller's variables.
    environment: &'static [(&'static str, &'static str)],
    /// The caller's `~/.ssh/authorized_keys`.
    keys: Option<&'static str>,
    differences: &'static [Difference],
    /// What slate's tree holds: path, mode with owner, contents.
    holds: &'static [(&'static str, &'static str, &'static str)],
}

/// Where the recording package manager of the trees writes.
const ASKED_FOR: &str = "var/lib/asked-for-packages";

impl Case {
    /// Builds with both elements and compares; gives slate's tree.
    fn run(&self) -> side::Tree {
        let pair = side::Pair::build(self);
        let unexpected = pair.compare(self.differences);
        assert!(unexpected.is_empty(), "{} on {}:\n{unexpected}", self.element, self.family);
        for (path, attributes, contents) in self.holds {
            assert_eq!(pair.ours.attributes(path), *attributes, "{path}");
            assert_eq!(pair.ours.contents(path), *contents, "{path}");
        }
        pair.ours
    }
}

/// The words of a text.
fn words(text: &str) -> BTreeSet<&str> {
    text.split_whitespace().collect()
}
