//! Sources the files of `environment.d` with bash and takes what they export.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::environment::Environment;
use crate::element::hook_name::{ENVIRONMENT, is_environment_file};
use crate::sys::process::{Ended, Program, Stream};

/// Sources its arguments, everything printed going to stderr, then prints the
/// environment. Before a file its path is printed; behind it, and behind each
/// variable, is a NUL.
const SCRIPT: &str = r#"
set -eu -o pipefail
exec 3>&1 1>&2
for environment_file in "$@"; do
    printf '%s\0' "$environment_file" >&3
    source "$environment_file"
done
unset environment_file
printf '\0' >&3
exec env -0 1>&3 3>&-
"#;

/// What is printed between the files and the variables.
const BETWEEN: &str = "\0\0";

/// Variables of the sourcing shell itself.
const OF_THE_SHELL: [&str; 4] = ["_", "SHLVL", "PWD", "OLDPWD"];

/// A file that failed when it was sourced: nothing of the phase can run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} {ended}")]
pub struct SourcingError {
    /// The file, relative to its element: `environment.d/10-x.bash`.
    pub path: String,
    /// The element that has it; absent while that was not looked up, and for a
    /// file that no element has.
    pub element: Option<String>,
    /// How the shell that sourced it ended.
    pub ended: Ended,
}

/// Returns `env` as changed by the files of `environment.d` below `hooks`.
/// The shell sees that directory as `seen_as`, inside `chroot` if given, and is
/// ended after `time`.
///
/// # Errors
///
/// Fails if bash is missing there, and with a [`SourcingError`] if a file fails;
/// what it printed went to `sink`.
pub fn source(
    hooks: &Path,
    seen_as: &Path,
    chroot: Option<&Path>,
    env: Environment,
    time: Duration,
    sink: &mut dyn FnMut(&str),
) -> Result<Environment> {
    let files = environment_files(&hooks.join(ENVIRONMENT))?;
    if files.is_empty() {
        return Ok(env);
    }
    let mut program =
        Program::new("/bin/bash").args(["-c", SCRIPT, "bash"]).env_clear().envs(&env).timeout(time);
    for file in &files {
        program = program.arg(seen_as.join(ENVIRONMENT).join(file));
    }
    if let Some(root) = chroot {
        program = program.chroot(root).cwd("/");
    }
    let mut printed = Vec::new();
    let exit = program
        .run(&mut |stream, line| match stream {
            Stream::Stdout => {
                printed.extend_from_slice(line);
                printed.push(b'\n');
            }
            Stream::Stderr => sink(&String::from_utf8_lossy(line)),
        })
        .context("sourcing environment.d with bash")?;
    let printed = String::from_utf8_lossy(&printed);
    let (sourced, variables) = printed.split_once(BETWEEN).unwrap_or((&printed, ""));
    if !exit.success() {
        let last = sourced.trim_end_matches(['\0', '\n']).rsplit(['\0', '/']).next().unwrap_or_default();
        let path = format!("environment.d/{last}");
        return Err(SourcingError { path, element: None, ended: exit.ended }.into());
    }
    Ok(parse(variables))
}

/// The files in the order in which they are sourced: bytewise by name.
fn environment_files(directory: &Path) -> Result<Vec<OsString>> {
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let context = || format!("listing {}", directory.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).with_context(context)? {
        let entry = entry.with_context(context)?;
        if is_environment_file(&entry.file_name().to_string_lossy()) && entry.path().is_file() {
            names.push(entry.file_name());
        }
    }
    names.sort();
    Ok(names)
}

fn parse(printed: &str) -> Environment {
    let assignments = printed.trim_end_matches('\n').split('\0').filter_map(|entry| entry.split_once('='));
    let own = assignments.filter(|(name, _)| !OF_THE_SHELL.contains(name));
    own.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join(ENVIRONMENT);
        fs::create_dir(&dir).unwrap();
        for (name, text) in files {
            fs::write(dir.join(name), text).unwrap();
        }
        temp
    }

    fn sourced(files: &[(&str, &str)]) -> Result<Environment> {
        let temp = directory(files);
        let env = Environment::from([("PATH".to_owned(), crate::sys::process::SYSTEM_PATH.to_owned())]);
        source(temp.path(), temp.path(), None, env, Duration::from_secs(1), &mut |_| {})
    }

    #[test]
    fn files_are_sourced_bytewise_and_export_functions() {
        let env = sourced(&[
            ("5-late", "export ORDER=\"${ORDER:-}5\""),
            ("10-early.bash", "export ORDER=\"${ORDER:-}10 \"; echo noise; f() { echo hi; }; export -f f"),
            ("bad name", "export BAD=1"),
        ])
        .unwrap();
        assert_eq!(env.get("ORDER").map(String::as_str), Some("10 5"));
        assert!(env.contains_key("BASH_FUNC_f%%"));
        assert!(!env.contains_key("BAD"));
        assert!(!env.contains_key("SHLVL"));
    }

    #[test]
    fn values_keep_their_newlines() {
        let env = sourced(&[("10-x", "export TWO=$'a\\nb\\n'")]).unwrap();
        assert_eq!(env.get("TWO").map(String::as_str), Some("a\nb\n"));
    }

    #[test]
    fn a_file_ends_at_its_time() {
        let error = sourced(&[("10-x", "while :; do :; done")]).unwrap_err();
        assert_eq!(error.to_string(), "environment.d/10-x was ended after its limit of 1 s");
    }

    #[test]
    fn the_file_that_fails_is_named_with_its_status() {
        for (text, status) in [("exit 4", 4), ("false", 1), ("echo \"$MISSING\"", 1), ("return 3", 3)] {
            let error = sourced(&[("10-x", "true"), ("20-y", text), ("30-z", "true")]).unwrap_err();
            let error: &SourcingError = error.downcast_ref().unwrap();
            let path = "environment.d/20-y".to_owned();
            let expected = SourcingError { path, element: None, ended: Ended::Code(status) };
            assert_eq!(*error, expected, "{text}");
        }
    }
}
