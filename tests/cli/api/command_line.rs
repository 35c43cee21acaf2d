//! What the documents of the API say of the command line is there.

use std::collections::BTreeSet;
use std::fs;

use blankslate::plugin::Limit;

use super::quoted;
use crate::slate::{run, tests};

/// How the documents name limits in a sentence: `the limit on answers`.
const LIMITS: [(&str, &str); 7] = [
    ("answers", "answer"),
    ("downloads", "download"),
    ("entries", "entries"),
    ("open handles", "handles"),
    ("output", "output"),
    ("requests", "requests"),
    ("what is written", "written"),
];

/// The text of everything in `wit/`, by name, each as one line.
fn documents() -> Vec<(String, String)> {
    let entries = fs::read_dir(tests().join("../wit")).expect("listing the WIT package");
    let paths = entries.map(|entry| entry.expect("listing the WIT package").path());
    let text = |path: &std::path::Path| {
        let text = fs::read_to_string(path).expect("reading the WIT package").replace("///", "");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let mut texts: Vec<_> = paths
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), text(&path)))
        .collect();
    texts.sort();
    texts
}

/// The options among words in backquotes: `--limit` of `--limit memory=2GiB`.
fn options(text: &str) -> BTreeSet<&str> {
    let words = quoted(text).into_iter().flat_map(str::split_whitespace);
    let options = words.filter(|word| word.starts_with("--"));
    options.map(|word| word.split(['=', '[']).next().unwrap_or_default()).collect()
}

#[test]
fn every_option_that_is_named_exists() {
    let help = run("build --help").stdout;
    let known: BTreeSet<&str> =
        help.split([' ', '\n', ',', '=']).filter(|word| word.starts_with("--")).collect();
    let mut named = 0;
    for (name, text) in documents() {
        for option in options(&text) {
            assert!(known.contains(option), "{name} names the option {option}, which `slate build` has not");
            named += 1;
        }
    }
    assert!(named > 1, "only {named} options were found");
}

#[test]
fn every_limit_that_is_named_exists() {
    let mut named = BTreeSet::new();
    for (name, text) in documents() {
        for (at, lead) in text.match_indices("limit on ") {
            let words = &text[at + lead.len()..];
            let limit = LIMITS.iter().find(|(noun, _)| words.starts_with(noun));
            let (noun, limit) = limit.unwrap_or_else(|| panic!("{name} names a limit on {words:.30}"));
            assert!(limit.parse::<Limit>().is_ok(), "{name} names the limit on {noun}, which is not there");
            named.insert(*noun);
        }
        for argument in quoted(&text).into_iter().filter_map(|words| words.strip_prefix("--limit ")) {
            let limit = argument.split('=').next().unwrap_or_default();
            assert!(limit.parse::<Limit>().is_ok(), "{name} gives the limit '{limit}', which is not there");
        }
    }
    assert_eq!(named, LIMITS.map(|(noun, _)| noun).into(), "limits that the documents name");
}
