//! The `slate` command, which is diskimage-builder's commands too: a shim
//! around [`blankslate::cli`] and [`blankslate::legacy`].

use std::process::ExitCode;

use blankslate::{cli, legacy};

fn main() -> ExitCode {
    match legacy::Call::of(std::env::args_os()) {
        Some(call) => call.run(),
        None => cli::main(),
    }
}
