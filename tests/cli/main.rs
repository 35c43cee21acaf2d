//! The command line as people and programs meet it: exact output, exact errors, exit statuses.
//!
//! Golden plans are in `plans/`. After a change that is meant, write them
//! anew and look at the difference:
//!
//! ```text
//! UPDATE_GOLDEN=1 cargo test --release --test cli
//! git diff tests/cli/plans
//! ```

mod api;
mod authoring;
mod bad_input;
mod bad_options;
mod bad_variables;
mod elements;
mod image_file;
mod plans;
mod readmes;
mod rehearsals;
mod released;
mod slate;
#[path = "../tooling/mod.rs"]
mod tooling;
