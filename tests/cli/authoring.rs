//! An element from nothing: made, compiled, checked, rehearsed, planned.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::slate::{command, compiling, finish, tests};
use crate::tooling::Scratch;

/// `slate element` with some words in a directory, able to compile.
fn slate(scratch: &Scratch, words: &str) -> Command {
    let mut slate = compiling(command(), scratch);
    slate.arg("element").args(words.split_whitespace());
    slate
}

#[test]
fn the_element_api_is_printed_from_the_binary() {
    let read = |name: &str| {
        let path = tests().join("../wit").join(name);
        fs::read_to_string(path).expect("reading the WIT package")
    };
    let scratch = Scratch::new();
    let one = finish(&mut slate(&scratch, "wit rootfs"));
    assert_eq!((one.status, one.stdout), (Some(0), read("rootfs.wit")));
    let whole = finish(&mut slate(&scratch, "wit")).stdout;
    assert!(whole.starts_with(&read("world.wit")) && whole.contains(&read("types.wit")));
    let wrong = finish(&mut slate(&scratch, "wit rotfs"));
    assert_eq!(
        (wrong.status, wrong.stderr.as_str()),
        (Some(2), "error: the element API has no interface 'rotfs'\nhint: did you mean 'rootfs'?\n")
    );
    let files = finish(&mut slate(&scratch, "wit --directory api"));
    assert_eq!(files.stdout, "api\n");
    assert_eq!(fs::read_to_string(scratch.join("api/boot.wit")).expect("a file"), read("boot.wit"));
}

#[test]
fn what_another_version_unpacked_is_cleaned_away() {
    let scratch = Scratch::new();
    let (work, cache) = (scratch.join("work"), scratch.join("slate"));
    let old = scratch.make_dir("slate/sdk-0123456789abcdef");
    let mut clean = command();
    clean.arg("clean").arg("--work-dir").arg(&work).env("XDG_CACHE_HOME", scratch.path());
    assert_eq!(finish(&mut clean).stdout, format!("removed {}\n", old.display()));
    let nothing = format!("nothing to remove in {} and {}\n", work.display(), cache.display());
    assert_eq!(finish(&mut clean).stdout, nothing);
}

#[test]
fn what_nobody_used_for_long_is_removed_from_the_cache() {
    let scratch = Scratch::new();
    let downloads = scratch.make_dir("slate/downloads");
    fs::write(downloads.join("new"), "new").expect("a download");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(40 * 24 * 60 * 60);
    fs::write(downloads.join("old"), "0123456789").expect("a download");
    let file = fs::File::options().write(true).open(downloads.join("old")).expect("the file");
    file.set_times(fs::FileTimes::new().set_accessed(old).set_modified(old)).expect("setting times");
    let clean = |words: &[&str]| {
        let mut clean = command();
        clean.arg("clean").args(words).arg("--work-dir").arg(scratch.join("work"));
        finish(clean.env("XDG_CACHE_HOME", scratch.path())).stdout
    };
    assert!(clean(&[]).starts_with("nothing to remove in "));
    assert!(clean(&["--unused", "50"]).starts_with("nothing to remove in "));
    let cache = scratch.join("slate");
    let told = format!("removed 1 file of {} that nobody used for 30 days (10 B)\n", cache.display());
    assert_eq!(clean(&["--unused", "30"]), told);
    assert!(downloads.join("new").exists() && !downloads.join("old").exists());
}

#[test]
fn the_reference_of_the_manifest_is_printed_from_the_binary() {
    let scratch = Scratch::new();
    let reference = fs::read_to_string(tests().join("../sdk/MANIFEST.md")).expect("reading the reference");
    assert_eq!(finish(&mut slate(&scratch, "manifest")).stdout, reference);
    let help = finish(&mut slate(&scratch, "new --help")).stdout;
    assert!(help.contains("slate element manifest"), "{help}");
}

