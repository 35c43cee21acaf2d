//! `slate element manifest`: the reference of `element.toml`.

use clap::Parser;

use crate::cli::{Failure, output};

/// The reference, beside the SDKs in the repository.
const REFERENCE: &str = include_str!("../../../../sdk/MANIFEST.md");

/// Print what element.toml can say: every key, its type and what its absence means
#[derive(Debug, Parser)]
pub(super) struct Args {}

pub(super) fn run(_: &Args) -> Result<(), Failure> {
    output::print(REFERENCE)
}
