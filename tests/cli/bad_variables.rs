//! Variables that cannot be followed, and those that are set and empty, which say nothing.

use crate::slate::{ELEMENTS, Run, command, finish};

/// Both commands that build, with variables of the environment.
fn build(variables: &[(&str, &str)]) -> [Run; 2] {
    ["build", "disk-image-create"].map(|name| {
        let mut command = command();
        command.env("ELEMENTS_PATH", ELEMENTS).args([name, "tiny-os", "-o", "missing/x"]);
        finish(command.envs(variables.iter().copied()))
    })
}

#[test]
fn what_is_set_and_empty_says_nothing() {
    let names = [
        "ACI_MANIFEST",
        "DIB_MIN_TMPFS",
        "DIB_NO_TMPFS",
        "DIB_OFFLINE",
        "TMP_DIR",
        "break",
        "break_cmd",
        "DIB_IMAGE_SIZE",
        "DIB_JOURNAL_SIZE",
    ];
    let missing = "error: the output's directory missing does not exist\nhint: create it: mkdir -p missing\n";
    for run in build(&names.map(|name| (name, ""))) {
        assert_eq!(run.stderr, missing);
    }
}

#[test]
fn a_place_to_work_that_is_none() {
    let table = [
        (
            "/nowhere/at/all",
            "error: TMP_DIR is /nowhere/at/all, which does not exist\n\
             hint: create it: mkdir -p /nowhere/at/all; or unset TMP_DIR to build in /var/tmp/slate\n",
        ),
        ("/dev/null", "error: TMP_DIR is /dev/null, which is not a directory\n"),
    ];
    for (place, stderr) in table {
        let [new, old] = build(&[("TMP_DIR", place)]);
        assert_eq!((new.status, new.stderr.as_str()), (Some(2), stderr));
        assert_eq!((old.status, old.stderr.as_str()), (Some(1), stderr));
    }
}

#[test]
fn a_break_point_that_there_is_not() {
    let stderr = "error: break: 'after-instal' is no break point (known: before-PHASE, after-PHASE and after-error, \
         where PHASE is one of root, extra-data, pre-install, install, post-install, post-root, block-device, \
         pre-finalise, finalise, cleanup)\n\
         hint: did you mean 'after-install' or 'after-pre-install' or 'after-finalise'?\n";
    let [new, old] = build(&[("break", "before-root,after-instal")]);
    assert_eq!((new.status, new.stderr.as_str()), (Some(2), stderr));
    assert_eq!((old.status, old.stderr.as_str()), (Some(1), stderr));
    let mut command = command();
    command.env("ELEMENTS_PATH", ELEMENTS).args(["build", "tiny-os", "--dry-run", "--break", "after-instal"]);
    let refused = finish(&mut command);
    assert_eq!((refused.status, refused.stderr.as_str(), refused.stdout.as_str()), (Some(2), stderr, ""));
}

#[test]
fn memory_that_is_no_number() {
    let [new, old] = build(&[("DIB_MIN_TMPFS", "much")]);
    assert_eq!(
        (new.status, new.stderr.as_str()),
        (Some(2), "error: DIB_MIN_TMPFS is 'much', which is no whole number of GiB\n")
    );
    assert_eq!(
        (old.status, old.stderr.lines().next()),
        (
            Some(1),
            Some("error: disk-image-create: --min-tmpfs (DIB_MIN_TMPFS) must be a whole number, not 'much'")
        )
    );
}
