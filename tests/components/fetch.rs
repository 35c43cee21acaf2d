//! Files by URL.

use std::fs;

use crate::trial::{Loaded, Trial};

const HOOKS: [&str; 5] = ["get", "mismatch", "absent", "offline", "elsewhere"];

/// The SHA-256 of `fetched`.
const DIGEST: &str = "0c7fcf412c36e9e1cfc3cca37cec9afedcfca86e1943f6827c36e88dfda41642";

fn trial(change: impl FnOnce(Trial) -> Trial) -> Loaded {
    let trial = Trial::new();
    let file = trial.join("served");
    fs::write(&file, "fetched").unwrap();
    let url = format!("file://{}", file.display());
    let folder = format!("file://{}/", file.parent().unwrap().display());
    let manifest = format!(
        "parameters.url = {{ type = 'string' }}\nparameters.digest = {{ type = 'string' }}\ncapabilities.urls = ['{folder}']\n"
    );
    let trial = trial.element("fetch", &HOOKS, &manifest).grant("fetch", &format!("url={folder}"));
    change(trial.set("fetch.url", &url).set("fetch.digest", DIGEST)).start()
}

#[test]
fn files_are_fetched_checked_and_found_again() {
    let trial = trial(|trial| trial);
    trial.succeed("fetch", "get");
    assert_eq!(trial.read("/fetched"), "fetched");
    fs::remove_file(trial.beside("served")).unwrap();
    assert!(trial.returned("fetch", "get").starts_with("fetching file://"));
}

#[test]
fn failures_are_told_apart() {
    let trial = trial(|trial| trial);
    trial.succeed("fetch", "mismatch");
    trial.succeed("fetch", "absent");
    assert_eq!(
        trial.returned("fetch", "elsewhere"),
        "element 'fetch' may not use url=https://example.org/elsewhere, which its element.toml does not ask for: add it under [capabilities], then grant it with --grant fetch:url=https://example.org/elsewhere"
    );
}

#[test]
fn nothing_is_fetched_offline() {
    trial(Trial::offline).succeed("fetch", "offline");
}
