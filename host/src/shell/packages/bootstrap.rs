//! What tools that bootstrap a distribution are told of kept packages.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::kept;
use crate::shell::environment::Environment;
use crate::shell::library::write_program;

/// Upstream's element that calls the tools, and so has the variables of [`arguments`].
const ELEMENT: &str = "debootstrap";

/// The shelf of packages that a bootstrap downloads.
const SHELF: &str = "bootstrap";

/// Puts the packages of the directory `@KEPT@` where apt of the new tree, `$1`, looks for them.
const PUT: &str = r#"#!/bin/sh
set -eu
archives=$1/var/cache/apt/archives
mkdir -p "$archives"
for package in '@KEPT@'/*.deb; do
    [ ! -f "$package" ] || cp "$package" "$archives"
done
"#;

/// Takes the packages that apt of the new tree, `$1`, has downloaded to the directory `@KEPT@`.
const TAKE: &str = r#"#!/bin/sh
set -eu
for package in "$1"/var/cache/apt/archives/*.deb; do
    kept='@KEPT@'/${package##*/}
    if [ -f "$package" ] && ! cmp -s "$package" "$kept"; then
        cp "$package" "$kept.part"
        mv "$kept.part" "$kept"
    fi
done
"#;

/// The variables with further arguments for debootstrap and mmdebstrap, after
/// the caller's; none if no element calls them. `programs` takes the programs
/// that mmdebstrap is to run.
///
/// # Errors
///
/// Fails if a directory or program cannot be written.
pub(in crate::shell) fn arguments(
    elements: &[&str],
    image_cache: &Path,
    programs: &Path,
    given: &Environment,
) -> Result<Environment> {
    let shelf = kept(image_cache).join(SHELF);
    // The element has a shell split the variables.
    if !elements.contains(&ELEMENT) || !is_plain(&shelf) || !is_plain(programs) {
        return Ok(Environment::new());
    }
    let program = |name: &str, text: &str| -> Result<PathBuf> {
        let path = programs.join(name);
        let text = text.replace("@KEPT@", &shelf.to_string_lossy());
        write_program(&path, &text).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    };
    fs::create_dir_all(&shelf).with_context(|| format!("creating {}", shelf.display()))?;
    let (put, take) = (program("put-packages", PUT)?, program("take-packages", TAKE)?);
    let more = [
        ("DIB_DEBOOTSTRAP_EXTRA_ARGS", format!("--cache-dir={}", shelf.display())),
        (
            "DIB_MMDEBSTRAP_EXTRA_ARGS",
            format!(
                "--skip=essential/unlink --setup-hook={} --customize-hook={}",
                put.display(),
                take.display()
            ),
        ),
    ];
    let joined = |(name, more): (&str, String)| {
        let given = given.get(name).filter(|given| !given.is_empty());
        (name.to_owned(), given.map_or(more.clone(), |given| format!("{given} {more}")))
    };
    Ok(more.into_iter().map(joined).collect())
}

/// Whether a shell takes a path as it is.
fn is_plain(path: &Path) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._+-".contains(byte);
    path.as_os_str().as_encoded_bytes().iter().all(plain)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn made(cache: &Path, given: &Environment) -> Environment {
        arguments(&["debian-minimal", ELEMENT], cache, cache, given).unwrap()
    }

    #[test]
    fn arguments_stand_behind_the_callers() {
        let cache = tempfile::tempdir().unwrap();
        let given =
            Environment::from([("DIB_DEBOOTSTRAP_EXTRA_ARGS".to_owned(), "--no-check-gpg".to_owned())]);
        let made = made(cache.path(), &given);
        let shelf = cache.path().join("apt-kept/bootstrap");
        assert_eq!(
            made["DIB_DEBOOTSTRAP_EXTRA_ARGS"],
            format!("--no-check-gpg --cache-dir={}", shelf.display())
        );
        assert!(made["DIB_MMDEBSTRAP_EXTRA_ARGS"].starts_with("--skip=essential/unlink --setup-hook="));
        assert!(shelf.is_dir());
    }

    #[test]
    fn others_are_told_nothing() {
        let cache = tempfile::tempdir().unwrap();
        let none = Environment::new();
        assert_eq!(arguments(&["debian"], cache.path(), cache.path(), &none).unwrap(), none);
        let odd = cache.path().join("a b");
        assert_eq!(arguments(&[ELEMENT], &odd, cache.path(), &none).unwrap(), none);
    }

    #[test]
    fn packages_are_taken_and_put_into_the_next_tree() {
        let cache = tempfile::tempdir().unwrap();
        made(cache.path(), &Environment::new());
        let run = |program: &str, tree: &Path| {
            assert!(Command::new(cache.path().join(program)).arg(tree).status().unwrap().success());
        };
        let (first, second) = (cache.path().join("first"), cache.path().join("second"));
        run("put-packages", &first);
        fs::write(first.join("var/cache/apt/archives/a_1_all.deb"), "a").unwrap();
        run("take-packages", &first);
        fs::write(first.join("var/cache/apt/archives/a_1_all.deb"), "b").unwrap();
        run("take-packages", &first);
        run("put-packages", &second);
        assert_eq!(fs::read_to_string(second.join("var/cache/apt/archives/a_1_all.deb")).unwrap(), "b");
        assert_eq!(fs::read_dir(cache.path().join("apt-kept/bootstrap")).unwrap().count(), 1);
    }
}
