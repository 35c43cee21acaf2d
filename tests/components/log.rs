//! Lines of every level, and too many of them.

use blankslate::plugin::Limit;

use crate::trial::Trial;

#[test]
fn lines_of_every_level_arrive() {
    let trial = Trial::new().element("log", &["lines"], "").start();
    trial.succeed("log", "lines");
    assert_eq!(trial.output.tail(), ["for the author", "two", "lines", "off by 1", "failed"]);
}

#[test]
fn a_flood_is_dropped_with_a_warning() {
    let trial = Trial::new().element("log", &["flood"], "").limit(Limit::Output, 5000).start();
    trial.succeed("log", "flood");
    let last =
        "more than the limit of 5000 B of output; raise it with --limit output=10000B; the rest is dropped";
    assert_eq!(trial.output.tail().last().map(String::as_str), Some(last));
}
