//! `slate version`: what this binary is and runs.

use clap::Parser;

use crate::element::manifest::API_VERSIONS;

use super::{Failure, output};

/// Print the version and the element API versions that it runs
#[derive(Debug, Parser)]
pub(super) struct Args {}

pub(super) fn run(_: Args) -> Result<(), Failure> {
    let version = env!("CARGO_PKG_VERSION");
    output::print(&format!("slate {version}\nelement API {}\n", API_VERSIONS.join(", ")))
}
