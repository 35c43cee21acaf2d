//! The old commands, called by their names as links to the one binary.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use super::environment::Environment;
use super::outcome::Outcome;

const FILE: &str = "commands";

/// A call, and what it must exit with and print.
struct Case {
    words: &'static [&'static str],
    status: i32,
    stdout: &'static str,
    stderr: &'static str,
}

const CASES: [Case; 6] = [
    Case {
        words: &["disk-image-create", "--frob", "vm"],
        status: 1,
        stdout: "",
        stderr: "error: disk-image-create: unrecognized option '--frob'\nhint: disk-image-create --help shows every option\n",
    },
    Case {
        words: &["ramdisk-image-create"],
        status: 1,
        stdout: "",
        stderr: "error: ramdisk-image-create: at least one distribution root element must be specified\nhint: ramdisk-image-create --help shows every option\n",
    },
    Case {
        words: &["element-info", "pkg-map", "debian-minimal"],
        status: 0,
        stdout: "pkg-map install-bin manifests package-installs dpkg modprobe sysprep debootstrap debian-minimal\n",
        stderr: "",
    },
    Case {
        words: &["diskimage-builder", "--dry-run", "images.yaml"],
        status: 0,
        stdout: "",
        stderr: "A='b c' disk-image-create -o one vm debian\n\nramdisk-image-create -o two debian\n\n",
    },
    Case {
        words: &["diskimage-builder", "--stop-on-failure", "images.yaml"],
        status: 1,
        stdout: "",
        stderr: "A='b c' disk-image-create -o one vm debian\n\nerror: ",
    },
    Case {
        words: &["diskimage-builder", "missing.yaml"],
        status: 1,
        stdout: "",
        stderr: "error: reading missing.yaml: No such file or directory (os error 2)\n",
    },
];

const IMAGES: &str = "\
- {imagename: one, elements: [vm, debian], environment: {A: b c}}
- {imagename: two, ramdisk: true, elements: [debian]}
";

/// Calls each.
pub(crate) fn check(environment: &Environment, outcome: &mut Outcome) {
    let directory = tempfile::tempdir().expect("a directory for the links");
    for name in ["disk-image-create", "ramdisk-image-create", "diskimage-builder", "element-info"] {
        symlink(env!("CARGO_BIN_EXE_slate"), directory.path().join(name)).expect("linking a command");
    }
    std::fs::write(directory.path().join("images.yaml"), IMAGES).expect("writing definitions");
    for case in CASES {
        let output = call(case.words, directory.path(), environment);
        outcome.note(FILE, &case.words.join(" "), judge(&case, &output), &[]);
    }
}

fn call(words: &[&str], directory: &Path, environment: &Environment) -> Output {
    let elements = environment.package().join("elements");
    Command::new(directory.join(words[0]))
        .args(&words[1..])
        .current_dir(directory)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        // Without any element the builds of the definitions fail before work.
        .env("ELEMENTS_PATH", if words[0] == "element-info" { elements } else { "/nowhere".into() })
        .output()
        .expect("calling a command")
}

fn judge(case: &Case, output: &Output) -> Result<(), String> {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let as_expected =
        output.status.code() == Some(case.status) && stdout == case.stdout && stderr.starts_with(case.stderr);
    if as_expected { Ok(()) } else { Err(format!("{}\n{stdout}\n{stderr}", output.status)) }
}
