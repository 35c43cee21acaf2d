//! Component elements against the real host: a guest program for each
//! interface of `wit/`, and one test file for each guest program. Then elements
//! that `slate` carries, on a distribution that is a component.

mod attacks;
mod block_device;
mod boot;
mod builtin;
mod checking;
mod command;
mod corpus;
mod coverage;
mod failures;
mod fetch;
mod full;
mod host_files;
mod image;
mod lifecycle;
mod limits;
mod loading;
mod log;
mod managers;
mod nodes;
mod old_commands;
mod packages;
mod params;
mod progress;
mod ramdisk;
mod rehearsal;
mod rootfs;
mod services;
mod speed;
#[path = "../tooling/mod.rs"]
mod tooling;
mod trial;
