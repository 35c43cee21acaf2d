//! `slate element check` where an element has rehearsals: what its hooks use by
//! name against what its manifest declares.

use std::fs;
use std::process::Command;

use blankslate::authoring::check::{Finding, Rehearsals, Severity, check};
use blankslate::element::Library;
use blankslate::plugin::Limits;
use blankslate_element_build::embed_manifest;

use crate::rehearsal::folder;
use crate::tooling::Scratch;
use crate::trial::{component, hook_entry};

/// The rehearsal that most of these elements have, with nothing given.
const PLAIN: (&str, &str) = ("tests/plain/case.toml", "");

/// What is found about rehearsals in an element of a guest program: code and capability.
fn found(guest: &str, hook: &str, manifest: &str, files: &[(&str, &str)]) -> Vec<Finding> {
    let scratch = Scratch::new();
    let folder = folder(&scratch, guest, &[hook], manifest, files);
    let rehearsals = Rehearsals {
        cases: &folder.join("tests"),
        cache: env!("CARGO_TARGET_TMPDIR").as_ref(),
        limits: &Limits::default(),
    };
    let about_documents = |it: &Finding| it.code.starts_with("no-summary") || it.code == "no-readme";
    check(&folder, &Library::default(), Some(rehearsals))
        .into_iter()
        .filter(|it| !about_documents(it))
        .collect()
}

fn capabilities(findings: &[Finding], code: &str) -> Vec<String> {
    let of_code = findings.iter().filter(|it| it.code == code);
    of_code.map(|it| it.capability.clone().unwrap_or_default()).collect()
}

#[test]
fn what_a_rehearsal_uses_is_held_against_the_manifest() {
    let granted = ("tests/plain/case.toml", "[parameters]\ngranted = '/etc/granted'\n");
    let url = ("tests/plain/case.toml", "[parameters]\nurl = 'https://e.org/x'\ndigest = ''\n");
    let one_name = "parameters.granted = { type = 'string' }\ncapabilities.host-files = ['/etc/granted']";
    let one_url = "parameters.url = { type = 'string' }\nparameters.digest = { type = 'string' }\ncapabilities.urls = ['https://e.org/']";
    for (guest, hook, manifest, case, used, unused) in [
        (
            "command",
            "ungranted",
            "capabilities.chroot = true",
            PLAIN,
            &["host-program=id"][..],
            &["chroot"][..],
        ),
        (
            "command",
            "denied-chroot",
            "capabilities.host-programs = [{ program = 'cat' }]",
            PLAIN,
            &["chroot"],
            &["host-program=cat"],
        ),
        ("command", "denied-chroot", "capabilities.chroot = true", PLAIN, &[], &[]),
        // What a case denies was used all the same.
        (
            "command",
            "denied-chroot",
            "capabilities.chroot = true",
            ("tests/plain/case.toml", "denied = ['chroot']"),
            &[],
            &[],
        ),
        // One of the two is enough.
        (
            "command",
            "ungranted",
            "capabilities.host-programs = [{ program = 'cat', alternative = 'id' }]",
            PLAIN,
            &[],
            &[],
        ),
        (
            "params",
            "undeclared-environment",
            "capabilities.environment = ['GIVEN']",
            PLAIN,
            &["environment=PATH"],
            &["environment=GIVEN"],
        ),
        ("params", "environment", "capabilities.environment = ['GIVEN']", PLAIN, &[], &[]),
        ("host-files", "shadow", one_name, granted, &["host-file=/etc/shadow"], &["host-file=/etc/granted"]),
        ("fetch", "elsewhere", one_url, url, &["url=https://example.org/elsewhere"], &["url=https://e.org/"]),
    ] {
        let findings = found(guest, hook, manifest, &[case]);
        assert_eq!(capabilities(&findings, "undeclared-capability"), used, "{guest} {hook}: {findings:?}");
        let unrehearsed: Vec<String> = ["unused-capability", "unrehearsed-capability"]
            .iter()
            .flat_map(|code| capabilities(&findings, code))
            .collect();
        assert_eq!(unrehearsed, unused, "{guest} {hook}: {findings:?}");
    }
}

