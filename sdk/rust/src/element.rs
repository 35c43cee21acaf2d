//! The trait an element implements.

use crate::bindings::wit::types::{HookCall, Phase};
use crate::register::phase_name;
use crate::{Error, Result};

/// An element: one method for each phase it has hooks in.
///
/// A method gets the hook's name as the manifest has it, so that an element
/// with several hooks in one phase can tell them apart.
///
/// ```
/// use blankslate_sdk::{Element, Result, rootfs};
///
/// struct Hello;
///
/// impl Element for Hello {
///     fn install(_hook: &str) -> Result {
///         rootfs::write("/etc/motd", "hello\n")?;
///         Ok(())
///     }
/// }
///
/// blankslate_sdk::register!(Hello);
/// # fn main() {}
/// ```
pub trait Element {
    /// Makes the root file system.
    fn root(hook: &str) -> Result {
        Err(unhandled(Phase::Root, hook))
    }

    /// Copies data from the build host.
    fn extra_data(hook: &str) -> Result {
        Err(unhandled(Phase::ExtraData, hook))
    }

    /// Prepares the tree for package installs.
    fn pre_install(hook: &str) -> Result {
        Err(unhandled(Phase::PreInstall, hook))
    }

    /// Installs software.
    fn install(hook: &str) -> Result {
        Err(unhandled(Phase::Install, hook))
    }

    /// Acts on what was installed.
    fn post_install(hook: &str) -> Result {
        Err(unhandled(Phase::PostInstall, hook))
    }

    /// Changes the tree for the last time before it is measured.
    fn post_root(hook: &str) -> Result {
        Err(unhandled(Phase::PostRoot, hook))
    }

    /// Provides a block device.
    fn block_device(hook: &str) -> Result {
        Err(unhandled(Phase::BlockDevice, hook))
    }

    /// Acts on the mounted image from outside.
    fn pre_finalise(hook: &str) -> Result {
        Err(unhandled(Phase::PreFinalise, hook))
    }

    /// Acts inside the mounted image: boot loaders are installed here.
    fn finalise(hook: &str) -> Result {
        Err(unhandled(Phase::Finalise, hook))
    }

    /// Removes what the build left.
    fn cleanup(hook: &str) -> Result {
        Err(unhandled(Phase::Cleanup, hook))
    }

    /// Runs a hook: calls the method of its phase.
    fn run(call: &HookCall) -> Result {
        let hook = call.name.as_str();
        match call.phase {
            Phase::Root => Self::root(hook),
            Phase::ExtraData => Self::extra_data(hook),
            Phase::PreInstall => Self::pre_install(hook),
            Phase::Install => Self::install(hook),
            Phase::PostInstall => Self::post_install(hook),
            Phase::PostRoot => Self::post_root(hook),
            Phase::BlockDevice => Self::block_device(hook),
            Phase::PreFinalise => Self::pre_finalise(hook),
            Phase::Finalise => Self::finalise(hook),
            Phase::Cleanup => Self::cleanup(hook),
        }
    }
}

fn unhandled(phase: Phase, hook: &str) -> Error {
    let phase = phase_name(phase);
    Error::new(format!(
        "the manifest lists the hook '{hook}' in phase {phase}, which the element's code does not handle"
    ))
    .hint(format!("implement Element::{} or remove the hook from element.toml", phase.replace('-', "_")))
}
