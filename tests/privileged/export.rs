//! Outputs of a whole build, made of a tree that a shell element brings.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use blankslate::sys::process::Program;

use crate::Test;
use crate::tooling::Scratch;

pub(crate) const TESTS: &[Test] = &[
    ("export::all_formats_of_one_build", all_formats_of_one_build),
    ("export::a_failed_build_leaves_the_old_output", a_failed_build_leaves_the_old_output),
    ("export::the_same_inputs_give_the_same_archives", the_same_inputs_give_the_same_archives),
];

/// A distribution of three files.
const ROOT_HOOK: &str = r#"#!/bin/bash
set -eu
mkdir -p "$TARGET_ROOT"/etc "$TARGET_ROOT"/usr/bin "$TARGET_ROOT"/proc "$TARGET_ROOT"/sys "$TARGET_ROOT"/dev
echo tiny > "$TARGET_ROOT"/etc/hostname
head -c 3000000 /dev/urandom > "$TARGET_ROOT"/usr/bin/noise
chown 1:2 "$TARGET_ROOT"/usr/bin/noise
setfattr -n user.origin -v test "$TARGET_ROOT"/etc/hostname 2>/dev/null || true
ln "$TARGET_ROOT"/etc/hostname "$TARGET_ROOT"/etc/name
"#;

const FAILING_HOOK: &str = "#!/bin/bash\nexit 3\n";

/// A directory with the distribution `tiny`.
fn bench(cleanup: Option<&str>) -> Scratch {
    let scratch = Scratch::new();
    let element = scratch.make_dir("elements/tiny");
    fs::write(element.join("element-provides"), "operating-system\n").unwrap();
    hook(&element, "root.d/10-tiny", ROOT_HOOK);
    if let Some(script) = cleanup {
        hook(&element, "cleanup.d/10-tiny", script);
    }
    scratch.make_dir("out");
    scratch
}

