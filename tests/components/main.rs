//! Component elements against the real host: a guest program for each
//! interface of `wit/`, and one test file for each guest program.

mod attacks;
mod block_device;
mod boot;
mod command;
mod corpus;
mod coverage;
mod failures;
mod fetch;
mod host_files;
mod image;
mod lifecycle;
mod loading;
mod log;
mod managers;
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
