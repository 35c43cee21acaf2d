//! Proves an image by booting it.
//!
//! 1. One build of `debian vm serial-console`, with elements besides ([`additions`]),
//!    serves all boots ([`image`]).
//! 2. The image boots twice under QEMU, on a larger disk than it was built
//!    for, with a metadata service as clouds have it ([`machine`], [`metadata`]).
//! 3. What the booted systems say of themselves is collected once each ([`facts`]).
//! 4. Every check looks at that.
//!
//! Two small images on GUID partition tables start by each firmware that they are
//! made for, until their root is mounted ([`loaders`]). One more, without `vm`, is
//! looked at without booting ([`plain`]).
//!
//! With `--upstream`, an image made of diskimage-builder's own elements boots
//! instead ([`upstream`]); with `--foreign`, images for i386, armhf and arm64 ([`foreign`]),
//! which take half an hour and what `.ci/setup foreign` installs.
//!
//! The test has a runner of its own: boots are serial, and QEMU starts this
//! program again to answer each request for metadata.

#[path = "../tooling/environment.rs"]
mod environment;
#[path = "../tooling/mirrors.rs"]
mod mirrors;
#[path = "../tooling/mod.rs"]
mod tooling;

mod additions;
mod boots;
mod command;
mod facts;
mod foreign;
mod image;
mod late;
mod loaders;
mod machine;
mod metadata;
mod plain;
mod runner;
mod upstream;

use std::process::ExitCode;

use runner::Runner;

/// The argument that makes this program the metadata service of one connection.
const METADATA: &str = "--metadata";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, instance, key] = args.as_slice()
        && mode == METADATA
    {
        return metadata::answer(instance, key);
    }
    let mut runner = Runner::new(&args);
    if !runner.lists() && !nix::unistd::geteuid().is_root() {
        eprintln!(
            "the boot test needs root; run: sudo -E env \"PATH=$PATH\" cargo test --release --test boot"
        );
        return ExitCode::FAILURE;
    }
    if args.iter().any(|arg| arg == "--upstream") {
        upstream::run(&mut runner);
    } else if args.iter().any(|arg| arg == "--foreign") {
        foreign::run(&mut runner);
    } else {
        boots::run(&mut runner);
        loaders::run(&mut runner);
        plain::run(&mut runner);
    }
    runner.finish()
}
