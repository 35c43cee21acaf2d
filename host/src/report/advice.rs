//! What to try after a failure.

use crate::report::failure::{BuildFailure, FailureCause, HookFailure};
use crate::report::options::Verbosity;

/// Sentences, the most useful first. None after an interrupt: whoever pressed
/// Ctrl-C knows what to do next.
pub(crate) fn advice(failure: &BuildFailure, verbosity: Verbosity) -> Vec<String> {
    match failure {
        BuildFailure::Interrupted { .. } => Vec::new(),
        BuildFailure::Hook(HookFailure { cause: FailureCause::Interrupted, .. }) => Vec::new(),
        BuildFailure::Hook(failure) => hook(failure, verbosity),
        BuildFailure::Error { .. } if verbosity >= Verbosity::Verbose => Vec::new(),
        BuildFailure::Error { .. } => vec!["again with -v: it shows each command as it is run".to_owned()],
    }
}

fn hook(failure: &HookFailure, verbosity: Verbosity) -> Vec<String> {
    let mut advice = Vec::new();
    match &failure.cause {
        FailureCause::Trap(_) => advice.push(format!(
            "tell the author of element {}: a trap is its own bug, or a limit it ran into",
            failure.element
        )),
        FailureCause::Returned(_) => advice
            .push(format!("`slate plan`: it shows the parameters and grants of element {}", failure.element)),
        _ => {}
    }
    if verbosity < Verbosity::Verbose {
        advice
            .push("again with -v: it shows what every hook prints, and each command as it is run".to_owned());
    }
    advice.push("again with --keep: it keeps the tree as the hook left it".to_owned());
    advice
}
