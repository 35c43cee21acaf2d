//! Everything that ends a guest before its time.

use std::fs;
use std::path::Path;

use blankslate::plugin::Limit;

use crate::trial::{GUESTS, Loaded, Trial, component, hook_entry, patched};

const HOOKS: [&str; 8] =
    ["returned", "panic", "loop", "memory", "recursion", "nesting", "handles", "argument"];

fn trial() -> Trial {
    Trial::new().element("failures", &HOOKS, "")
}

fn start() -> Loaded {
    trial().start()
}

#[test]
fn a_returned_error_keeps_its_causes_and_its_hint() {
    assert_eq!(
        start().returned("failures", "returned"),
        "configuring: reading the port: invalid digit found in string\n    hint: give a number"
    );
}

/// The functions of the guest program that lead to its panic, innermost first, by what they do there.
const FRAMES: [(&str, &str); 3] = [
    ("deep_inside", "lines[index]"),
    ("set_port", "black_box(deep_inside(lines))"),
    ("configure", "black_box(set_port(lines))"),
];

/// What a trap says of the panic, and the first frames of its backtrace; the
/// rest are frames too, but what they are of changes with the compiler.
fn panic_with(bytes: &[u8]) -> (String, Vec<String>) {
    let manifest = format!(
        "name = 'failures'\nversion = '0.1.0'\napi = '0.1'\nprovides = ['operating-system']\n{}",
        hook_entry("install", "panic")
    );
    let trap = Trial::new().self_contained("failures", bytes, &manifest).start().trapped("failures", "panic");
    let (said, places) = trap.split_once("\n    ").expect("a backtrace");
    let places: Vec<String> = places.split("\n    ").map(str::to_owned).collect();
    assert!(places.iter().all(|place| place.starts_with("at ") || place.starts_with("and ")), "{trap}");
    (said.to_owned(), places.into_iter().take(FRAMES.len()).collect())
}

#[test]
fn a_trap_names_what_led_there_as_far_as_the_component_carries_it() {
    let said = format!(
        "panicked at examples/failures.rs:{}:\nindex out of bounds: the len is 0 but the index is 7 (wasm trap: wasm `unreachable` instruction executed)",
        line_of("lines[index]")
    );
    let places = |place: &dyn Fn(&str, &str) -> String| {
        (said.clone(), FRAMES.map(|(function, text)| place(function, text)).to_vec())
    };
    let whole = component("failures");
    let line = |text: &str| line_of(text).split(':').next().unwrap().to_owned();
    let source = fs::canonicalize(Path::new(GUESTS).join("examples/failures.rs")).unwrap();
    let in_source =
        |function: &str, text: &str| format!("at {function} ({}:{})", source.display(), line(text));
    assert_eq!(panic_with(whole), places(&in_source), "lines and names");
    let without_lines = patched(whole, b".debug_", b".gebug_");
    assert_eq!(
        panic_with(&without_lines),
        places(&|function, _| format!("at failures::{function}")),
        "names"
    );
    // How many are hidden behind those that are told changes with the compiler.
    let (nameless, places) = panic_with(&without_names(&without_lines));
    assert_eq!((nameless, places[0].as_str()), (said, "at a function without a name, 12 times"), "neither");
}

#[test]
fn a_build_tells_of_a_trap_with_all_that_its_author_needs() {
    let trial = Trial::beside_a_system().element("failures", &["panic"], "");
    let output = trial.build(&[]);
    let text = trial.masked(&output.stderr);
    // What called the function that panicked changes with the compiler.
    let (places, lines): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("        at ") || line.starts_with("        and "));
    for ((function, _), place) in FRAMES.iter().zip(&places) {
        assert!(place.starts_with(&format!("        at {function} (")), "{text}");
    }
    assert_eq!(
        lines.join("\n"),
        "\
TIME  root          phase 1 of 10: 1 hook, outside the chroot
TIME  root          10-make (system)
TIME  install       phase 4 of 10: 1 hook, in the chroot
TIME  install       50-panic (failures)
TIME  install       error: panicked at examples/failures.rs:LINE:
TIME  install       error: index out of bounds: the len is 0 but the index is 7
TIME  install       50-panic (failures) failed after TIME

error: hook 50-panic of element failures failed in phase install (in the chroot): the component trapped: panicked at examples/failures.rs:LINE:
    index out of bounds: the len is 0 but the index is 7 (wasm trap: wasm `unreachable` instruction executed)
  the last 2 lines it printed:
    | panicked at examples/failures.rs:LINE:
    | index out of bounds: the len is 0 but the index is 7
  log:  SCRATCH/work/slate-NAME/logs/04-install-50-panic-failures.log
  try:  tell the author of element failures: a trap is its own bug
        again with -v: it shows what every hook prints, and each command as it is run"
            .replace("LINE", &line_of("lines[index]"))
    );
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]));
}