#[test]
fn a_new_element_is_never_written_over_another() {
    let scratch = Scratch::new();
    let made = finish(&mut slate(&scratch, "new --lang c greeter"));
    assert_eq!(
        made.stdout,
        "greeter

What to do next:
  slate element build greeter    compile it to greeter/greeter.wasm
  slate element check greeter    look for what is wrong or missing
  slate element test greeter     run its hooks on a directory, without root
  slate build debian vm ./greeter/greeter.wasm -o greeter.qcow2
"
    );
    let again = finish(&mut slate(&scratch, "new --lang go greeter"));
    assert_eq!(
        (again.status, again.stderr.as_str()),
        (Some(2), "error: greeter exists already\nhint: give another name; nothing is overwritten\n")
    );
    assert!(scratch.join("greeter/hooks.c").is_file() && !scratch.join("greeter/hooks.go").exists());
    let slashes = finish(&mut slate(&scratch, "new --lang c other//")).stdout;
    assert!(slashes.starts_with("other\n") && slashes.contains("to other/other.wasm\n"), "{slashes}");
    let nowhere = finish(&mut slate(&scratch, "new --lang c nodir/x"));
    assert_eq!(
        (nowhere.status, nowhere.stderr.as_str()),
        (
            Some(2),
            "error: there is no folder nodir to make the element in\nhint: make it first: mkdir -p nodir\n"
        )
    );
    let builtin = finish(&mut slate(&scratch, "new --lang c debian"));
    assert!(builtin.stderr.starts_with("warning: slate carries an element 'debian', "), "{}", builtin.stderr);
    let unknown = finish(&mut slate(&scratch, "new --lang perl x"));
    assert!(unknown.stderr.contains("unknown language 'perl' (known: rust, c, python, js, go)"));
    assert_eq!(unknown.status, Some(2));
}

#[test]
fn an_element_in_rust_from_nothing_to_a_plan() {
    let scratch = Scratch::new();
    let succeed = |words: &str| {
        let run = finish(&mut slate(&scratch, words));
        assert_eq!(run.status, Some(0), "slate element {words}:\n{}\n{}", run.stdout, run.stderr);
        run
    };
    succeed("new --lang rust greeter");
    scratch.make_dir("greeter/static/etc");
    fs::write(scratch.join("greeter/static/etc/greeter"), "hi\n").expect("writing a file for the image");
    let built = succeed("build greeter");
    assert_eq!(built.stdout, "greeter/greeter.wasm\n");
    assert!(built.stderr.starts_with("compiling greeter by "), "{}", built.stderr);
    assert_eq!(succeed("check greeter --strict").stdout, "nothing found\n");
    assert_eq!(succeed("test greeter").stdout, "passed default\npassed given\n");
    assert_eq!(succeed("test greeter/greeter.wasm --case given").stdout, "passed given\n");

    let words = ["plan", "debian", "./greeter/greeter.wasm", "-a", "amd64", "--set", "greeter.greeting=hi"];
    let plan = finish(command().args(words).current_dir(scratch.path()));
    assert!(plan.stdout.contains("50-greet"), "{}\n{}", plan.stdout, plan.stderr);

    expectations_are_compared_and_written(&scratch);
    what_is_not_carried_is_told(&scratch);
    a_stale_component_is_found(&scratch);
}

fn expectations_are_compared_and_written(scratch: &Scratch) {
    let expected = scratch.join("greeter/tests/default/expected.txt");
    let right = fs::read_to_string(&expected).expect("reading expectations");
    fs::write(&expected, right.replace("| welcome", "| good bye")).expect("writing expectations");
    let failed = finish(&mut slate(scratch, "test greeter --case default"));
    assert_eq!(failed.status, Some(1));
    assert!(failed.stdout.starts_with("FAILED default\n"), "{}", failed.stdout);
    assert!(failed.stdout.contains("    -    | good bye\n    +    | welcome\n"), "{}", failed.stdout);
    assert_eq!(
        failed.stderr,
        "error: 1 of 1 cases failed\nhint: if the new behaviour is right, run it again with --update\n"
    );
    let updated = finish(&mut slate(scratch, "test greeter --update"));
    assert!(updated.stdout.starts_with("updated default\n") && updated.stdout.ends_with("unchanged given\n"));
    assert_eq!(fs::read_to_string(&expected).expect("reading expectations"), right);
    let json = finish(&mut slate(scratch, "test greeter --json --case given")).stdout;
    assert_eq!(json, "[\n  {\n    \"case\": \"given\",\n    \"verdict\": \"passed\"\n  }\n]\n");
}

