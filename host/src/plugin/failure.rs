//! Errors of guests, in words for people.

use std::fmt::Write as _;

use wasmtime::component::ResourceTableError;
use wasmtime::{FrameInfo, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

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
        _ if error.is::<I32Exit>() => EXITED.to_owned(),
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

/// What is said of a guest that called `exit`; WASI does not pass the status on.
const EXITED: &str = "its code ended the program, as exit() does, where a hook returns or returns an error";

/// Whether a guest holds more of the host's things than it may.
fn is_handle_limit(error: &wasmtime::Error) -> bool {
    matches!(error.downcast_ref(), Some(ResourceTableError::Full))
}

/// Whether a guest passed more to the host in one call than it may. The
/// engine has no type for that error.
fn is_argument_limit(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("fuel allocated for hostcalls has been exhausted")
}

/// Beginnings of the functions by which standard libraries, runtimes and the SDKs panic or
/// end the program: they say nothing of the guest.
const ENDING: [&str; 13] = [
    "__rustc::",
    "std::panicking::",
    "std::sys::backtrace::",
    "std::sys::pal::",
    "core::panicking::",
    "std::process::abort",
    "std::process::exit",
    "std::sys::exit",
    "runtime.",
    "os.Exit",
    "syscall.Exit",
    "wasi_snapshot_preview1::",
    "blankslate_sdk_slate.tell",
];

/// What they and programs in C call in the end.
const ENDS: [&str; 5] = ["abort", "exit", "_Exit", "__wasi_proc_exit", "proc_exit"];

/// What is said of a function whose component does not carry its name.
const NAMELESS: &str = "a function without a name";

fn write_backtrace(text: &mut String, backtrace: &WasmBacktrace) {
    let frames = backtrace.frames();
    let frames = &frames[ending(frames.iter().map(name))..];
    let places = frames.iter().take(FRAMES).flat_map(places);
    for place in folded(places) {
        let _ = write!(text, "\n    {place}");
    }
    let hidden = frames.len().saturating_sub(FRAMES);
    if hidden > 0 {
        let _ = write!(text, "\n    and {hidden} more");
    }
}

/// How many of the innermost functions only end the guest. Runtimes have nameless ones among them.
fn ending(names: impl Iterator<Item = Option<String>>) -> usize {
    let ends = |name: &str| ENDS.contains(&name) || ENDING.iter().any(|prefix| name.starts_with(prefix));
    let leading = names.take_while(|name| name.as_deref().is_none_or(ends)).enumerate();
    leading.filter(|(_, name)| name.is_some()).last().map_or(0, |(index, _)| index + 1)
}

fn name(frame: &FrameInfo) -> Option<String> {
    frame.func_name().map(demangled)
}

/// Where a frame is in the source: several places where functions were put into each other.
fn places(frame: &FrameInfo) -> Vec<String> {
    let nameless = || name(frame).unwrap_or_else(|| NAMELESS.to_owned());
    let places = frame.symbols().iter().map(|symbol| {
        let name = symbol.name().map_or_else(nameless, demangled);
        match symbol.file() {
            Some(file) => format!("at {name} ({file}:{})", symbol.line().unwrap_or_default()),
            None => format!("at {name}"),
        }
    });
    let places: Vec<String> = places.collect();
    if places.is_empty() { vec![format!("at {}", nameless())] } else { places }
}

/// Lines of which those that repeat the one before are counted: what calls itself is told once.
fn folded(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut folded: Vec<(String, usize)> = Vec::new();
    for line in lines {
        match folded.last_mut() {
            Some((last, times)) if *last == line => *times += 1,
            _ => folded.push((line, 1)),
        }
    }
    let told = |(line, times)| if times == 1 { line } else { format!("{line}, {times} times") };
    folded.into_iter().map(told).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn count(names: &[&str]) -> usize {
        ending(names.iter().map(|name| (!name.is_empty()).then(|| (*name).to_owned())))
    }

    #[test]
    fn functions_that_end_a_guest_are_left_out() {
        assert_eq!(count(&["abort", "deep_inside", "abort"]), 1);
        assert_eq!(count(&["wasi_snapshot_preview1::exit", "proc_exit", "", "_Exit", "exit", "fault"]), 5);
        assert_eq!(count(&["", "fault"]), 0);
        assert_eq!(count(&["runtime.exit", "", "main.fault"]), 1);
        assert_eq!(count(&["", ""]), 0);
    }

    #[test]
    fn what_calls_itself_is_told_once() {
        let lines = ["at a", "at b", "at b", "at b", "at a"].map(str::to_owned);
        assert_eq!(folded(lines.into_iter()), ["at a", "at b, 3 times", "at a"]);
    }
}
