//! Findings for folders as people write them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::authoring::check::{Severity, check};
use crate::element::Library;

fn put(folder: &Path, path: &str, mode: u32, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

/// What is found for a file in an element that has nothing wrong otherwise.
fn found(path: &str, mode: u32, text: &str) -> Vec<(Severity, &'static str, String)> {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("mine");
    put(&folder, "README.md", 0o644, "# mine\n\nDoes nothing.\n");
    put(&folder, "install.d/50-fine", 0o755, "#!/bin/bash\ninstall $(dirname $0)/program.sh /usr/bin\n");
    put(&folder, "install.d/data.conf", 0o644, "a = b\n");
    put(&folder, "environment.d/10-mine.bash", 0o644, "export A=b\n");
    put(scratch.path(), "neighbour/element-provides", 0o644, "provided\n");
    if !path.is_empty() {
        put(&folder, path, mode, text);
    }
    let findings = check(&folder, &Library::default(), None);
    findings.into_iter().map(|it| (it.severity, it.code, it.message)).collect()
}

#[test]
fn a_shell_element_in_order_has_no_findings() {
    assert_eq!(found("", 0, ""), []);
}

#[test]
fn what_silently_goes_wrong_is_found() {
    use Severity::{Error, Warning};
    let table: [(&str, u32, &str, Severity, &str, &str); 16] = [
        (
            "install.d/60-x",
            0o644,
            "#!/bin/sh\n",
            Error,
            "hook-not-executable",
            "install.d/60-x is not executable: it never runs",
        ),
        (
            "install.d/60-x.sh",
            0o755,
            "#!/bin/sh\n",
            Warning,
            "hook-name",
            "install.d/60-x.sh never runs by itself: names of hooks have letters, digits, '-' and '_' only",
        ),
        (
            "install.d/60-x",
            0o755,
            "#!/bin/sh\r\ntrue\r\n",
            Error,
            "line-ends",
            "line 1 of install.d/60-x ends with a carriage return, as on Windows: its interpreter is not found",
        ),
        (
            "environment.d/20-x.bash",
            0o644,
            "export A=b\r\n",
            Warning,
            "line-ends",
            "line 1 of environment.d/20-x.bash ends with a carriage return, as on Windows: the shell takes it for part of the line",
        ),
        (
            "install.d/60-x",
            0o755,
            "echo x\n",
            Warning,
            "no-interpreter",
            "install.d/60-x has no '#!' line: which shell runs it is left open",
        ),
        (
            "preinstall.d/60-x",
            0o755,
            "#!/bin/sh\n",
            Error,
            "unknown-phase",
            "the folder preinstall.d is no phase's: nothing in it runs",
        ),
        (
            "environment.d/a b",
            0o644,
            "export A=b\n",
            Warning,
            "environment-name",
            "environment.d/a b is not sourced: names there have letters, digits, '.', '-' and '_' only, and no folders",
        ),
        ("pkg-map.json", 0o644, "{}", Warning, "unread-file", "nobody reads pkg-map.json"),
        (
            "block-device-default.yml",
            0o644,
            "",
            Warning,
            "unread-file",
            "nobody reads block-device-default.yml",
        ),
        ("pkg-map", 0o644, "{", Error, "declaration", "pkg-map of element mine: "),
        ("svc-map", 0o644, "a: [", Error, "declaration", "svc-map of element mine: "),
        ("package-installs.yaml", 0o644, "a: [", Error, "declaration", "package-installs of element mine: "),
        ("block-device-default.yaml", 0o644, "- x: [", Error, "declaration", "block-device-default.yaml: "),
        (
            "source-repository-x",
            0o644,
            "x git /opt/x\n",
            Error,
            "declaration",
            "source-repository-x of element mine: line 1: x of type git needs a destination and a location behind it",
        ),
        (
            "element-deps",
            0o644,
            "debain\n",
            Warning,
            "unknown-dependency",
            "it depends on 'debain', which is no element of the built-in elements, ",
        ),
        ("README.md", 0o644, "", Warning, "no-summary", "nothing says in one line what the element does"),
    ];
    for (path, mode, text, severity, code, message) in table {
        let found = found(path, mode, text);
        let [(found_severity, found_code, found_message)] = &found[..] else { panic!("{path}: {found:?}") };
        assert_eq!((*found_severity, *found_code), (severity, code), "{path}");
        assert!(found_message.starts_with(message), "{path}: {found_message}");
    }
}

#[test]
fn what_helpers_and_neighbours_have_is_no_finding() {
    for (path, mode, text) in [
        ("install.d/package-installs-mine", 0o644, "curl\n"),
        ("install.d/mine-source-install/60-x", 0o755, "#!/bin/sh\n"),
        ("install.d/60-program", 0o755, "\x7fELF\r\n"),
        ("install.d/program.sh", 0o755, "#!/bin/sh\n"),
        ("init.d/60-x", 0o644, "echo\n"),
        ("element-deps", 0o644, "debian neighbour provided\n"),
        ("source-repository-x", 0o644, "x package\ny git /opt/y $BASE/y # z\n"),
    ] {
        assert_eq!(found(path, mode, text), [], "{path}");
    }
}
