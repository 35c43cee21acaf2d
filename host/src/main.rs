//! The `slate` command: a shim around [`blankslate::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    blankslate::cli::main()
}
