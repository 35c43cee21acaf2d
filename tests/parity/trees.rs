//! The base of all trees: Debian's essential packages and Python, made once.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Where it is kept between runs.
static DIRECTORY: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("parity");
    if !directory.join("finished").exists() {
        make(&directory);
        fs::write(directory.join("finished"), "").expect("marking the base as finished");
    }
    directory
});

/// The base as a tar.
pub(crate) fn base() -> PathBuf {
    DIRECTORY.join("base.tar")
}

/// The names of all packages that Debian's archive has.
pub(crate) fn debian_packages() -> BTreeSet<String> {
    let names = fs::read_to_string(DIRECTORY.join("packages")).expect("the names of Debian's packages");
    names.lines().map(str::to_owned).collect()
}

fn make(directory: &Path) {
    fs::create_dir_all(directory).expect("making the directory of the base");
    let mut mmdebstrap = Command::new("mmdebstrap");
    mmdebstrap.args(["--mode=root", "--variant=essential", "--include=python3", "--quiet"]);
    mmdebstrap.arg(format!(
        "--customize-hook=APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-cache pkgnames > '{}'",
        directory.join("packages").display()
    ));
    for path in ["usr/share/doc/*", "usr/share/man/*", "usr/share/locale/*", "usr/share/zoneinfo/*"] {
        mmdebstrap.arg(format!("--dpkgopt=path-exclude=/{path}"));
    }
    mmdebstrap.args(host_settings(directory));
    let output = mmdebstrap.arg("bookworm").arg(directory.join("base.tar")).args(sources()).output();
    let output =
        output.unwrap_or_else(|error| panic!("running mmdebstrap: {error}; .ci/setup test installs it"));
    assert!(output.status.success(), "{mmdebstrap:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// How this machine reaches the archive.
fn host_settings(directory: &Path) -> Option<String> {
    let dump =
        Command::new("apt-config").args(["dump", "Acquire", "--format", "%F \"%v\";%n"]).output().ok()?;
    let path = directory.join("apt.conf");
    fs::write(&path, dump.stdout).expect("writing apt's settings");
    Some(format!("--aptopt={}", path.display()))
}

/// This machine's sources: it is a Debian of the same release.
fn sources() -> Vec<PathBuf> {
    let folder = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.path()).collect();
    files.push("/etc/apt/sources.list".into());
    files.retain(|path| {
        let is_list = path.extension().is_some_and(|extension| extension == "list" || extension == "sources");
        is_list && fs::read_to_string(path).is_ok_and(|text| !text.trim().is_empty())
    });
    files.sort();
    files
}
