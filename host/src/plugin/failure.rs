//! Errors of guests, in words for people.

use std::fmt::Write as _;

use wasmtime::{FrameInfo, Trap, WasmBacktrace};

use super::bindings::wit::types::Failure;
use super::limits::LimitReached;
use super::state::State;
use crate::report::FailureCause;
use crate::sys::signals::Interrupted;

/// Frames of a backtrace that are shown.
const FRAMES: usize = 12;

/// Why a call into a guest did not return.
pub(super) fn of_error(error: &wasmtime::Error, state: &State) -> FailureCause {
    if error.downcast_ref::<Interrupted>().is_some() {
        return FailureCause::Interrupted;
    }
    if let Some(LimitReached::Time(limit)) = error.downcast_ref::<LimitReached>() {
        return FailureCause::TimedOut(*limit);
    }
    FailureCause::Trap(trap_text(error, state.last_error()))
}

/// The guest's last words, what ended it, and where.
fn trap_text(error: &wasmtime::Error, last_words: Option<&str>) -> String {
    let cause = match error.downcast_ref::<LimitReached>() {
        Some(limit) => limit.to_string(),
        None => {
            error.downcast_ref::<Trap>().map_or_else(|| error.root_cause().to_string(), ToString::to_string)
        }
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

/// Functions by which Rust's standard library panics: they say nothing of the guest.
const PANICKING: [&str; 5] =
    ["__rustc::", "std::panicking::", "std::sys::backtrace::", "core::panicking::", "std::process::abort"];

fn write_backtrace(text: &mut String, backtrace: &WasmBacktrace) {
    let panics = |frame: &&FrameInfo| {
        let name = frame.func_name().map(demangled).unwrap_or_default();
        PANICKING.iter().any(|prefix| name.starts_with(prefix))
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

/// What a guest returned, its causes and its hint.
pub(super) fn returned(failure: &Failure) -> String {
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
