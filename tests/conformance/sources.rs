//! Upstream's `source-repositories` and `cache-url`, unmodified, in real
//! builds: git, tar, file and package; then offline, from what they cached.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::environment::Environment;
use super::outcome::Outcome;
use super::tooling::seed::{Seed, text};

const FILE: &str = "elements/source-repositories";

/// The elements under test.
const UPSTREAM: [&str; 2] = ["source-repositories", "cache-url"];

/// What they depend on, as far as they need it: the tree has no Python.
const STAND_INS: [&str; 3] = ["manifests", "package-installs", "pkg-map"];

/// Sources of every kind; variables are expanded.
const SOURCES: &str = "\
# comment
code git /opt/code $SOURCES/code main
branch git /opt/branch $SOURCES/code main
all tar /opt/all file://$SOURCES/tree.tgz .
below tar /opt/below file://$SOURCES/tree.tgz tree
single file /etc/single file://$SOURCES/single
packaged package
other git /opt/other $SOURCES/nowhere main
moved-away file /etc/moved $SOURCES/nowhere
retyped git /etc/retyped file://$SOURCES/single
";

const SCRIPT: &str = r#"
set -eu
echo moved > moved
mkdir code && cd code
git init -q -b main
git config user.email a@example.org
git config user.name a
echo main > file && git add file && git commit -qm one
git checkout -qb side && echo side > file && git commit -qam two && git checkout -q main
cd .. && mkdir tree && echo tree > tree/leaf
tar -czf tree.tgz tree
echo single > single
"#;

/// Files of the image and what they hold.
const EXPECTED: [(&str, &str); 8] = [
    ("opt/code/file", "main\n"),
    ("opt/branch/file", "side\n"),
    ("opt/all/tree/leaf", "tree\n"),
    ("opt/below/leaf", "tree\n"),
    ("etc/single", "single\n"),
    ("etc/moved", "moved\n"),
    ("etc/retyped", "single\n"),
    (
        "etc/dib-source-repositories",
        "/opt/code\n/opt/branch\n/opt/all\n/opt/below\n/etc/single\n/etc/moved\n/etc/retyped\n",
    ),
];

/// Builds with the sources there, and again without them.
pub(crate) fn check(environment: &Environment, outcome: &mut Outcome) {
    let seed = prepare(environment);
    let sources = seed.scratch.make_dir("sources");
    let made = Command::new("bash").args(["-c", SCRIPT]).current_dir(&sources).output().expect("bash");
    assert!(made.status.success(), "{}", text(&made.stderr));
    outcome.note(FILE, "online", build(&seed, &sources, "online"), &[]);
    fs::rename(&sources, seed.scratch.join("gone")).expect("taking the sources away");
    outcome.note(FILE, "offline", build(&seed, &sources, "offline"), &[]);
}

/// Seed with upstream's elements and stand-ins for what those depend on.
fn prepare(environment: &Environment) -> Seed {
    let seed = Seed::new();
    let elements = seed.scratch.join("elements");
    for name in UPSTREAM {
        symlink(environment.package().join("elements").join(name), elements.join(name)).expect("a link");
    }
    for name in STAND_INS {
        seed.file(&format!("{name}/README.md"), "# A stand-in\n");
    }
    seed.file("manifests/environment.d/10-manifests", "export DIB_MANIFEST_IMAGE_DIR=/etc/dib-manifests\n");
    seed.hook("extra-data.d/20-manifests", "mkdir -p \"$TMP_MOUNT_PATH/etc/dib-manifests\"");
    seed.file("probe/element-deps", "source-repositories\n");
    seed.file("probe/source-repository-probe", SOURCES);
    seed
}

fn build(seed: &Seed, sources: &Path, name: &str) -> Result<(), String> {
    let mut command =
        seed.old("disk-image-create", &format!("-n --no-tmpfs -t tar -o out/{name} seed probe"));
    command.env("DIB_REPOREF_branch", "side").env("DIB_REPOTYPE_retyped", "file");
    command.env("DIB_REPOLOCATION_moved_away", format!("file://{}/moved", sources.display()));
    // Upstream takes a source of type package for a mistake unless packages are wanted.
    command.env("DIB_INSTALLTYPE_other", "package").env("DIB_INSTALLTYPE_packaged", "package");
    seed.file("probe/environment.d/10-sources", &format!("export SOURCES={}\n", sources.display()));
    if name == "offline" {
        command.arg("--offline");
    }
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(text(&output.stderr));
    }
    let image = seed.output(&format!("{name}.tar"));
    let read = |member: &str| {
        let tar = Command::new("tar").arg("-xOf").arg(&image).arg(format!("./{member}")).output();
        tar.map(|output| text(&output.stdout)).map_err(|error| error.to_string())
    };
    for (member, expected) in EXPECTED {
        let found = read(member)?;
        if found != expected {
            return Err(format!("{member} holds {found:?}, not {expected:?}"));
        }
    }
    let manifest = read(&format!("etc/dib-manifests/dib-manifest-git-{name}"))?;
    let commits = manifest.lines().filter(|line| line.split(' ').count() == 5).count();
    if commits == 2 { Ok(()) } else { Err(format!("the manifest of commits is {manifest:?}")) }
}
