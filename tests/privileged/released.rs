//! The components that are kept of released worlds, in whole builds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use blankslate::element::manifest::api::RELEASES;

use crate::Test;
use crate::tooling::seed::{Seed, succeed, text};

pub(crate) const TESTS: &[Test] = &[
    ("released::every_function_answers_as_in_the_rehearsal", every_function_answers),
    ("released::a_lone_component_fails_where_this_machine_does_not_fit", a_lone_component),
];

/// Makes what the component asks of its image: users, groups, and a program for each
/// function of the managers, which notes what it was asked for.
const SYSTEM: &str = r#"#!/bin/bash
set -eu
cd "$TARGET_ROOT"
echo root:x:0:0::/root:/bin/sh > etc/passwd
echo root:x:0: > etc/group
mkdir -p etc/modules-load.d
for program in true install remove enable disable; do
    printf '#!/bin/sh\n[ "${0##*/}" = true ] || echo "${0##*/} $*" >> /managed\n' > "bin/$program"
    chmod 755 "bin/$program"
done
"#;

/// The phase whose hook calls what a small image without a disk of its own allows.
const HOOK: &str = "\n[[hooks]]\nphase = \"install\"\norder = 50\nname = \"call\"\n";

const GRANTS: [&str; 6] = [
    "environment=NAME",
    "host-file=/etc/given",
    "host-program=id",
    "url=https://example.org/",
    "chroot",
    "block-device",
];

/// What the cache has for the URL that the component fetches: a note by the URL's digest,
/// and the file by its own.
const URL_NOTE: &str = "url-18c6f551ea3482332a3ecb8399217217eb214fd68dab3c888af753a504929c82";
const FETCHED: (&str, &str) = ("0c7fcf412c36e9e1cfc3cca37cec9afedcfca86e1943f6827c36e88dfda41642", "fetched");

/// What the report says of this build, and of no rehearsal.
const OWN: [(&str, &str); 3] = [
    ("image", "(\"amd64\", [\"seed\", \"everything\"], \"cloudimg-rootfs\", true)"),
    ("host-files.read", "None"),
    ("host-files.list", "None"),
];

/// The folder of the kept components.
fn released() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/released")
}

/// A place with the rest of an image, and what the component fetches.
fn place() -> Seed {
    let seed = Seed::new();
    seed.file("seed/element-provides", "");
    seed.file("seed/root.d/20-system", SYSTEM);
    let downloads = seed.scratch.make_dir("cache/slate/downloads");
    let (digest, contents) = FETCHED;
    fs::write(downloads.join(URL_NOTE), digest).unwrap();
    fs::write(downloads.join(digest), contents).unwrap();
    seed
}

/// Builds `x.tar` with an element of that name or path.
fn build(seed: &Seed, element: &str) -> Command {
    let mut slate = seed.slate("build --no-tmpfs --offline -a amd64 -t tar -o out/x seed");
    slate.arg(element).env("NAME", "value");
    slate.args(GRANTS.map(|grant| format!("--grant=everything:{grant}")));
    slate
}

fn every_function_answers() {
    for release in RELEASES {
        let seed = place();
        // A folder says itself which hooks run.
        let manifest = fs::read_to_string(released().join("element/element.toml")).unwrap();
        let (head, rest) = manifest.split_once("\n[[hooks]]").unwrap();
        let (_, parameters) = rest.split_once("\n[parameters").unwrap();
        seed.file("everything/element.toml", &format!("{head}{HOOK}\n[parameters{parameters}"));
        let component = seed.scratch.join("elements/everything/everything.wasm");
        fs::copy(released().join(format!("{release}.wasm")), component).unwrap();
        succeed(&mut build(&seed, "everything"));

        assert_eq!(member(&seed, "report"), expected_report(release), "{release}");
        let managed = "install one two\nremove two\nenable ssh\ndisable cron\n";
        assert_eq!(member(&seed, "managed"), managed, "{release}");
        assert_eq!(member(&seed, "etc/modules-load.d/everything.conf"), "loop\n", "{release}");
        assert_eq!(member(&seed, "d/renamed"), "streamed", "{release}");
    }
}

/// A file of the image.
fn member(seed: &Seed, path: &str) -> String {
    let mut tar = Command::new("tar");
    tar.arg("-xOf").arg(seed.output("x.tar")).arg(format!("./{path}"));
    text(&succeed(&mut tar).stdout)
}

/// What the component of a release noted when it was rehearsed, but for what is this build's own.
fn expected_report(release: &str) -> String {
    let path = released().join("cases").join(release).join("all/expected.txt");
    let expected = fs::read_to_string(path).unwrap();
    let (_, report) = expected.split_once("+ file /report 0644 root:root\n").unwrap();
    let lines = report.lines().map_while(|line| line.strip_prefix("    | "));
    let own = |line: &str| {
        let (name, _) = line.split_once(": ").unwrap();
        let own = OWN.iter().find(|(known, _)| *known == name);
        own.map_or(line.to_owned(), |(name, answer)| format!("{name}: {answer}")) + "\n"
    };
    lines.map(own).collect()
}

fn a_lone_component() {
    for release in RELEASES {
        let seed = place();
        let component = released().join(format!("{release}.wasm"));
        let Output { status, stderr, .. } =
            build(&seed, component.to_str().unwrap()).arg("block-device-efi").output().unwrap();
        let told = text(&stderr);
        assert_eq!(status.code(), Some(1), "{told}");
        let expected = "hook 50-call of element everything";
        assert!(told.contains(expected) && told.contains("/dev/disk"), "{told}");
        assert_eq!(seed.outputs(), [""; 0]);
    }
}
