//! Elements that write more into the boot loader's settings than they are asked for.
//!
//! That the settings themselves are quoted is shown beside the code that writes them.

use std::sync::Arc;

use anyhow::Result;
use blankslate::element::Phase;
use blankslate::plugin::{BootLoader, LoaderRequest};
use blankslate::report::FailureCause;

use crate::boot::DISK;
use crate::trial::{Trial, hook_entry};

/// A boot loader that must not be asked for.
struct Untouched;

impl BootLoader for Untouched {
    fn install(&self, request: &LoaderRequest) -> Result<()> {
        panic!("{request:?}")
    }
}

#[test]
fn settings_of_the_boot_loader_are_words_and_consoles() {
    let element = "attack-boot";
    let refusals = [
        ("line", "'a\nGRUB_TERMINAL=x' is not one argument of a kernel"),
        ("line-quoted", "'a=\"\n\"; touch /ran; \"\"' is not one argument of a kernel"),
        ("zero", "'a\0b' is not one argument of a kernel"),
        ("open", "'a=\"; touch /ran' is not one argument of a kernel"),
        ("console-quote", "'ttyS0\"; touch /ran; \"' is not a console such as ttyS0,115200"),
        ("console-command", "'$(touch /ran)' is not a console such as ttyS0,115200"),
        ("console-argument", "'ttyS0 init=/bin/sh' is not a console such as ttyS0,115200"),
    ];
    let hooks: String = refusals.iter().map(|(hook, _)| hook_entry("finalise", hook)).collect();
    let manifest = format!("capabilities.block-device = true\n{hooks}");
    let trial = Trial::new().manifest(element, &manifest).grant(element, "block-device");
    let mut trial = trial.file("block-device-default.yaml", DISK).start();
    trial.boot_loader = Some(Arc::new(Untouched));
    for (hook, expected) in refusals {
        let refused = trial.run_in(Phase::Finalise, element, hook).unwrap_err();
        assert_eq!(refused, FailureCause::Returned(expected.to_owned()), "{hook}");
    }
    assert!(trial.runner.contributions().kernel_arguments.is_empty());
}