fn hook(element: &Path, name: &str, script: &str) {
    let path = element.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn build(scratch: &Scratch, formats: &str) -> Output {
    slate(scratch, formats).output().unwrap()
}

/// The call of a build, with formats by commas.
fn slate(scratch: &Scratch, formats: &str) -> Command {
    let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
    slate.args(["build", "tiny", "--checksum", "-t", formats, "-o"]).arg(scratch.join("out/x"));
    slate.arg("--work-dir").arg(scratch.join("work")).arg("--cache-dir").arg(scratch.join("cache"));
    slate.env("ELEMENTS_PATH", scratch.join("elements")).env_remove("SOURCE_DATE_EPOCH");
    slate
}

/// The time that a build is told of, and how tar shows it.
const SOURCE_DATE: (&str, &str) = ("1700000000", "2023-11-14 22:13:20");

/// A distribution without chance.
const SAME_HOOK: &str = r#"#!/bin/bash
set -eu
mkdir -p "$TARGET_ROOT"/etc "$TARGET_ROOT"/usr/bin
echo "$SOURCE_DATE_EPOCH" > "$TARGET_ROOT"/etc/built
seq 100000 > "$TARGET_ROOT"/usr/bin/numbers
touch -d 2001-01-01T00:00:00Z "$TARGET_ROOT"/usr/bin/numbers
for name in $(seq 50 | shuf); do echo "$name" > "$TARGET_ROOT/etc/$name"; done
"#;

/// Two builds at different times, their files made in different orders.
fn the_same_inputs_give_the_same_archives() {
    let formats = ["squashfs", "tar", "tgz"];
    let outputs = [(); 2].map(|()| {
        let scratch = bench(None);
        hook(&scratch.join("elements/tiny"), "root.d/10-tiny", SAME_HOOK);
        let built =
            slate(&scratch, &formats.join(",")).env("SOURCE_DATE_EPOCH", SOURCE_DATE.0).output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        std::thread::sleep(std::time::Duration::from_secs(1));
        (formats.map(|format| fs::read(scratch.join(format!("out/x.{format}"))).unwrap()), scratch)
    });
    let [(one, scratch), (other, _)] = &outputs;
    for (format, (one, other)) in formats.iter().zip(one.iter().zip(other)) {
        assert!(one == other, "{format}: the archives differ");
    }
    let list =
        Program::new("tar").args(["--full-time", "-tvf"]).arg(scratch.join("out/x.tar")).env("TZ", "UTC");
    let listed = lines(list);
    let time_of = |name: &str| {
        let line = listed.iter().find(|line| line.ends_with(name)).unwrap_or_else(|| panic!("{listed:#?}"));
        line.split_whitespace().skip(3).take(2).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        (time_of("./etc/built").as_str(), time_of("/numbers").as_str()),
        (SOURCE_DATE.1, "2001-01-01 00:00:00")
    );

    let refused = slate(scratch, "tar").env("SOURCE_DATE_EPOCH", "yesterday").output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(
        said.starts_with("error: SOURCE_DATE_EPOCH=yesterday is no number of seconds\nhint: give seconds"),
        "{said}"
    );
}

fn names(directory: PathBuf) -> Vec<String> {
    let entries =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.collect();
    names.sort();
    names
}

fn lines(program: Program) -> Vec<String> {
    String::from_utf8(program.output().unwrap()).unwrap().lines().map(str::to_owned).collect()
}

fn all_formats_of_one_build() {
    let scratch = bench(None);
    let formats = ["qcow2", "raw", "tar", "tgz", "vhd", "vmdk"];
    let built = build(&scratch, &formats.join(","));
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let expected: Vec<_> = formats
        .iter()
        .flat_map(|format| ["", ".md5", ".sha256"].map(|end| format!("x.{format}{end}")))
        .collect();
    assert_eq!(names(scratch.join("out")), expected);

    let out = |name: &str| scratch.join("out").join(name);
    for (sums, program) in [("md5", "md5sum"), ("sha256", "sha256sum")] {
        for format in formats {
            let check = Program::new(program).arg("--check").arg(out(&format!("x.{format}.{sums}")));
            check.cwd(scratch.join("out")).execute().unwrap();
        }
    }
    for (format, driver) in [("qcow2", "qcow2"), ("vhd", "vpc"), ("vmdk", "vmdk")] {
        let compare = Program::new("qemu-img").args(["compare", "-f", "raw", "-F", driver]);
        compare.arg(out("x.raw")).arg(out(&format!("x.{format}"))).execute().unwrap();
    }
    for archive in ["x.tar", "x.tgz"] {
        let list = Program::new("tar").args(["--numeric-owner", "-tvf"]).arg(out(archive)).env("TZ", "UTC");
        let listed = lines(list);
        let owner_size_name = |line: &String| {
            let words: Vec<_> = line.split_whitespace().collect();
            format!("{} {} {} {}", words[0], words[1], words[2], words[5..].join(" "))
        };
        let listed: Vec<_> = listed.iter().map(owner_size_name).collect();
        assert!(listed.contains(&"-rw-r--r-- 1/2 3000000 ./usr/bin/noise".to_owned()), "{listed:#?}");
        assert!(
            listed.contains(&"hrw-r--r-- 0/0 0 ./etc/name link to ./etc/hostname".to_owned()),
            "{listed:#?}"
        );
        assert!(listed.contains(&"drwxr-xr-x 0/0 0 ./proc/".to_owned()), "{listed:#?}");
        let foreign = |line: &&String| {
            line.contains("lost+found") || line.contains("./dev/") && !line.ends_with("./dev/")
        };
        assert_eq!(listed.iter().find(foreign), None);
    }
    scratch.assert_nothing_left();
}

fn a_failed_build_leaves_the_old_output() {
    let scratch = bench(Some(FAILING_HOOK));
    fs::write(scratch.join("out/x.raw"), "old").unwrap();
    let built = build(&scratch, "raw");
    assert_eq!(built.status.code(), Some(3), "{}", String::from_utf8_lossy(&built.stderr));
    assert_eq!(names(scratch.join("out")), ["x.raw"]);
    assert_eq!(fs::read(scratch.join("out/x.raw")).unwrap(), b"old");
    scratch.assert_nothing_left();
}
