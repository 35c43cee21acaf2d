//! Images described in a file.

use std::fs;

use crate::slate::{command, finish, fixtures};
use crate::tooling::Scratch;

/// Plans in a directory of its own, the tests' elements on the path.
fn plan(scratch: &Scratch, words: &str) -> crate::slate::Run {
    let words = words.split_whitespace();
    finish(
        command()
            .arg("plan")
            .args(words)
            .env("ELEMENTS_PATH", fixtures().join("elements"))
            .current_dir(scratch.path()),
    )
}

#[test]
fn a_file_says_what_flags_say() {
    let scratch = Scratch::new();
    let text = r#"
elements = ["mixed"]
output = "out.raw"
formats = ["raw", "tar"]
arch = "amd64"
packages = ["curl"]
checksum = true

[parameters.mixed]
user = "ann"
port = 2222

[grants]
mixed = ["chroot", "host-file=~/.ssh"]

[disk]
image-size = "4GiB"
root-label = "data"
"#;
    fs::write(scratch.join("image.toml"), text).expect("writing the image file");
    let flags = "mixed -o out.raw -t raw,tar -a amd64 -p curl --checksum --set mixed.user=ann --set port=2222 \
                 --grant mixed:chroot --grant mixed:host-file=~/.ssh --image-size 4GiB --root-label data --json";
    let by_flags = plan(&scratch, flags);
    assert_eq!((by_flags.status, by_flags.stderr.as_str()), (Some(0), ""));
    assert_eq!(plan(&scratch, "--file image.toml --json"), by_flags);
}

#[test]
fn flags_win_over_the_file() {
    let scratch = Scratch::new();
    let text = "elements = ['mixed']\narch = 'amd64'\noutput = 'a.raw'\npackages = ['curl']\n[parameters.mixed]\nuser = 'ann'\nport = 1\n";
    fs::write(scratch.join("image.toml"), text).expect("writing the image file");
    let both = plan(&scratch, "-f image.toml -o b.tar -t tar -p vim --set mixed.user=bob --json");
    let flags = "mixed -a amd64 -o b.tar -t tar -p curl,vim --set mixed.user=bob --set mixed.port=1 --json";
    assert_eq!(both, plan(&scratch, flags));
}

#[test]
fn paths_are_those_beside_the_file() {
    let scratch = Scratch::new();
    scratch.make_dir("images/mine");
    fs::write(scratch.join("images/mine/element-deps"), "tiny-os\n").expect("writing the element");
    let text =
        "elements = ['./mine']\noutput = 'out.raw'\narch = 'amd64'\n[environment]\nDIB_X = 'y'\nOWN = 'z'\n";
    fs::write(scratch.join("images/image.toml"), text).expect("writing the image file");
    let planned = plan(&scratch, "--file images/image.toml");
    assert_eq!((planned.status, planned.stderr.as_str()), (Some(0), ""));
    assert!(planned.stdout.contains("  images/mine  "), "{}", planned.stdout);
    assert!(planned.stdout.contains("images/out.raw"), "{}", planned.stdout);
    for variable in ["DIB_X", "OWN"] {
        assert!(planned.stdout.contains(variable), "{}", planned.stdout);
    }
}

#[test]
fn what_is_wrong_is_told_with_file_key_and_nearest() {
    let scratch = Scratch::new();
    let table = [
        (
            "elemnts = ['debian']\n",
            "error: image.toml: unknown key 'elemnts'\nhint: did you mean 'elements'?\n",
        ),
        (
            "[disk]\nimage_size = 1\n",
            "error: image.toml: unknown key 'disk.image_size'\nhint: did you mean 'disk.image-size'?\n",
        ),
        (
            "[environment]\n'A=B' = 'x'\n",
            "error: image.toml: environment: 'A=B' is not the name of a variable\n",
        ),
        (
            "[grants]\nmine = ['chroot=1']\n",
            "error: image.toml: grants.mine: capability 'chroot' takes no value\n",
        ),
        (
            "[limits]\nmemry = '2GiB'\n",
            "error: image.toml: limits.memry: unknown limit 'memry' (known: memory, stack, time, computing, compiling, output, answer, argument, written, scratch, requests, entries, handles, download)\n",
        ),
        (
            "[limits]\nstack = '65MiB'\n",
            "error: image.toml: limits.stack: a hook has 64 MiB of call stack at most\n",
        ),
        (
            "[limits]\ntime = 'soon'\n",
            "error: image.toml: limits.time: 'soon' is no time such as 90s, 30m or 2h\n",
        ),
        (
            "elements = ['debian']\n[parameters.debian]\nrelaese = 'sid'\n",
            "error: image.toml: parameters.debian.relaese: element 'debian' has no parameter 'relaese'\nhint: did you mean 'release'?\n",
        ),
        (
            "elements = ['debian', 'vm']\n[parameters.debain]\nrelease = 'sid'\n",
            "error: image.toml: parameters.debain.release: no element of this image is called 'debain'\nhint: did you mean 'debian'?\n",
        ),
        (
            "elements = ['debian', 'vm']\n[parameters.vm]\ntimeout = 'no'\n",
            "error: parameter vm.timeout, from image.toml: 'no' is not a whole number\nhint: timeout: Seconds the boot menu waits\n",
        ),
        (
            "elements = ['debian', 'vm']\n[grants]\ndebain = ['chroot']\n",
            "error: image.toml: grants.debain: chroot: no element of this image is called 'debain'\nhint: did you mean 'debian'?\n",
        ),
        (
            "elements = ['debian', 'vm']\n[grants]\nvm = ['url=https://x.org/']\n",
            "error: image.toml: grants.vm: url=https://x.org/: the element does not ask for it\nhint: it asks for: block-device\n",
        ),
    ];
    for (text, stderr) in table {
        fs::write(scratch.join("image.toml"), text).expect("writing the image file");
        for verb in ["plan", "build"] {
            let refused = finish(command().args([verb, "--file", "image.toml"]).current_dir(scratch.path()));
            assert_eq!((refused.status, refused.stderr.as_str()), (Some(2), stderr), "{text}");
        }
    }
    let missing = plan(&scratch, "--file none.toml");
    assert_eq!(
        missing.stderr,
        "error: reading the image file none.toml: No such file or directory (os error 2)\n"
    );
}