/// The same component with other names for the sections that name functions.
fn without_names(bytes: &[u8]) -> Vec<u8> {
    let mut renamed = bytes.to_vec();
    for payload in wasmparser::Parser::new(0).parse_all(bytes) {
        match payload.unwrap() {
            wasmparser::Payload::CustomSection(section) if section.name() == "name" => {
                // Its length is one byte before it.
                let start = section.range().start + 1;
                renamed[start..start + 4].copy_from_slice(b"nome");
            }
            _ => {}
        }
    }
    assert_ne!(renamed, bytes);
    renamed
}

/// Line and column of a text of the guest program, as a panic tells them.
fn line_of(text: &str) -> String {
    let source = include_str!("guests/examples/failures.rs").lines().enumerate();
    let found = source.filter_map(|(number, line)| Some((number + 1, line.find(text)? + 1)));
    let places: Vec<String> = found.map(|(line, column)| format!("{line}:{column}")).collect();
    places.concat()
}

#[test]
fn an_endless_loop_ends_at_the_limit_of_computing() {
    let trial = trial().limit(Limit::Computing, 1).start();
    let trap = trial.trapped("failures", "loop");
    assert!(
        trap.starts_with(
            "more than the limit of 1 s of time in its own code; raise it with --limit computing=2s\n"
        ),
        "{trap}"
    );
}

#[test]
fn a_hook_ends_at_its_time() {
    let trial = trial().limit(Limit::Time, 1).start();
    let cause = trial.run("failures", "loop").unwrap_err();
    assert_eq!(cause.to_string(), "ran longer than its limit of 1 s; raise it with --limit time=2s");
}

#[test]
fn memory_is_bounded() {
    let trial = trial().limit(Limit::Memory, 64 << 20).start();
    let trap = trial.trapped("failures", "memory");
    assert!(
        trap.starts_with("more than the limit of 64 MiB of memory; raise it with --limit memory=128MiB\n"),
        "{trap}"
    );
}

#[test]
fn the_stack_is_bounded() {
    for (size, told) in [
        (None, "512 KiB of call stack; raise it with --limit stack=1MiB"),
        (Some(1 << 20), "1 MiB of call stack; raise it with --limit stack=2MiB"),
    ] {
        let trial = match size {
            Some(size) => trial().limit(Limit::Stack, size),
            None => trial(),
        };
        let trap = trial.start().trapped("failures", "recursion");
        let (said, places) = trap.split_once('\n').expect("a backtrace");
        assert_eq!(said, format!("more than the limit of {told}"));
        assert!(places.contains("failures::endless") || places.contains("at endless"), "{trap}");
    }
}

#[test]
fn calls_go_as_deep_as_the_stack_is_large() {
    let trap = start().trapped("failures", "nesting");
    assert!(trap.starts_with("more than the limit of 512 KiB of call stack; "), "{trap}");
    let wide = trial().limit(Limit::Stack, 32 << 20).start();
    assert_eq!(wide.returned("failures", "nesting"), "60000");
}

#[test]
fn handles_are_bounded() {
    let error = start().returned("failures", "handles");
    assert_eq!(
        error,
        "reading /file in the image: more than the limit of 128 open handles; raise it with --limit handles=256"
    );
}

#[test]
fn arguments_are_bounded() {
    let trap = start().trapped("failures", "argument");
    assert_eq!(
        trap.lines().next(),
        Some("more than the limit of 256 MiB of data from one call; raise it with --limit argument=512MiB")
    );
}
