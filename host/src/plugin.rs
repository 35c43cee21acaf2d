//! Runs component elements: WebAssembly that can do what it was granted.
//!
//! 1. [`inspect`] tells, without running it, what a component imports, exports
//!    and was written against.
//! 2. [`Runner::new`] compiles a plan's components, or takes the compiled code
//!    from the cache, and checks that each can be linked.
//! 3. [`Runner::run`] runs a hook: a fresh instance, with a [`HookContext`]
//!    that says which tree it works on and what the host does for it.
//! 4. [`Runner::distribution`] manages packages and services through the
//!    distribution's component, for shell hooks and for the host.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `engine`, `compile`, `load` | the compiler, its cache, waiting for it, linking |
//! | `drive` | waits for guests, no longer than they may take |
//! | `state` | what one instance can reach |
//! | `limits`, `scratch` | how much a guest may use |
//! | `permission` | grants, and the words of a denial |
//! | `interfaces` | one file for each interface of `wit/` |
//! | `managers`, [`packaging`] | ways to the distribution, generic names |
//! | [`pattern`] | patterns of file names |
//! | `rehearsal` | stands in for the machine where hooks run without root |
//! | `failure` | errors in words for people |

mod bindings;
mod compile;
mod context;
mod drive;
mod engine;
mod failure;
mod inspect;
mod interfaces;
mod limits;
mod load;
mod managers;
pub mod packaging;
pub mod pattern;
mod permission;
mod rehearsal;
mod runner;
mod scratch;
mod series;
mod state;
mod stdio;
mod usage;

pub use context::{
    BootLoader, Contributions, Devices, Distribution, Firmware, HookContext, HostDistribution, Identity,
    InitScript, Lines, LoaderRequest, Ramdisk, UdevRules,
};
pub use inspect::{API_VERSION, ComponentInfo, InspectError, inspect};
pub use limits::{Limit, Limits, parse_limit};
pub use load::{LoadError, check};
pub use rehearsal::{Answers, Call, CommandAnswer, Rehearsal, Wish};
pub use runner::{Runner, Setting};
