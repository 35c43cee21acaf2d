//! blankslate: builds operating-system images out of elements.
//!
//! A build is five values, each made from its predecessor and consuming it:
//!
//! ```text
//! ImageSpec --plan--> Plan --build--> BuiltTree --assemble--> RawImage --export--> Vec<Artifact>
//! ```
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`spec`] | what a caller asks for: elements, formats, parameters |
//! | [`document`] | TOML that people write, unknown keys told |
//! | [`element`] | what an element is: manifest, hooks, files, where it was found |
//! | [`plan`] | the pure planner: everything a build will do, in order |
//! | [`build`](mod@build) | runs the hooks up to a finished tree |
//! | [`assemble`](mod@assemble) | block device, copy of the tree, boot loader, trim |
//! | [`export`](mod@export) | formats, checksums, atomic outputs |
//! | [`shell`], [`plugin`] | the two hook runners: bash hooks and WebAssembly components |
//! | [`authoring`] | makes, compiles, checks and rehearses elements |
//! | [`workspace`] | the directories one build owns |
//! | [`cli`] | the commands of `slate` |
//! | [`legacy`] | diskimage-builder's commands, on top of those |
//! | [`report`] | what people and programs see of a build |
//! | [`sys`] | the only home of unsafe code, mounts, loop devices, namespaces, chroot, spawning |
//!
//! Dependencies point down: [`legacy`], then [`cli`], then the stages, then elements and
//! runners, then [`sys`].

pub mod assemble;
pub mod authoring;
mod bound;
pub mod build;
pub mod cli;
pub mod document;
pub mod element;
pub mod export;
pub mod legacy;
mod nearest;
pub mod plan;
pub mod plugin;
pub mod report;
pub mod shell;
pub mod spec;
pub mod sys;
mod words;
pub mod workspace;
