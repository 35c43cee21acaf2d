//! Programs of an image that nobody vouches for.
//!
//! Any element may have written any file of the image, so a program that is
//! called `apt-get` may be anything, and it is run as root. A confined program
//! has namespaces of its own, as a container has (the numbers are the steps):
//!
//! 1. [`Keeper`] is made, process 1 of a new PID namespace: no process outside
//!    of it can be seen, signalled or traced;
//! 2. it makes mount and IPC namespaces and goes through [`steps`]: the tree
//!    becomes the root directory by `pivot_root`, so that there is nothing
//!    above it; device nodes cannot be opened in it but for those of a new
//!    `/dev`; `/proc` and `/sys` are new, with what would change or tell of the
//!    machine read-only or hidden;
//! 3. the program joins these namespaces and gives up its [`rights`];
//! 4. when it has ended the keeper is ended, and with it all that the program
//!    has left running.
//!
//! The network is the build host's: package managers need it.

use std::path::{Path, PathBuf};

mod call;
mod keeper;
pub(super) mod rights;
mod steps;

pub(super) use keeper::Keeper;
pub(super) use steps::c_path;

/// The tree that a program is confined to, and what it sees of the machine.
#[derive(Debug, Clone)]
pub(super) struct Confined {
    /// Its root directory.
    pub(super) tree: PathBuf,
    /// Block devices of the machine that its `/dev` shows.
    pub(super) devices: Vec<PathBuf>,
}

impl Confined {
    pub(super) fn to(tree: &Path) -> Confined {
        Confined { tree: tree.to_owned(), devices: Vec::new() }
    }
}
