//! Packages after the tree was tidied: in the image, which has room for what is
//! installed, and not for what apt reads for that.

use blankslate_sdk::Result;
use blankslate_sdk::command::Command;

use crate::host_apt::HostApt;
use crate::{apt, tidy};

/// Where apt has what it reads: in memory that lasts as long as one command.
const IN_MEMORY: [(&str, &str); 5] = [
    ("Dir::State::lists", "/dev/shm/lists"),
    ("Acquire::GzipIndexes", "true"),
    ("Dir::Cache::archives", "/dev/shm/archives"),
    ("Dir::Cache::pkgcache", ""),
    ("Dir::Cache::srcpkgcache", ""),
];

/// Reads the lists, which no earlier command has left, and runs apt-get.
const SCRIPT: &str = "mkdir -p /dev/shm/lists/partial /dev/shm/archives/partial
apt-get update
exec apt-get \"$@\"";

/// Runs apt-get, and tidies again.
pub(crate) fn apt_get(action: &str, packages: &[String]) -> Result {
    let in_memory = IN_MEMORY.map(|(name, value)| (name.to_owned(), value.to_owned()));
    apt::arrange(&[apt::options(&HostApt::read()?.settings), in_memory.to_vec()].concat())?;
    let shell = Command::chroot("sh").args(["-euc", SCRIPT, "apt-get"]);
    let outcome = apt::with(shell, action, packages).run();
    tidy::run()?;
    outcome?;
    Ok(())
}
