//! Errors of guests, in words for people.

use std::fmt::Write as _;

use wasmtime::component::ResourceTableError;
use wasmtime::{FrameInfo, Trap, WasmBacktrace};

use super::bindings::wit::types::Failure;
use super::limits::{Limit, LimitReached, Limits};
use super::state::State;
use crate::report::FailureCause;
use crate::sys::stop::Stopped;

/// Frames of a backtrace that are shown.
const FRAMES: usize = 12;

/// Why a call into a guest did not return.
pub(super) fn of_error(error: &wasmtime::Error, state: &State) -> FailureCause {
    match error.downcast_ref() {
        Some(Stopped::Interrupted(_)) => return FailureCause::Interrupted,
        Some(Stopped::TimedOut(_)) => return FailureCause::TimedOut(state.limits().time()),
        None => {}
    }
    FailureCause::Trap(trap_text(error, state.limits(), state.last_error()))
}

/// The guest's last words, what ended it, and where.
fn trap_text(error: &wasmtime::Error, limits: &Limits, last_words: Option<&str>) -> String {
    let cause = match (error.downcast_ref::<LimitReached>(), error.downcast_ref::<Trap>()) {
        (Some(limit), _) => limit.to_string(),
        (None, Some(Trap::StackOverflow)) => limits.reached(Limit::Stack).to_string(),
        (None, Some(trap)) => trap.to_string(),
        (None, None) if is_handle_limit(error) => limits.reached(Limit::Handles).to_string(),
        (None, None) if is_argument_limit(error) => limits.reached(Limit::Argument).to_string(),
        (None, None) => error.root_cause().to_string(),
    };
    let mut text = match last_words {
        Some(words) => format!("{words} ({cause})"),
        None => cause,
    };
    if let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() {
        write_backtrace(&mut text, backtrace);
    }
    text
}

/// Whether a guest holds more of the host's things than it may.
fn is_handle_limit(error: &wasmtime::Error) -> bool {
    matches!(error.downcast_ref(), Some(ResourceTableError::Full))
}

/// Whether a guest passed more to the host in one call than it may. The
/// engine has no type for that error.
fn is_argument_limit(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("fuel allocated for hostcalls has been exhausted")
}

/// Functions by which Rust's standard library, Go's runtime and its SDK panic: they say
/// nothing of the guest.
const PANICKING: [&str; 8] = [
    "__rustc::",
    "std::panicking::",
    "std::sys::backtrace::",
    "std::sys::pal::",
    "core::panicking::",
    "std::process::abort",
    "runtime.",
    "blankslate_sdk_slate.tell",
];

/// What they call in the end.
const ABORT: &str = "abort";

fn write_backtrace(text: &mut String, backtrace: &WasmBacktrace) {
    let panics = |frame: &&FrameInfo| {
        let name = frame.func_name().map(demangled).unwrap_or_default();
        name == ABORT || PANICKING.iter().any(|prefix| name.starts_with(prefix))
    };
    let frames = backtrace.frames();
    let frames = &frames[frames.iter().take_while(panics).count()..];
    for frame in frames.iter().take(FRAMES) {
        let symbols = frame.symbols();
        if symbols.is_empty() {
            let name = frame.func_name().map_or("a function without a name".to_owned(), demangled);
            let _ = write!(text, "\n    at {name}");
        }
        for symbol in symbols {
            let name = symbol.name().or(frame.func_name()).map_or("?".to_owned(), demangled);
            let _ = write!(text, "\n    at {name}");
            if let Some(file) = symbol.file() {
                let _ = write!(text, " ({file}:{})", symbol.line().unwrap_or_default());
            }
        }
    }
    let hidden = frames.len().saturating_sub(FRAMES);
    if hidden > 0 {
        let _ = write!(text, "\n    and {hidden} more");
    }
}

fn demangled(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

/// The most bytes of an error's words that are told.
const LONGEST: usize = 64 << 10;

/// What a guest returned, its causes and its hint, as far as a person would read it.
pub(super) fn returned(failure: &Failure) -> String {
    let mut text = words(failure);
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push_str("\n    (the rest is left out: of an error 64 KiB are told)");
    }
    text
}

fn words(failure: &Failure) -> String {
    let mut text = failure.message.clone();
    for cause in &failure.causes {
        let _ = write!(text, ": {cause}");
    }
    if let Some(hint) = &failure.hint {
        let _ = write!(text, "\n    hint: {hint}");
    }
    text
}

/// An error of the host, as a guest gets it.
pub(super) fn to_guest(error: &anyhow::Error) -> Failure {
    let mut chain = error.chain().map(ToString::to_string);
    Failure { message: chain.next().unwrap_or_default(), causes: chain.collect(), hint: None }
}
