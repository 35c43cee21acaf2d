//! Elements by name, by path and as one file.

use std::fs;
use std::os::unix::fs::symlink;

use blankslate::element::carried;
use blankslate_element_build::embed_files;

use crate::slate::{command, finish, run};
use crate::tooling::Scratch;

/// A component without code that carries a manifest.
pub(crate) fn self_contained(manifest: &str) -> Vec<u8> {
    let name = "blankslate:element-manifest";
    let mut body = vec![u8::try_from(name.len()).expect("a short name")];
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(manifest.as_bytes());
    let mut bytes = b"\0asm\x0d\0\x01\0\0".to_vec();
    let mut length = body.len();
    while length >= 0x80 {
        bytes.push(0x80 | u8::try_from(length & 0x7f).expect("seven bits"));
        length >>= 7;
    }
    bytes.push(u8::try_from(length).expect("seven bits"));
    bytes.extend_from_slice(&body);
    bytes
}

const HELLO: &str = "name = \"hello\"\nversion = \"1.0\"\nsummary = \"Greets whoever logs in\"\napi = \"0.1\"\n\
    [[hooks]]\nphase = \"install\"\norder = 50\nname = \"greet\"\n";

#[test]
fn one_file_is_an_element() {
    let scratch = Scratch::new();
    fs::write(scratch.join("hello.wasm"), self_contained(HELLO)).expect("writing the component");
    let elements = crate::slate::fixtures().join("elements");
    for element in ["./hello.wasm", "hello.wasm"] {
        let words = ["plan", "tiny-os", element, "-a", "amd64"];
        let plan = finish(command().args(words).env("ELEMENTS_PATH", &elements).current_dir(scratch.path()));
        assert_eq!(plan.status, Some(0), "{}", plan.stderr);
        assert!(plan.stdout.contains("    50-greet  hello  component\n"), "{}", plan.stdout);
        assert!(plan.stdout.contains("Greets whoever logs in\n"), "{}", plan.stdout);
    }
    let by_name = finish(
        command().args(["element", "info", "hello", "--elements-path", "."]).current_dir(scratch.path()),
    );
    assert_eq!(
        by_name.stdout,
        "hello\n  summary      Greets whoever logs in\n  from         ./hello.wasm\n  version      1.0\n  element API  0.1\n\n\
         Hooks\n  install  50-greet  component\n"
    );
}

#[test]
fn one_file_is_what_elements_depend_on_and_image_files_name() {
    let scratch = Scratch::new();
    fs::write(scratch.join("hello.wasm"), self_contained(HELLO)).expect("writing the component");
    scratch.make_dir("shell");
    fs::write(scratch.join("shell/element-deps"), "hello\n").expect("writing the element");
    let wants = HELLO
        .replace("hello", "wants")
        .replace("greet\"", "wish\"")
        .replace("api", "dependencies = [\"hello\"]\napi");
    fs::write(scratch.join("wants.wasm"), self_contained(&wants)).expect("writing the component");
    fs::write(scratch.join("image.toml"), "elements = ['tiny-os', './wants.wasm']\n").expect("writing");
    let path = format!("{}:.", crate::slate::fixtures().join("elements").display());
    for words in ["tiny-os shell", "tiny-os wants", "tiny-os ./shell ./hello.wasm", "--file image.toml"] {
        let mut plan = command();
        plan.arg("plan").args(words.split(' ')).env("ELEMENTS_PATH", &path).current_dir(scratch.path());
        let plan = finish(&mut plan);
        assert_eq!((plan.status, plan.stderr.as_str()), (Some(0), ""), "{words}");
        assert!(plan.stdout.contains("    50-greet  hello  component\n"), "{words}:\n{}", plan.stdout);
    }
}