/// What the command prints, with its exit status.
fn checked(files: &[(&str, &str)], manifest: &str, options: &[&str]) -> (Option<i32>, String, String) {
    let scratch = Scratch::new();
    let documents = [("README.md", "What it is.\n")];
    let folder = folder(
        &scratch,
        "command",
        &["ungranted"],
        &format!("summary = 'x'\n{manifest}"),
        &[files, &documents].concat(),
    );
    let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
    slate.args(["element", "check"]).arg(&folder).args(options);
    let output = slate.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")).output().unwrap();
    (output.status.code(), scratch.masked(&output.stdout), scratch.masked(&output.stderr))
}

#[test]
fn the_command_tells_each_name_and_fails_for_what_is_not_declared() {
    let declared = "capabilities.chroot = true";
    let text = "\
error: hook install 50-ungranted uses host-program=id in the rehearsal 'plain', and element.toml does not ask for it [undeclared-capability]
    add host-programs = [{ program = \"id\" }] under [capabilities]; else it is denied
note: chroot is declared, and no rehearsal used it [unrehearsed-capability]
    rehearse the hook that uses it, or leave it out
";
    let mend = "error: 1 finding to mend\n";
    assert_eq!(checked(&[PLAIN], declared, &[]), (Some(1), text.to_owned(), mend.to_owned()));

    let (status, json, _) = checked(&[PLAIN], declared, &["--json"]);
    let findings: serde_json::Value = serde_json::from_str(&json).unwrap();
    let told: Vec<_> = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["code"].as_str(), it["capability"].as_str()))
        .collect();
    let expected = [
        (Some("undeclared-capability"), Some("host-program=id")),
        (Some("unrehearsed-capability"), Some("chroot")),
    ];
    assert_eq!((status, told.as_slice()), (Some(1), &expected[..]));
}

#[test]
fn notes_do_not_fail() {
    let both = "capabilities.chroot = true\ncapabilities.host-programs = [{ program = 'id' }]";
    let note = "\
note: chroot is declared, and no rehearsal used it [unrehearsed-capability]
    rehearse the hook that uses it, or leave it out
";
    assert_eq!(checked(&[PLAIN], both, &["--strict"]), (Some(0), note.to_owned(), String::new()));
}

#[test]
fn rehearsals_that_are_missing_are_told_once() {
    let both = "capabilities.chroot = true\ncapabilities.host-programs = [{ program = 'id' }]";
    let told = "no rehearsal says what the hooks do, nor which variables, files, programs and URLs they use [no-tests]
    write one with `slate element test --update`; its --help says what a case holds
";
    let of_folder = format!("warning: {told}");
    let empty = ("tests/README.md", "None so far.\n");
    assert_eq!(checked(&[], both, &[]), (Some(0), of_folder.clone(), String::new()));
    assert_eq!(checked(&[empty], both, &[]), (Some(0), of_folder.clone(), String::new()));
    let mend = "error: 1 finding to mend\n".to_owned();
    assert_eq!(checked(&[], both, &["--strict"]), (Some(1), of_folder, mend));

    let scratch = Scratch::new();
    let manifest = format!("name = 'x'\nversion = '1'\napi = '0.1'\nsummary = 'x'\n{both}\n");
    let alone = scratch.join("x.wasm");
    let hook = hook_entry("install", "ungranted");
    fs::write(&alone, embed_manifest(component("command").to_vec(), &format!("{manifest}{hook}"))).unwrap();
    let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
    slate
        .args(["element", "check", "--strict"])
        .arg(&alone)
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    let output = slate.output().unwrap();
    let found = (output.status.code(), scratch.masked(&output.stdout));
    assert_eq!(found, (Some(0), format!("note: {told}")));
}

#[test]
fn a_rehearsal_that_cannot_be_run_is_an_error() {
    let findings = found("command", "ungranted", "", &[("tests/plain/case.toml", "paramters = {}")]);
    let errors: Vec<_> = findings.iter().filter(|it| it.code == "rehearsal").collect();
    let [error] = errors.as_slice() else { panic!("{findings:?}") };
    assert_eq!(error.severity, Severity::Error);
    assert!(
        error
            .message
            .ends_with("tests/plain/case.toml: unknown key 'paramters' (did you mean 'parameters'?)"),
        "{error:?}"
    );
}
