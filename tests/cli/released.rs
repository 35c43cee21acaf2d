//! Components that were compiled against released worlds, and one of another world.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use blankslate::element::manifest::api::RELEASES;
use blankslate::plugin::{API_VERSION, inspect};
use sha2::{Digest, Sha256};

use crate::slate::{command, command_without_rights, compiling, finish, tests};
use crate::tooling::Scratch;

fn released() -> Vec<PathBuf> {
    let entries = fs::read_dir(tests().join("released")).expect("listing the released worlds");
    let paths = entries.map(|entry| entry.expect("listing the released worlds").path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "wasm")).collect()
}

/// The interfaces of the element API that elements import.
fn interfaces() -> BTreeSet<String> {
    let exported = ["lifecycle", "package-manager", "service-manager", "types", "world"];
    let entries = fs::read_dir(tests().join("../wit")).expect("listing the WIT package");
    let names = entries.filter_map(|entry| {
        let name = entry.expect("listing the WIT package").file_name().into_string().ok()?;
        name.strip_suffix(".wit").map(str::to_owned)
    });
    names.filter(|name| !exported.contains(&name.as_str())).collect()
}

#[test]
fn every_released_world_loads_and_does_what_it_did() {
    let scratch = Scratch::new();
    let worlds = released();
    let newest = worlds.iter().any(|path| path.ends_with(format!("{API_VERSION}.wasm")));
    assert!(newest, "no component is kept of version {API_VERSION}: tests/released/freeze.sh {API_VERSION}");
    for component in worlds {
        let info = inspect(&fs::read(&component).expect("reading a component")).expect("a component");
        let version = component.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
        assert_eq!(info.api, version, "{}", component.display());
        assert!(info.is_distribution());
        if version.as_deref() == Some(API_VERSION) {
            let own = |name: &String| !name.starts_with("wasi:") && name != "types";
            let imported = info.imports.into_keys().filter(own);
            assert_eq!(imported.collect::<BTreeSet<_>>(), interfaces(), "{}", component.display());
        }

        let cases = tests().join("released/cases").join(version.expect("a version"));
        let mut test = command();
        test.args(["element", "test"]).arg(&component).arg("--tests").arg(cases);
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
        let run = finish(test.env("XDG_CACHE_HOME", cache).current_dir(scratch.path()));
        assert_eq!((run.status, run.stdout.as_str()), (Some(0), "passed all\n"), "{}", component.display());
    }
}

/// A component that was released is never made anew, whatever else changes.
#[test]
fn what_is_released_stays_as_it_is() {
    let known = fs::read_to_string(tests().join("released/SHA256SUMS")).expect("reading the digests");
    let line = |path: &PathBuf| {
        let digest = Sha256::digest(fs::read(path).expect("reading a component"));
        format!("{digest:x}  {}\n", path.file_name().and_then(|name| name.to_str()).expect("a name"))
    };
    let mut found: Vec<String> = released().iter().map(line).collect();
    found.sort();
    let mut known: Vec<String> = known.lines().map(|line| format!("{line}\n")).collect();
    known.sort();
    assert_eq!(found, known);
}

#[test]
fn every_release_has_a_component_and_what_it_did() {
    let mut kept: Vec<_> =
        released().iter().map(|path| path.file_stem().expect("a name").to_owned()).collect();
    kept.sort();
    assert_eq!(kept, RELEASES);
    for release in RELEASES {
        let expected = tests().join("released/cases").join(release).join("all/expected.txt");
        assert!(expected.is_file(), "{}", expected.display());
    }
}

/// The script that keeps a component of the next version, where that is not kept yet.
#[test]
fn the_version_of_this_tree_can_be_frozen_once() {
    let scratch = Scratch::new();
    let repository = tests().join("..").canonicalize().expect("the repository");
    for folder in ["sdk", "wit"] {
        symlink(repository.join(folder), scratch.join(folder)).expect("linking a folder");
    }
    let released = scratch.make_dir("tests/released");
    for part in ["cases", "element", "freeze.sh"] {
        let copied =
            Command::new("cp").arg("-R").arg(tests().join("released").join(part)).arg(&released).status();
        assert!(copied.expect("running cp").success());
    }
    let text = |path: &str| fs::read_to_string(released.join(path)).expect("reading what was kept");
    let expected = format!("cases/{API_VERSION}/all/expected.txt");
    let before = text(&expected);
    let freeze = |version: &str| {
        let mut sh = Command::new("sh");
        sh.env_clear();
        let mut freeze = compiling(sh, &scratch);
        freeze.arg(released.join("freeze.sh")).arg(version).env("SLATE", env!("CARGO_BIN_EXE_slate"));
        finish(&mut freeze)
    };

    let other = freeze("0.0.9");
    let told = "wit/world.wit is not of version 0.0.9: change it first\n";
    assert_eq!((other.status, other.stderr.as_str()), (Some(1), told));
    let frozen = freeze(API_VERSION);
    assert_eq!((frozen.status, frozen.stdout.ends_with("unchanged all\n")), (Some(0), true), "{frozen:?}");
    assert_eq!(text(&expected), before);
    let bytes = fs::read(released.join(format!("{API_VERSION}.wasm"))).expect("reading the component");
    assert_eq!(inspect(&bytes).expect("a component").api.as_deref(), Some(API_VERSION));
    let sums = format!("{:x}  {API_VERSION}.wasm\n", Sha256::digest(&bytes));
    assert_eq!(text("SHA256SUMS"), sums);
    let again = freeze(API_VERSION);
    assert!(again.status == Some(1) && again.stderr.ends_with(" exists: what is released does not change\n"));
    assert_eq!(text("SHA256SUMS"), sums);
}

#[test]
fn a_rehearsal_needs_no_rights() {
    let scratch = Scratch::new();
    let home = scratch.make_dir("home");
    fs::set_permissions(&home, fs::Permissions::from_mode(0o777)).expect("opening a directory");
    let released = tests().join("released");
    fs::copy(released.join("0.1.0.wasm"), scratch.join("0.1.0.wasm")).expect("copying a component");
    let copied = Command::new("cp").arg("-R").arg(released.join("cases")).arg(scratch.path()).status();
    assert!(copied.expect("running cp").success());
    let mut test = command_without_rights(scratch.path());
    let run =
        finish(test.args(["element", "test", "0.1.0.wasm", "--tests", "cases/0.1.0"]).env("HOME", &home));
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("passed all\n", ""));
    assert_eq!(run.status, Some(0));
}

#[test]
fn another_world_is_refused_with_both_versions() {
    let scratch = Scratch::new();
    let mut bytes = fs::read(tests().join("released/0.1.0.wasm")).expect("reading a component");
    let (from, to) = (b"@0.1.0", b"@0.9.0");
    for at in 0..bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
    fs::write(scratch.join("future.wasm"), bytes).expect("writing a component");
    let checked = finish(command().args(["element", "check", "future.wasm"]).current_dir(scratch.path()));
    assert_eq!(checked.status, Some(1));
    assert!(
        checked.stdout.starts_with(
            "error: built for version 0.9.0 of blankslate:element, which this slate does not know (it knows 0.1.0); \
             build the element anew with the SDK of this slate, or use a newer slate [component]\n"
        ),
        "{}",
        checked.stdout
    );
}
