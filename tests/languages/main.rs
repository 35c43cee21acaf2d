//! The conformance element in every language: what each makes of an image is the same.

mod element;
mod image;
#[path = "../tooling/mod.rs"]
mod tooling;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use element::{LANGUAGES, conformance, slate, template, tests};
use image::{Entry, Run, build, tree};

#[test]
fn every_language_makes_the_same_tree() {
    let scratch = tooling::Scratch::new();
    let trees: Vec<_> = LANGUAGES.iter().map(|language| conformance_tree(language, scratch.path())).collect();

    let report = trees[0].get("srv/conformance/report").and_then(Entry::text).expect("there is a report");
    let expected = fs::read_to_string(tests().join("report.txt")).expect("reading report.txt");
    assert_eq!(report, expected, "{}'s report", LANGUAGES[0]);
    for (language, tree) in LANGUAGES.iter().zip(&trees) {
        assert_same(LANGUAGES[0], &trees[0], language, tree);
    }
}

fn conformance_tree(language: &str, scratch: &Path) -> BTreeMap<String, Entry> {
    let run = build(&conformance(language), &["--grant", "conformance:chroot"], scratch, language);
    assert!(run.succeeded(), "building with {language}:\n{}", run.stderr);
    tree(&scratch.join(format!("{language}.tar")), &scratch.join(language))
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
