//! Documents name commands and options that exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::slate::{command, finish, run, tests};
use crate::tooling::Scratch;

/// Documents for users and authors, and folders of them, beside the tests' folder.
const DOCUMENTS: [&str; 7] =
    ["CHANGELOG.md", "README.md", "elements-shell", "elements-wasm", "host", "sdk", "wit"];

/// Folders that compilers fill.
const COMPILED: &str = "target";

/// What a document has people type, with what `--help` says of each command, read once.
#[derive(Default)]
struct Commands {
    help: BTreeMap<Vec<String>, String>,
    looked_at: usize,
}

impl Commands {
    /// Looks at all commands of a document.
    fn look_at(&mut self, document: &Path) {
        let text =
            fs::read_to_string(document).unwrap_or_else(|error| panic!("{}: {error}", document.display()));
        for typed in typed(&text) {
            let words: Vec<&str> = typed.split_whitespace().skip(1).collect();
            let help = self.help(&words, document);
            for option in words.iter().filter(|word| word.starts_with('-')) {
                let option = option.split(['=', '[']).next().unwrap_or_default();
                let known = help.split([' ', '\n', ',', '=', '[', '`']).any(|word| word == option);
                assert!(known, "{}: `{typed}`: there is no {option}", document.display());
            }
            self.looked_at += 1;
        }
    }

    fn help(&mut self, words: &[&str], document: &Path) -> &str {
        let count = if words.first() == Some(&"element") { 2 } else { 1 };
        let is_name = |word: &&&str| word.chars().all(|c| c.is_ascii_lowercase());
        let names: Vec<String> =
            words.iter().take(count).take_while(is_name).map(|it| (*it).into()).collect();
        self.help.entry(names).or_insert_with_key(|names| {
            let names = names.join(" ");
            let help = run(&format!("{names} --help"));
            assert_eq!(help.status, Some(0), "{}: `slate {names}`: {}", document.display(), help.stderr);
            help.stdout
        })
    }
}

/// Calls of `slate` in blocks of code and in backquotes, each as one line.
fn typed(text: &str) -> Vec<String> {
    let mut calls = Vec::new();
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 1 {
            let lines = part.replace("\\\n", " ");
            let lines = lines.lines().filter_map(|line| line.split(" #").next());
            calls.extend(lines.map(str::trim).map(str::to_owned));
        } else {
            calls.extend(part.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    calls.retain(|call| call.starts_with("slate "));
    calls.iter().map(|call| call.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn documents(path: &Path, found: &mut BTreeSet<PathBuf>) {
    if path.is_dir() {
        let entries =
            fs::read_dir(path).expect("listing documents").map(|entry| entry.expect("listing").path());
        entries.filter(|path| !path.ends_with(COMPILED)).for_each(|path| documents(&path, found));
    } else if path.extension().is_some_and(|extension| extension == "md") {
        found.insert(path.to_owned());
    }
}

#[test]
fn calls_are_found_in_blocks_and_in_sentences() {
    let text = "Use `slate element test\n--update` or `x`.\n```sh\nslate plan \\\n  debian   # plan\nls\n```\n`slate`\n";
    assert_eq!(typed(text), ["slate element test --update", "slate plan debian"]);
}

#[test]
fn every_document_names_commands_that_exist() {
    let mut found = BTreeSet::new();
    DOCUMENTS.iter().for_each(|name| documents(&tests().join("..").join(name), &mut found));
    let mut commands = Commands::default();
    found.iter().for_each(|document| commands.look_at(document));
    assert!(found.len() > 15 && commands.looked_at > 100, "{} in {found:?}", commands.looked_at);
}

#[test]
fn every_new_element_has_a_document_of_commands_that_exist() {
    let scratch = Scratch::new();
    for language in ["rust", "c", "go", "js", "python"] {
        let mut new = command();
        let folder = scratch.join(language).join("greeter");
        scratch.make_dir(language);
        assert_eq!(finish(new.args(["element", "new", "--lang", language]).arg(&folder)).status, Some(0));
        let mut commands = Commands::default();
        commands.look_at(&folder.join("README.md"));
        assert!(commands.looked_at > 4, "{language}: only {} commands", commands.looked_at);
    }
}
