//! Everything that ends a guest before its time.

use blankslate::plugin::Limit;

use crate::trial::{Loaded, Trial};

const HOOKS: [&str; 7] = ["returned", "panic", "loop", "memory", "recursion", "handles", "argument"];

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

#[test]
fn a_panic_names_its_place_and_the_functions_that_led_there() {
    let trap = start().trapped("failures", "panic");
    assert!(trap.starts_with("panicked at examples/failures.rs:"), "{trap}");
    assert!(trap.contains("index out of bounds: the len is 0 but the index is 7 (wasm trap: "), "{trap}");
    assert!(trap.contains("\n    at deep_inside (") && trap.contains("examples/failures.rs:"), "{trap}");
}

#[test]
fn a_build_tells_of_a_trap_with_all_that_its_author_needs() {
    let trial = Trial::beside_a_system().element("failures", &["panic"], "");
    let output = trial.build(&[]);
    let text = trial.masked(&output.stderr);
    // What called the function that panicked changes with the compiler.
    let (places, lines): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("        at ") || line.starts_with("        and "));
    assert!(places[0].starts_with("        at deep_inside ("), "{text}");
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
            .replace("LINE", &line_of("empty[index]"))
    );
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]));
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
    let trap = start().trapped("failures", "recursion");
    assert!(trap.contains("call stack exhausted") && trap.contains("failures::endless"), "{trap}");
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
