#![doc = include_str!("../README.md")]
//! # Modules
//!
//! | module | what it is for |
//! | --- | --- |
//! | [`rootfs`] | the image's files |
//! | [`command`] | programs, in the image or on the build host |
//! | [`params`], [`image`] | the element's parameters, facts of the build |
//! | [`packages`], [`services`] | packages and services by generic names |
//! | [`fetch`], [`host_files`] | files from the network and from the build host |
//! | [`block_device`], [`boot`], [`ramdisk`] | disk, boot loader, ramdisk |
//! | [`log`], [`progress`] | what people see |
//! | [`distribution`] | what an element that makes an operating system implements besides |
//! | [`bindings`] | the raw interfaces |

pub mod bindings;
pub mod block_device;
pub mod boot;
pub mod command;
pub mod distribution;
mod element;
mod error;
pub mod fetch;
pub mod host_files;
pub mod image;
pub mod log;
pub mod packages;
pub mod params;
pub mod progress;
pub mod ramdisk;
mod register;
pub mod rootfs;
pub mod services;

pub use bindings::wit::types::Phase;
pub use command::Command;
pub use distribution::Distribution;
pub use element::Element;
pub use error::{Context, Error, Result};
#[doc(hidden)]
pub use register::{install_panic_hook, phase_name};
