//! The real dnf and zypper, on Debian: they install what `mellanox` asks for out of a
//! repository of empty packages, which only the proxy leads to that `local-config`
//! has written into their files.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::mellanox::{RED_HAT, SUSE};
use crate::proxy::Proxy;
use crate::side::{INSTALLED, PARITY, ensure_root};
use crate::tooling::Scratch;
use crate::{trees, words};

/// Where the trees look for packages. There is no such host.
const REPOSITORY: &str = "http://mirror.example.org/names/";

#[test]
fn dnf_installs_through_the_proxy() {
    installs_through_the_proxy("dnf", RED_HAT);
}

#[test]
fn zypper_installs_through_the_proxy() {
    installs_through_the_proxy("zypper", SUSE);
}

fn installs_through_the_proxy(family: &str, names: &str) {
    ensure_root();
    let scratch = Scratch::new();
    let proxy = Proxy::start(REPOSITORY, repository(&scratch, names));
    build(&scratch, family, proxy.port);

    let mut tar = Command::new("tar");
    tar.args(["--list", "--file"]).arg(scratch.join("ours.tar")).arg("./usr/share/names");
    let listed = output(&mut tar);
    let installed: Vec<&str> =
        listed.lines().filter_map(|path| path.strip_prefix("./usr/share/names/")).collect();
    assert_eq!(words(&installed.join(" ")), words(names));
    let asked = proxy.asked_for();
    assert!(asked.iter().any(|url| url.ends_with("/repodata/repomd.xml")), "{asked:?}");
}

/// A tree of the family with both elements.
fn build(scratch: &Scratch, family: &str, port: u16) {
    let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
    slate.args(["build", &format!("{PARITY}/tree"), "package-installs", "local-config", "mellanox"]);
    slate.current_dir(scratch.path());
    slate.args(["-t", "tar", "-o", "ours", "--work-dir", "work"]);
    slate.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", scratch.make_dir("home"));
    slate.env("DIB_PYTHON_EXEC", INSTALLED.python()).env("DIB_PARITY_BASE", trees::base_with_managers());
    slate.env("DIB_PARITY_FAMILY", family).env("http_proxy", format!("http://127.0.0.1:{port}/"));
    output(&mut slate);
}

/// A repository of packages of these names, made by the programs of the base.
fn repository(scratch: &Scratch, names: &str) -> PathBuf {
    let tree = scratch.make_dir("base");
    let mut tar = Command::new("tar");
    output(tar.arg("--extract").arg("--file").arg(trees::base_with_managers()).arg("--directory").arg(&tree));
    let packages = tree.join("names");
    fs::create_dir(&packages).expect("making a directory");
    fs::write(packages.join("names.spec"), spec(names)).expect("writing a spec");
    inside(&tree, &["rpmbuild", "--quiet", "-bb", "--define", "_rpmdir /names", "/names/names.spec"]);
    inside(&tree, &["createrepo_c", "--quiet", "/names"]);
    packages
}

fn inside(tree: &Path, words: &[&str]) {
    let mut chroot = Command::new("chroot");
    output(chroot.arg(tree).args(words).env("HOME", "/root"));
}

/// Packages with one empty file each.
fn spec(names: &str) -> String {
    let mut spec = "Name: names\nVersion: 1\nRelease: 1\nSummary: Names\nLicense: none\nBuildArch: noarch\n\
                    %description\nNames.\n"
        .to_owned();
    for name in names.split_whitespace() {
        let file = format!("/usr/share/names/{name}");
        write!(
            spec,
            "%package -n {name}\nSummary: A name\n%description -n {name}\nA name.\n%files -n {name}\n{file}\n"
        )
        .expect("writing to a string");
    }
    spec + &format!(
        "%install\nmkdir -p %{{buildroot}}/usr/share/names\ncd %{{buildroot}}/usr/share/names\ntouch {names}\n"
    )
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