/// A component element with all that a component carries, and some that it does not.
fn whole_element(scratch: &Scratch) {
    let folder = scratch.make_dir("whole");
    let manifest = HELLO.replace("\"hello\"", "\"whole\"").replace("50", "60");
    let files = [
        ("README.md", "# whole\n\nHas everything.\n"),
        ("element-deps", "hello\n"),
        ("element-provides", "partial\n"),
        ("pkg-map", "{\"default\": {\"a\": \"b\"}}"),
        ("svc-map", "a:\n  default: b\n"),
        ("package-installs.yaml", "curl:\n"),
        ("install.d/package-installs-whole", "vim\n"),
        ("block-device-default.yaml", LAYOUT),
        ("static/etc/deep/file", "text\n"),
        ("init-scripts/sysv/x", "#!/bin/sh\n"),
        ("src/lib.rs", ""),
        ("notes", ""),
        ("element.toml", &manifest),
    ];
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("making a folder");
        fs::write(path, text).expect("writing the element");
    }
    symlink("/run/x", folder.join("static/etc/link")).expect("making a link");
    scratch.make_dir("whole/static/etc/empty");
    let packed = carried::pack_folder(&folder).expect("packing").expect("files");
    fs::write(folder.join("whole.wasm"), embed_files(self_contained(&manifest), &packed))
        .expect("writing the component");
}

const LAYOUT: &str = "\
- local_loop: {name: disk}
- partitioning: {base: disk, label: mbr, partitions: [{name: root, flags: [boot], size: 100%}]}
- mkfs: {base: root, type: ext4, label: whole, mount: {mount_point: /}}
";

#[test]
fn a_folder_and_its_component_are_the_same_element() {
    let scratch = Scratch::new();
    fs::write(scratch.join("hello.wasm"), self_contained(HELLO)).expect("writing the component");
    whole_element(&scratch);
    let slate = |words: &[&str]| {
        let mut slate = command();
        slate.args(words).env("ELEMENTS_PATH", ".").current_dir(scratch.path());
        let run = finish(&mut slate);
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{words:?}");
        // Where it comes from is another place, which moves columns.
        let text = run.stdout.replace("whole/whole.wasm", "whole").replace("\"wasm\"", "\"directory\"");
        text.lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n")
            .collect::<String>()
    };
    for form in [&["-a", "amd64"][..], &["-a", "amd64", "--json"]] {
        let plan = |element: &'static str| slate(&[&["plan", "debian", element], form].concat());
        assert_eq!(plan("./whole"), plan("./whole/whole.wasm"));
    }
    let text = slate(&["plan", "debian", "./whole/whole.wasm", "-a", "amd64"]);
    for part in ["50-greet hello", "60-greet whole", "package-installs", "ext4"] {
        assert!(text.contains(part), "{part} in:\n{text}");
    }
    assert_eq!(slate(&["element", "info", "./whole"]), slate(&["element", "info", "./whole/whole.wasm"]));
}

#[test]
fn what_is_here_is_hinted_at() {
    let scratch = Scratch::new();
    whole_element(&scratch);
    fs::write(scratch.join("hello.wasm"), self_contained(HELLO)).expect("writing the component");
    fs::write(scratch.join("image.toml"), "elements = []\n").expect("writing the image file");
    let here = |path: &str| format!("hint: there is one here; a path is given as such: {path}\n");
    let file = |path: &str| format!("hint: an image file is given with --file {path}\n");
    for (words, hint) in [
        ("element info whole", here("./whole")),
        ("plan debian hello", here("./hello.wasm")),
        ("plan image.toml", file("image.toml")),
        ("plan ./image.toml", file("./image.toml")),
    ] {
        let run = finish(command().args(words.split(' ')).current_dir(scratch.path()));
        assert_eq!(run.status, Some(2), "{words}");
        assert!(run.stderr.ends_with(&hint), "{words}: {}", run.stderr);
    }
}

