//! Where the build host's programs are.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where programs of a system are, whatever the caller's `PATH` says.
pub const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Where those of administrators are, which a plain user's or cron's `PATH` leaves out.
const ADMINISTRATORS_PATH: &str = "/usr/local/sbin:/usr/sbin:/sbin";

/// Where programs of the build host are looked up: in the caller's `PATH`, then
/// among those of administrators. Relative directories do not count.
pub fn search_path() -> OsString {
    let callers = env::var_os("PATH").filter(|path| !path.is_empty()).unwrap_or_else(|| SYSTEM_PATH.into());
    let directories = env::split_paths(&callers).chain(env::split_paths(ADMINISTRATORS_PATH));
    let mut seen = BTreeSet::new();
    let mut absolute: Vec<PathBuf> = directories.filter(|directory| directory.is_absolute()).collect();
    absolute.retain(|directory| seen.insert(directory.clone()));
    // What was split at colons has none.
    env::join_paths(absolute).unwrap_or_else(|_| SYSTEM_PATH.into())
}

/// The file of a program of the build host.
pub fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&search_path()).map(|directory| directory.join(program)).find(|file| is_executable(file))
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
