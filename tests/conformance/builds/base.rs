//! What builds start from: a tree in a tarball, sources to fetch, a home.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::place::RELEASE;
use crate::mirrors::mirror;

/// What the cached tree holds besides Debian's minimum: what the elements of
/// the fast builds install, so that a build takes no time for packages.
const PACKAGES: &str = "adduser,apt,busybox,ca-certificates,cloud-guest-utils,cloud-init,fail2ban,gdisk,git,\
    gnupg2,grub-pc,ifupdown,isc-dhcp-client,linux-image-amd64,locales,lsb-release,lvm2,ndisc6,netbase,\
    openssh-server,parted,python3,python3-yaml,rsync,sudo,systemd-sysv,tzdata,xfsprogs";

/// Makes the tarball in the cache directory where upstream's element
/// `debootstrap` looks for it, unless an earlier run with the same packages did.
pub(super) fn prepare(cache: &Path) {
    let made_of = cache.join("made-of");
    if fs::read_to_string(&made_of).is_ok_and(|text| text == PACKAGES) {
        return;
    }
    fs::create_dir_all(cache).expect("making the cache");
    let tarball = cache.join(format!("debootstrap-debian-{RELEASE}-amd64.tar.gz"));
    let mut command = Command::new("mmdebstrap");
    command.args(["--variant=minbase", "--components=main", "--arch=amd64", "--quiet"]);
    command.arg(format!("--include={PACKAGES}"));
    // As the element leaves it: diskimage-builder writes its own.
    command.arg("--customize-hook=rm -rf \"$1\"/etc/apt/sources.list \"$1\"/etc/apt/sources.list.d");
    command.arg(RELEASE).arg(&tarball);
    for suite in [RELEASE, &format!("{RELEASE}-updates"), &format!("{RELEASE}-security")] {
        command.arg(format!("deb {} {suite} main", mirror(suite)));
    }
    run(&mut command);
    fs::write(made_of, PACKAGES).expect("noting what the cached tree is made of");
}

/// apt's settings for images, and pins of packages, as a manifest has them.
const APT_CONF: &str = "APT::Get::Assume-Yes \"true\";\n";
const PINS: &str = r#"{"packages": [{"package": "tree", "version": "2.1.0-1"}]}"#;

/// A git repository, an archive, a file, and files that elements copy.
pub(super) fn sources(directory: &Path) {
    let tree = directory.join("archive");
    fs::create_dir(&tree).expect("making a directory");
    fs::write(tree.join("hello"), "hello\n").expect("writing a source");
    fs::write(directory.join("file"), "one file\n").expect("writing a source");
    fs::write(directory.join("apt.conf"), APT_CONF).expect("writing settings");
    fs::write(directory.join("pins.json"), PINS).expect("writing a manifest");
    let lines = [RELEASE, &format!("{RELEASE}-security")]
        .map(|suite| format!("deb {} {suite} main\n", mirror(suite)));
    fs::write(directory.join("sources.list"), lines.concat()).expect("writing sources");
    run(Command::new("tar")
        .arg("-C")
        .arg(directory)
        .args(["-czf"])
        .arg(directory.join("archive.tar.gz"))
        .arg("archive"));
    let repository = directory.join("repository");
    let git = || {
        let mut git = Command::new("git");
        git.arg("-C").arg(directory).args(["-c", "user.name=Test", "-c", "user.email=test@example.org"]);
        git
    };
    run(git().args(["init", "--quiet", "--initial-branch=master", "repository"]));
    fs::write(repository.join("README"), "a repository\n").expect("writing a source");
    run(git().args(["-C", "repository", "add", "README"]));
    run(git().args(["-C", "repository", "commit", "--quiet", "-m", "Begin"]));
}

/// A home with public keys for those who may log in.
pub(super) fn home(directory: &Path) {
    let ssh = directory.join(".ssh");
    fs::create_dir(&ssh).expect("making a directory");
    fs::write(ssh.join("authorized_keys"), "ssh-ed25519 AAAA operator\n").expect("writing a key");
    fs::write(ssh.join("id_rsa.pub"), "ssh-rsa AAAA developer\n").expect("writing a key");
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}; run .ci/setup test"));
    assert!(status.success(), "{command:?}: {status}");
}
