//! The directory that shell elements know as `_LIB`, and the programs that
//! come first on the search path of hooks outside the chroot.
//!
//! | file | what for |
//! | --- | --- |
//! | `die` | sourced by hooks |
//! | `bin/python3` | the interpreter of helper scripts: the one that has diskimage-builder, if any has |
//! | `bin/sudo` | only where there is none: a build is root already |
//! | `python/` | what helper scripts import of diskimage-builder, where it is not installed |
//! | the rest | the shell library of the installed diskimage-builder, which some of its elements copy into ramdisks |

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::element::installed;
use crate::sys::process::find;

const DIE: &str = "\
function die {
    local status=$?
    set +x
    echo \"$@\"
    [ \"$status\" -ne 0 ] || status=1
    exit \"$status\"
}
export -f die
";

/// Drops sudo's own options and runs the command as it is.
const SUDO: &str = r#"#!/bin/bash
while [ $# -gt 0 ]; do
    case "$1" in
        --) shift; break ;;
        -u | -g | -p | -C | --user | --group) shift 2 ;;
        -*) shift ;;
        *=*) export "$1"; shift ;;
        *) break ;;
    esac
done
exec "$@"
"#;

const LOGGING_CONFIG: &str = "\
import logging


def setup():
    logging.basicConfig(format='%(message)s', level=logging.INFO)
";

/// The interpreter where nothing says which.
const SYSTEM_PYTHON: &str = "/usr/bin/python3";

/// What the library gives to the environment of hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// Programs that come first on the search path outside the chroot.
    pub programs: PathBuf,
    /// `DIB_PYTHON_EXEC`.
    pub python: PathBuf,
}

/// Writes the library into `directory`. `python` is the caller's choice of
/// interpreter, `elements` the directories of the build's elements.
///
/// # Errors
///
/// Fails if it cannot be written.
pub fn write(directory: &Path, python: Option<&str>, elements: &[(String, PathBuf)]) -> Result<Library> {
    let context = || format!("writing the shell library {}", directory.display());
    let of_elements = elements.iter().find_map(|(_, path)| installed::python_of(path));
    let python = python.map(PathBuf::from).or(of_elements).unwrap_or_else(|| PathBuf::from(SYSTEM_PYTHON));
    let upstream = elements.iter().find_map(|(_, path)| installed::library_of(path));
    if let Some(upstream) = upstream {
        copy_files(&upstream, directory).with_context(context)?;
    }
    fs::write(directory.join("die"), DIE).with_context(context)?;
    let package = directory.join("python/diskimage_builder");
    fs::create_dir_all(&package).with_context(context)?;
    fs::write(package.join("__init__.py"), "").with_context(context)?;
    fs::write(package.join("logging_config.py"), LOGGING_CONFIG).with_context(context)?;

    let programs = directory.join("bin");
    fs::create_dir_all(&programs).with_context(context)?;
    let library = Library { python: programs.join("python3"), programs };
    write_program(&library.python, &python_wrapper(&python, directory)).with_context(context)?;
    if find("sudo").is_none() {
        write_program(&library.programs.join("sudo"), SUDO).with_context(context)?;
    }
    Ok(library)
}

/// Runs the interpreter with an order of sets that does not change from run to
/// run. sudo drops variables of Python's, hence a program.
fn python_wrapper(python: &Path, directory: &Path) -> String {
    let path = if installed::has_package(python) {
        String::new()
    } else {
        format!("export PYTHONPATH='{}'\n", directory.join("python").display())
    };
    format!("#!/bin/sh\nexport PYTHONHASHSEED=0\n{path}exec '{}' \"$@\"\n", python.display())
}

/// Writes a program that everyone may run.
pub(super) fn write_program(path: &Path, text: &str) -> std::io::Result<()> {
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

/// Copies the files of a directory, without those below it.
fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn helper_scripts_find_what_they_import() {
        let directory = tempfile::tempdir().unwrap();
        let library = write(directory.path(), None, &[]).unwrap();
        let script = "from diskimage_builder import logging_config; logging_config.setup(); print(hash('a'))";
        let run = || Command::new(&library.python).args(["-c", script]).output().unwrap();
        let (first, second) = (run(), run());
        assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
        assert_eq!(first.stdout, second.stdout);
    }

    #[test]
    fn the_stand_in_for_sudo_runs_the_command() {
        let directory = tempfile::tempdir().unwrap();
        let sudo = directory.path().join("sudo");
        write_program(&sudo, SUDO).unwrap();
        let line = ["-E", "-u", "root", "GREETING=hello", "sh", "-c", "echo $GREETING $0", "-x"];
        let output = Command::new(&sudo).args(line).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "hello -x\n");
    }
}
