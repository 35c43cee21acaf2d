//! Compares `slate build` with diskimage-builder; see `README.md` beside this file.

mod contenders;
mod measure;
mod profile;
mod report;
mod small;

use std::path::Path;
use std::process::ExitCode;

use contenders::{Contender, Dib, InItsPlace, Slate};
use report::Row;

fn main() -> ExitCode {
    if std::env::args().any(|arg| arg == "--list") {
        println!("images: benchmark");
        return ExitCode::SUCCESS;
    }
    if !nix::unistd::geteuid().is_root() {
        eprintln!("the benchmark needs root; run: sudo -E env \"PATH=$PATH\" cargo bench --bench images");
        return ExitCode::FAILURE;
    }
    let scratch = tempfile::Builder::new()
        .prefix("slate-bench-")
        .tempdir_in("/var/tmp")
        .expect("a directory to work in");
    if std::env::args().any(|arg| arg == "--upstream") {
        report::print(&same_elements(scratch.path()));
        return ExitCode::SUCCESS;
    }
    report::print(&images(scratch.path()));
    small::run();
    ExitCode::SUCCESS
}

/// Both programs, cold and then warm.
fn images(scratch: &Path) -> Vec<Row> {
    let dib = Dib::install(scratch);
    let mut rows = vec![build(&dib, "cold", scratch)];
    let packages = contenders::packages(&dib.output());
    let slate = Slate::new(scratch, &packages);
    rows.push(build(&slate, "cold", scratch));
    rows.push(build(&dib, "warm", scratch));
    rows.push(build(&slate, "warm", scratch));
    rows
}

/// Both programs with diskimage-builder's elements, cold and then warm.
fn same_elements(scratch: &Path) -> Vec<Row> {
    let dib = Dib::install(scratch);
    let slate = InItsPlace::new(&dib, scratch);
    let mut rows = Vec::new();
    for state in ["cold", "warm"] {
        rows.push(build(&dib, state, scratch));
        rows.push(build(&slate, state, scratch));
    }
    rows
}

fn build(contender: &dyn Contender, state: &'static str, scratch: &Path) -> Row {
    eprintln!("{} builds with {state} caches", contender.name());
    let cost = measure::run(&mut contender.command(), scratch, &scratch.join("log"));
    let output = contender.output();
    let row = Row {
        name: contender.name(),
        state,
        cost,
        image: std::fs::metadata(&output).expect("the image exists").len(),
        virtual_size: contenders::virtual_size(&output),
        packages: contenders::packages(&output).len(),
    };
    let log = std::fs::read(scratch.join("log")).expect("reading the log");
    profile::print(contender.name(), state, &String::from_utf8_lossy(&log), cost.wall);
    std::fs::remove_file(scratch.join("log")).expect("removing the log");
    row
}
