//! The parts that need root, against real mounts, loop devices and namespaces.
//!
//! This test has a runner of its own: it starts itself again as the process
//! that enters a sandbox, which must not have threads, and it runs one test
//! after the other, so that each can assert that nothing is left of it.

#[path = "../tooling/mod.rs"]
mod tooling;

mod bench;
mod chroot;
mod command;
mod confined;
mod contract;
mod copy;
mod copy_fixture;
mod disk;
mod edges;
mod elevated;
mod export;
mod forgotten;
mod image;
mod kill;
mod layouts;
mod legacy;
mod lvm;
mod mounts;
mod packages;
mod released;
mod rights;
mod sandbox;
mod scenarios;
mod usr_tree;
mod variables;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

/// The argument that makes this program a process of a test rather than the tests.
const SCENARIO: &str = "--scenario";

/// A test by name.
type Test = (&'static str, fn());

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, scenario, scratch] = args.as_slice()
        && mode == SCENARIO
    {
        return scenarios::run(scenario, scratch.as_ref());
    }
    let filters: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let wanted = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(*filter));
    let tests: Vec<Test> = all().into_iter().filter(|(name, _)| wanted(name)).collect();
    if args.iter().any(|arg| arg == "--list") {
        tests.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    if !nix::unistd::geteuid().is_root() {
        eprintln!(
            "the privileged tests need root; run: sudo -E env \"PATH=$PATH\" cargo test --release --test privileged"
        );
        return ExitCode::FAILURE;
    }
    run(&tests)
}

fn all() -> Vec<Test> {
    [
        chroot::TESTS,
        command::TESTS,
        confined::TESTS,
        contract::TESTS,
        copy::TESTS,
        disk::TESTS,
        edges::TESTS,
        elevated::TESTS,
        export::TESTS,
        forgotten::TESTS,
        image::TESTS,
        kill::TESTS,
        legacy::TESTS,
        layouts::TESTS,
        lvm::TESTS,
        mounts::TESTS,
        packages::TESTS,
        released::TESTS,
        rights::TESTS,
        sandbox::TESTS,
        variables::TESTS,
    ]
    .concat()
}

/// Runs the tests and reports as the usual runner does.
fn run(tests: &[Test]) -> ExitCode {
    nix::sys::prctl::set_child_subreaper(true).expect("becoming the parent of orphans");
    println!("\nrunning {} tests", tests.len());
    let failed: Vec<&str> = tests.iter().filter(|test| !passes(test)).map(|(name, _)| *name).collect();
    if failed.is_empty() {
        println!("\ntest result: ok. {} passed; 0 failed\n", tests.len());
        return ExitCode::SUCCESS;
    }
    println!("\nfailures:\n    {}", failed.join("\n    "));
    println!("\ntest result: FAILED. {} passed; {} failed\n", tests.len() - failed.len(), failed.len());
    ExitCode::FAILURE
}

fn passes((name, test): &Test) -> bool {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        test();
        assert_no_descendants();
    }));
    println!("test {name} ... {}", if outcome.is_ok() { "ok" } else { "FAILED" });
    outcome.is_ok()
}

/// Panics if a descendant of this process still runs: orphans become its children.
fn assert_no_descendants() {
    let patience = std::time::Instant::now();
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Err(nix::errno::Errno::ECHILD) => return,
            Ok(WaitStatus::StillAlive) if patience.elapsed().as_secs() < 10 => {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            Ok(WaitStatus::StillAlive) => panic!("a process of this test still runs"),
            _ => {}
        }
    }
}