#[test]
fn maps_are_read_with_the_plan() {
    let scratch = Scratch::new();
    let maps = [
        ("pkg-map", "{bad", "pkg-map of element shell: key must be a string at line 1 column 2"),
        ("svc-map", "- a\n", "svc-map of element shell: "),
        ("pkg-map", "{\"default\": {\"a\": 1}}", "pkg-map of element shell: invalid type: integer `1`"),
    ];
    for (file, text, message) in maps {
        let folder = scratch.make_dir("shell");
        fs::write(folder.join("README.md"), "# shell\n\nHas maps.\n").expect("writing the element");
        fs::write(folder.join(file), text).expect("writing the element");
        let plan = finish(command().args(["plan", "debian", "./shell"]).current_dir(scratch.path()));
        assert_eq!(plan.status, Some(2), "{file}");
        assert!(plan.stderr.starts_with(&format!("error: {message}")), "{}", plan.stderr);
        let check = finish(command().args(["element", "check", "shell"]).current_dir(scratch.path()));
        assert_eq!(check.status, Some(1), "{file}");
        assert!(check.stdout.starts_with(&format!("error: {message}")), "{}", check.stdout);
        fs::remove_dir_all(&folder).expect("removing the element");
    }
}

#[test]
fn the_first_directory_on_the_path_wins_over_later_and_builtin_ones() {
    let scratch = Scratch::new();
    for (directory, summary) in [("first/debian", "Mine."), ("second/debian", "Not this one.")] {
        let directory = scratch.make_dir(directory);
        fs::write(directory.join("element-provides"), "operating-system\n").expect("writing the element");
        fs::write(directory.join("README.md"), format!("# debian\n\n{summary}\n"))
            .expect("writing the element");
    }
    let plan = finish(
        command().args(["plan", "debian", "--elements-path", "first:second"]).current_dir(scratch.path()),
    );
    assert!(plan.stdout.contains("  debian  first/debian  asked for  Mine\n"), "{}", plan.stdout);

    let given = finish(command().args(["plan", "./second/debian"]).current_dir(scratch.path()));
    assert!(
        given.stdout.contains("  debian  ./second/debian  asked for  Not this one\n"),
        "{}",
        given.stdout
    );
}

#[test]
fn an_element_shows_all_it_is() {
    let info = run("element info mixed");
    assert_eq!(
        info.stdout,
        "\
mixed
  summary      Has hooks of both kinds
  from         elements/mixed
  version      0.1.0
  element API  0.1

Depends on
  tiny-os

Hooks
  install  61-before   shell
  install  62-ssh-key  component
  install  63-after    shell
  cleanup  05-forget   component

Parameters
  mode  a string    default unset   What happens to keys that are there; one of: append, replace
  port  an integer  default 22
  user  a string    default \"root\"  Whose keys to write; variable DIB_LOCAL_CONFIG_USERNAME

Asks for
  environment=HOME                  --grant mixed:environment=HOME
  host-file=~/.ssh/authorized_keys  --grant mixed:host-file=~/.ssh/authorized_keys
  host-program=bash                 --grant mixed:host-program=bash
  host-program=sh                   --grant mixed:host-program=sh
  url=https://example.org/keys/     --grant mixed:url=https://example.org/keys/
  chroot                            --grant mixed:chroot

Programs of the build host
  bash  package bash  or sh
"
    );
}

#[test]
fn the_list_holds_every_element_and_hides_no_broken_one() {
    let list = run("element list");
    let line =
        |name: &str| list.stdout.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap_or("");
    assert!(line("debian").contains("component  built-in"), "{}", list.stdout);
    assert!(
        line("tiny-os")
            .ends_with("A distribution for tests: an empty tree with the directories that chroots need")
    );
    let future =
        "element 'future' was built for version 0.9 of the element API, and this slate runs version 0.1";
    assert!(line("future").contains(" broken ") && line("future").ends_with(future), "{}", list.stdout);
    assert_eq!(list.status, Some(0));

    let distributions = run("element list --distributions");
    let names: Vec<_> = distributions.stdout.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"debian") && names.contains(&"tiny-os"), "{names:?}");
    assert!(!names.contains(&"vm") && !names.contains(&"mixed"), "{names:?}");
}

#[test]
fn the_version_names_the_element_api() {
    assert_eq!(run("version").stdout, format!("slate {}\nelement API 0.1\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(run("--version").stdout, format!("slate {}\n", env!("CARGO_PKG_VERSION")));
}