fn what_is_not_carried_is_told(scratch: &Scratch) {
    let check = || finish(&mut slate(scratch, "check greeter")).stdout;
    fs::write(scratch.join("greeter/static/etc/greeter"), "hello\n").expect("writing a file for the image");
    assert!(check().starts_with("error: the component carries other files than its folder has [stale-"));

    scratch.make_dir("greeter/environment.d");
    fs::write(scratch.join("greeter/environment.d/10-x"), "").expect("writing a script");
    let built = finish(&mut slate(scratch, "build greeter"));
    let told = "warning: the component works in its folder alone: it cannot carry environment.d/10-x, ";
    assert!(built.status == Some(0) && built.stderr.contains(told), "{}", built.stderr);
    assert_eq!(check(), "nothing found\n");
    let alone = finish(&mut slate(scratch, "info greeter/greeter.wasm"));
    assert_eq!(
        alone.stderr,
        "error: greeter/greeter.wasm: section 'blankslate:element-files': 'environment.d/10-x' is in the \
         element's folder alone; give the folder instead\n"
    );
    fs::remove_dir_all(scratch.join("greeter/environment.d")).expect("removing the script");
    finish(&mut slate(scratch, "build greeter"));
}

fn a_stale_component_is_found(scratch: &Scratch) {
    let manifest = scratch.join("greeter/element.toml");
    let text = fs::read_to_string(&manifest).expect("reading the manifest");
    fs::write(&manifest, format!("{text}\n[capabilities]\nchroot = true\n")).expect("writing the manifest");
    let found = finish(&mut slate(scratch, "check greeter"));
    assert_eq!(found.status, Some(1));
    assert_eq!(
        found.stdout,
        "error: the component carries another manifest than element.toml [stale-component]
    compile it anew with `slate element build`
warning: element.toml asks for chroot, but the component imports nothing that uses it [unused-capability]
    leave it out, so that operators grant no more than they must
"
    );
    let json = finish(&mut slate(scratch, "check greeter --json"));
    assert!(json.stdout.contains("\"code\": \"stale-component\""), "{}", json.stdout);
    let info = finish(&mut slate(scratch, "info ./greeter --json")).stdout;
    assert!(
        info.contains(
            "\"capability\": \"chroot\",\n      \"built-in\": false,\n      \"flag\": \"--grant greeter:chroot\""
        ),
        "{info}"
    );
}

#[test]
fn what_cannot_be_compiled_says_why() {
    let scratch = Scratch::new();
    scratch.make_dir("empty");
    let nothing = finish(&mut slate(&scratch, "build empty"));
    assert_eq!(
        (nothing.status, nothing.stderr.as_str()),
        (
            Some(1),
            "error: empty has no element.toml\n\
             hint: `slate element manifest` prints what it holds; `slate element new` makes a new element\n"
        )
    );
    let nowhere = finish(&mut slate(&scratch, "build nowhere"));
    assert_eq!(
        nowhere.stderr,
        "error: there is no folder nowhere\nhint: `slate element new` makes the folder of a new element\n"
    );
    fs::write(scratch.join("empty/element.toml"), "name = \"empty\"\nversion = \"1\"\napi = \"0.1\"\n")
        .expect("writing the manifest");
    let unwritten = finish(&mut slate(&scratch, "build empty"));
    assert_eq!(
        unwritten.stderr,
        "error: no source in empty: expected one of Cargo.toml, *.c, *.py, *.js, *.go\n"
    );
    let bare = scratch.make_dir("bare");
    for program in ["sh", "dirname", "mkdir"] {
        symlink(Path::new("/usr/bin").join(program), bare.join(program)).expect("making a link");
    }
    fs::write(scratch.join("empty/hooks.c"), "").expect("writing a source");
    let without = finish(slate(&scratch, "build empty").env("PATH", &bare));
    let told = "'python3' is not installed: install Python 3 with its venv module (Debian: python3-venv)";
    assert_eq!(without.status, Some(1));
    assert!(without.stderr.starts_with(&format!("{told}\nerror: compiling empty: ")), "{}", without.stderr);

    let untested = finish(&mut slate(&scratch, "test empty"));
    assert_eq!(
        untested.stderr,
        "error: empty/element.toml names the component 'empty.wasm', which is not beside it\n\
         hint: compile it with `slate element build`, or put the component there as empty.wasm\n"
    );
}
