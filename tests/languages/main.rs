//! The conformance element in every language: what each makes of an image is the same.

mod carried;
mod element;
mod events;
mod faults;
mod image;
mod origin;
#[path = "../tooling/mod.rs"]
mod tooling;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use element::{LANGUAGES, conformance, make, slate, template, tests};
use events::Events;
use image::{Entry, Run, build, tree};

#[test]
fn every_language_makes_the_same_tree_and_says_the_same() {
    let scratch = tooling::Scratch::new();
    let runs = LANGUAGES.iter().map(|language| conformance_tree(language, scratch.path()));
    let (events, trees): (Vec<_>, Vec<_>) = runs.unzip();

    let report = trees[0].get("srv/conformance/report").and_then(Entry::text).expect("there is a report");
    let expected = fs::read_to_string(tests().join("report.txt")).expect("reading report.txt");
    assert_eq!(report, expected, "{}'s report", LANGUAGES[0]);
    for (language, tree) in LANGUAGES.iter().zip(&trees) {
        assert_same(LANGUAGES[0], &trees[0], language, tree);
    }
    for (language, events) in LANGUAGES.iter().zip(&events) {
        let lines = LINES.map(|(hook, how, words)| (hook.into(), how.into(), words.into()));
        assert_eq!(events.lines, lines, "what {language} says");
        let progress = PROGRESS
            .map(|(hook, label, unit, done, total)| (hook.into(), label.into(), unit.into(), done, total));
        assert_eq!(events.progress, progress, "what {language} shows of its progress");
    }
}

/// What the conformance element says: hook, stream or level, and line.
const LINES: [(&str, &str, &str); 4] = [
    ("10-tree", "debug", "a line for debugging"),
    ("10-tree", "info", "a line of information"),
    ("10-tree", "warn", "a warning"),
    ("10-tree", "error", "an error that is none"),
];

/// What the conformance element shows at the end of each step: hook, label, unit, done, total.
const PROGRESS: [(&str, &str, &str, u64, u64); 1] = [("10-tree", "counting", "items", 3, 3)];

fn conformance_tree(language: &str, scratch: &Path) -> (Events, BTreeMap<String, Entry>) {
    let arguments = ["--grant", "conformance:chroot", "--log-format", "json"];
    let run = build(&conformance(language), &arguments, scratch, language);
    assert!(run.succeeded(), "building with {language}:\n{}", run.stderr);
    let tree = tree(&scratch.join(format!("{language}.tar")), &scratch.join(language));
    (Events::of("conformance", &run.stderr), tree)
}

/// Says which files differ rather than printing two trees.
fn assert_same(one: &str, left: &BTreeMap<String, Entry>, other: &str, right: &BTreeMap<String, Entry>) {
    let names = left.keys().chain(right.keys()).collect::<BTreeSet<_>>();
    for name in names {
        assert_eq!(left.get(name), right.get(name), "/{name}: {one} on the left, {other} on the right");
    }
}

#[test]
fn every_language_fails_in_its_own_words_alike() {
    let scratch = tooling::Scratch::new();
    for language in LANGUAGES {
        let arguments = ["--grant", "conformance:chroot", "--set", "conformance.fail=true"];
        let run = build(&conformance(language), &arguments, scratch.path(), language);
        assert_eq!(run.status, Some(1), "{language}:\n{}", run.stderr);
        for words in [
            "refusing on purpose",
            "the parameter 'fail' is true",
            "nothing else is wrong",
            "set it to false",
        ] {
            assert!(run.stderr.contains(words), "{language} does not say '{words}':\n{}", run.stderr);
        }
    }
}

#[test]
fn every_language_asks_for_what_was_not_granted_alike() {
    let scratch = tooling::Scratch::new();
    for language in LANGUAGES {
        let run = build(&conformance(language), &[], scratch.path(), language);
        assert_ne!(run.status, Some(0), "{language} ran a program without the grant");
        let error = run.stderr.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
        for words in ["hook 50-command of element conformance", "grant it with --grant conformance:chroot"] {
            assert!(error.contains(words), "{language} does not say '{words}':\n{}", run.stderr);
        }
    }
}

#[test]
fn every_language_does_the_same_in_a_rehearsal() {
    let cases = tests().join("rehearsal");
    for language in LANGUAGES {
        let results = slate(&[&"element", &"test", &conformance(language), &"--tests", &cases]);
        assert_eq!(results, "passed default\n", "{language}");
    }
}

#[test]
fn javascript_is_refused_owners_that_no_file_can_have() {
    let element = make("owners", "js", &tests().join("js-owners"));
    let cases = tests().join("js-owners/tests");
    let results = slate(&[&"element", &"test", &element, &"--tests", &cases]);
    assert_eq!(results, "passed default\n");
}

/// What is said of components whose toolchain imports the API whether it is used or not.
const IMPORTS_EVERYTHING: &str = "\
note: the component imports the whole API, as its toolchain does: what it uses is not known [imports-everything]
    `slate element test` denies what is not declared
";

#[test]
fn every_new_element_is_complete() {
    let scratch = tooling::Scratch::new();
    for language in LANGUAGES {
        let folder = template(language);
        let results = slate(&[&"element", &"test", &folder]);
        assert_eq!(results, "passed default\npassed given\n", "{language}");
        let found = slate(&[&"element", &"check", &folder, &"--strict"]);
        let expected =
            if ["js", "python"].contains(&language) { IMPORTS_EVERYTHING } else { "nothing found\n" };
        assert_eq!(found, expected, "{language}");

        let element = folder.join("hello.wasm");
        let run = build(&element, &["--set", "hello.greeting=hi"], scratch.path(), language);
        assert!(run.succeeded(), "building with {language}'s template:\n{}", run.stderr);
        let tree = tree(&scratch.join(format!("{language}.tar")), &scratch.join(language));
        let motd = tree.get("etc/motd").and_then(Entry::text);
        assert_eq!(motd, Some("hi\n"), "{language}'s template");
    }
}

impl Run {
    fn succeeded(&self) -> bool {
        self.status == Some(0)
    }
}
