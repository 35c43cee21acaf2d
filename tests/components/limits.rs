//! How much hooks may use: where operators say it, and how a hook that wants more
//! is told to.

use std::fs;
use std::process::Command;

use crate::rehearsal::folder;
use crate::tooling::Scratch;
use crate::trial::Trial;

/// A limit for a hook that writes 4 MiB, and the end of what is said then.
const TIGHT: &str = "written=1MiB";
const REACHED: &str = "data written to the image; raise it with --limit written=2MiB\n";

/// A limit that is enough for it.
const WIDE: &str = "written=64MiB";

/// What sets limits where no flag does.
const VARIABLE: &str = "SLATE_LIMITS";

fn element() -> Trial {
    Trial::beside_a_system().element("rootfs", &["streams"], "")
}

/// What a command said that must fail, or succeed.
fn said(command: &mut Command, success: bool) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.success(), success, "{text}");
    text
}

#[test]
fn element_test_has_limits_as_builds_do() {
    let scratch = Scratch::new();
    let folder = folder(&scratch, "rootfs", &["streams"], "", &[]);
    let written = |options: &[&str], variable: Option<&str>| {
        let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
        slate.args(["element", "test", "--update"]).arg(&folder).args(options);
        slate.env_remove(VARIABLE).envs(variable.map(|value| (VARIABLE, value)));
        said(slate.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")), true);
        fs::read_to_string(folder.join("tests/default/expected.txt")).unwrap()
    };
    assert!(!written(&[], None).contains("failed"), "{}", written(&[], None));
    for (options, variable) in [(&["--limit", TIGHT][..], None), (&[], Some(TIGHT))] {
        let text = written(options, variable);
        assert!(text.contains(REACHED), "{text}");
    }
    let wider = written(&["--limit", WIDE], Some(TIGHT));
    assert!(!wider.contains("failed"), "{wider}");
}

/// What is said where a rehearsal ended before the hook came to what it asks for.
const UNUSED: &str = "chroot is declared, and no rehearsal used it";

#[test]
fn element_check_has_limits_as_builds_do() {
    let scratch = Scratch::new();
    let case = [("tests/plain/case.toml", "")];
    let folder = folder(&scratch, "command", &["denied-chroot"], "capabilities.chroot = true", &case);
    let found = |options: &[&str], variable: Option<&str>| {
        let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
        slate.args(["element", "check"]).arg(&folder).args(options);
        slate.env_remove(VARIABLE).envs(variable.map(|value| (VARIABLE, value)));
        let output = slate.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let (tight, wide) = ("stack=1KiB", "stack=512KiB");
    assert!(!found(&[], None).contains(UNUSED), "{}", found(&[], None));
    for text in [found(&["--limit", tight], None), found(&[], Some(tight))] {
        assert!(text.contains(UNUSED), "{text}");
    }
    let wider = found(&["--limit", wide], Some(tight));
    assert!(!wider.contains(UNUSED), "{wider}");
}

#[test]
fn builds_have_the_limits_of_flag_variable_and_file() {
    let trial = element();
    let file = |limit: &str| {
        let (name, value) = limit.split_once('=').unwrap();
        let path = trial.join("image.toml");
        fs::write(&path, format!("[limits]\n{name} = '{value}'\n")).unwrap();
        format!("--file={}", path.display())
    };
    let refused = |mut command: Command| {
        let text = said(&mut command, false);
        assert!(text.contains(REACHED), "{text}");
        assert!(
            text.contains("try:  a higher limit, as the error has it, if element rootfs needs"),
            "{text}"
        );
    };
    refused(trial.command(&["--limit", TIGHT]));
    let mut with_variable = trial.command(&[]);
    with_variable.env(VARIABLE, TIGHT);
    refused(with_variable);
    refused(trial.command(&[&file(TIGHT)]));
    refused(trial.command(&["--limit", TIGHT, &file(WIDE)]));
    said(trial.command(&["--limit", WIDE, &file(TIGHT)]).env(VARIABLE, TIGHT), true);
}

#[test]
fn old_commands_have_the_limits_of_the_variable_and_say_so() {
    let trial = element();
    let create = || trial.old("disk-image-create", &["-n"]);
    let text = said(create().env(VARIABLE, TIGHT), false);
    assert!(text.contains("data written to the image; raise it with SLATE_LIMITS=written=2MiB\n"), "{text}");
    let wrong = said(create().env(VARIABLE, "wirtten=1MiB"), false);
    assert!(wrong.starts_with("error: SLATE_LIMITS: unknown limit 'wirtten' (known: memory, "), "{wrong}");
    said(create().env(VARIABLE, WIDE), true);
}
