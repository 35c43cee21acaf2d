//! Runs checks one after the other and reports as the usual runner does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// The checks of one run.
#[derive(Debug)]
pub(crate) struct Runner {
    filters: Vec<String>,
    list: bool,
    passed: usize,
    failed: Vec<String>,
}

impl Runner {
    /// Reads the arguments that `cargo test` passes on: filters and `--list`.
    pub(crate) fn new(args: &[String]) -> Runner {
        let filters = args.iter().filter(|arg| !arg.starts_with('-')).cloned().collect();
        let list = args.iter().any(|arg| arg == "--list");
        Runner { filters, list, passed: 0, failed: Vec::new() }
    }

    /// Whether checks are listed, not run.
    pub(crate) fn lists(&self) -> bool {
        self.list
    }

    /// Runs the checks of `names` that the filters leave, on what `prepare`
    /// makes. Nothing is prepared where none is left, and where preparing
    /// fails all of them fail.
    pub(crate) fn group<T>(&mut self, checks: &[(&str, fn(&T))], prepare: impl FnOnce() -> T) {
        let wanted =
            |name: &str| self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter));
        let checks: Vec<&(&str, fn(&T))> = checks.iter().filter(|(name, _)| wanted(name)).collect();
        if self.list {
            checks.iter().for_each(|(name, _)| println!("{name}: test"));
            return;
        }
        if checks.is_empty() {
            return;
        }
        println!("\nrunning {} tests", checks.len());
        let prepared = catch_unwind(AssertUnwindSafe(prepare)).ok();
        for (name, check) in checks {
            let outcome =
                prepared.as_ref().map(|prepared| catch_unwind(AssertUnwindSafe(|| check(prepared))));
            self.note(name, matches!(outcome, Some(Ok(()))));
        }
        self.note("nothing_is_left_behind", catch_unwind(AssertUnwindSafe(|| drop(prepared))).is_ok());
    }

    fn note(&mut self, name: &str, passed: bool) {
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        if passed {
            self.passed += 1;
        } else {
            self.failed.push(name.to_owned());
        }
    }

    /// Prints the result.
    pub(crate) fn finish(self) -> ExitCode {
        if self.list {
            return ExitCode::SUCCESS;
        }
        let (passed, failed) = (self.passed, self.failed.len());
        if failed == 0 {
            println!("\ntest result: ok. {passed} passed; 0 failed\n");
            return ExitCode::SUCCESS;
        }
        println!("\nfailures:\n    {}", self.failed.join("\n    "));
        println!("\ntest result: FAILED. {passed} passed; {failed} failed\n");
        ExitCode::FAILURE
    }
}
