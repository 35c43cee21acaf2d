//! What trees are made of: Debian's essential packages and Python, for a ramdisk a
//! kernel and the programs that go into it besides, and for real installations the
//! package managers. Made once.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Where the base is kept between runs.
static SMALL: LazyLock<PathBuf> = LazyLock::new(|| prepare("parity", "python3"));

/// The same for the base of a ramdisk.
static WITH_KERNEL: LazyLock<PathBuf> = LazyLock::new(|| {
    let packages =
        "busybox,cpio,isc-dhcp-client,kmod,linux-image-cloud-amd64,python3,systemd-sysv,tgt,udev,wget";
    prepare("parity-ramdisk", packages)
});

/// The same with the package managers of the other families.
static WITH_MANAGERS: LazyLock<PathBuf> =
    LazyLock::new(|| prepare("parity-managers", "createrepo-c,dnf,python3,rpm,zypper"));

/// The base as a tar.
pub(crate) fn base() -> PathBuf {
    SMALL.join("base.tar")
}

/// The base of a ramdisk as a tar.
pub(crate) fn base_with_kernel() -> PathBuf {
    WITH_KERNEL.join("base.tar")
}

/// The base with package managers as a tar.
pub(crate) fn base_with_managers() -> PathBuf {
    WITH_MANAGERS.join("base.tar")
}

/// The names of all packages that Debian's archive has.
pub(crate) fn debian_packages() -> BTreeSet<String> {
    let names = fs::read_to_string(SMALL.join("packages")).expect("the names of Debian's packages");
    names.lines().map(str::to_owned).collect()
}

/// Makes a base of these packages, unless an earlier run did.
fn prepare(name: &str, packages: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let made_of = directory.join("made-of");
    if !fs::read_to_string(&made_of).is_ok_and(|text| text == packages) {
        make(&directory, packages);
        fs::write(made_of, packages).expect("noting what the base is made of");
    }
    directory
}

fn make(directory: &Path, packages: &str) {
    fs::create_dir_all(directory).expect("making the directory of the base");
    let mut mmdebstrap = Command::new("mmdebstrap");
    mmdebstrap.args(["--mode=root", "--variant=essential", "--quiet"]);
    mmdebstrap.arg(format!("--include={packages}"));
    mmdebstrap.arg(format!(
        "--customize-hook=APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-cache pkgnames > '{}'",
        directory.join("packages").display()
    ));
    for path in ["usr/share/doc/*", "usr/share/man/*", "usr/share/locale/*", "usr/share/zoneinfo/*"] {
        mmdebstrap.arg(format!("--dpkgopt=path-exclude=/{path}"));
    }
    mmdebstrap.args(host_settings(directory));
    // Whole under its name, whatever becomes of this run.
    let part = directory.join(format!("part-{}.tar", std::process::id()));
    let output = mmdebstrap.arg("bookworm").arg(&part).args(sources()).output();
    let output =
        output.unwrap_or_else(|error| panic!("running mmdebstrap: {error}; .ci/setup test installs it"));
    assert!(output.status.success(), "{mmdebstrap:?}: {}", String::from_utf8_lossy(&output.stderr));
    fs::rename(part, directory.join("base.tar")).expect("giving the base its name");
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
