//! The old commands, called by a user who is not root: they become root by
//! `sudo`, and what they make is the user's.
//!
//! The users are those of a mount namespace: the machine's own accounts and
//! rules of `sudo` stay as they are.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Test;
use crate::tooling::seed::{Seed, succeed, text};

pub(crate) const TESTS: &[Test] = &[
    ("elevated::what_a_user_builds_is_the_users", what_a_user_builds),
    ("elevated::the_users_environment_arrives", environment),
    ("elevated::repositories_that_a_user_has_in_the_cache_are_used", repositories),
    ("elevated::the_logs_of_a_failure_are_the_users", logs_of_a_failure),
    ("elevated::the_users_process_ends_the_build_however_it_ends", end_of_the_process),
    ("elevated::who_may_not_is_refused_by_sudo", refused_by_sudo),
    ("elevated::without_sudo_it_is_told_to_call_as_root", without_sudo),
    ("elevated::what_is_wrong_is_told_before_sudo_is_called", wrong_before_sudo),
    ("elevated::images_by_definition", images_by_definition),
];

/// A user who may do all by `sudo`.
const TRUSTED: u32 = 4321;

/// A user who may do nothing by it.
const STRANGER: u32 = 4322;

/// Adds the two users and the rule in a mount namespace, and runs a command as
/// one of them: `$0` is the scratch directory, `$1` the user's number.
const AS_USER: &str = r#"
etc=$0/etc; mkdir -p "$etc"; mount -t tmpfs tmpfs "$etc"; cp -r /etc/passwd /etc/group /etc/shadow /etc/sudoers.d "$etc"
for id in 4321 4322; do
    echo "slate-$id:x:$id:$id::$0/home:/bin/sh" >> "$etc/passwd"
    echo "slate-$id:x:$id:" >> "$etc/group"
    echo "slate-$id:*:19000:0:99999:7:::" >> "$etc/shadow"
done
echo 'slate-4321 ALL=(ALL) NOPASSWD: ALL' > "$etc/sudoers.d/slate"; chmod 440 "$etc/sudoers.d/slate"
for file in passwd group shadow sudoers.d; do mount --bind "$etc/$file" "/etc/$file"; done
user=$1; shift
exec setpriv --reuid "$user" --regid "$user" --init-groups "$@"
"#;

/// A place that users can enter, with a program that they can run.
fn seed() -> Seed {
    let seed = Seed::new();
    let program = seed.scratch.join("bin/slate");
    fs::copy(env!("CARGO_BIN_EXE_slate"), &program).unwrap();
    for name in ["disk-image-create", "diskimage-builder"] {
        std::os::unix::fs::symlink("slate", seed.scratch.join("bin").join(name)).unwrap();
    }
    succeed(Command::new("chmod").arg("755").arg(seed.scratch.path()));
    seed.scratch.make_dir("cache");
    seed.scratch.make_dir("home");
    let owner = format!("{TRUSTED}:{TRUSTED}");
    let directories = ["cache", "home", "out", "tmp"];
    succeed(Command::new("chown").arg(owner).args(directories).current_dir(seed.scratch.path()));
    seed
}

/// An old command as a user calls it.
fn called_by(user: u32, seed: &Seed, name: &str, words: &str) -> Command {
    let like = seed.old(name, "");
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "bash", "-euc", AS_USER]);
    command.arg(seed.scratch.path()).arg(user.to_string()).arg(name).args(words.split_whitespace());
    command.env_clear().envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(seed.scratch.path()).stdin(Stdio::null());
    command
}

fn build(seed: &Seed, words: &str) -> Command {
    called_by(TRUSTED, seed, "disk-image-create", &format!("-n {words} seed probe"))
}

fn owner(path: &Path) -> (u32, u32) {
    let metadata = fs::symlink_metadata(path).unwrap();
    (metadata.uid(), metadata.gid())
}

fn what_a_user_builds() {
    let seed = seed();
    seed.hook(
        "cleanup.d/90-beside",
        "mkdir -p \"$IMAGE_NAME.d/more\"; touch \"$IMAGE_NAME.d/more/file\" \"$IMAGE_NAME.initramfs\"
         ln -s /etc/shadow \"$IMAGE_NAME.link\"; touch \"${IMAGE_NAME%/*}/other\"
         chown 7:7 \"$IMAGE_NAME.initramfs\"",
    );
    fs::write(seed.output("x.before"), "").unwrap();
    let year_2000 = ["-d", "@946684800", "--no-dereference"];
    succeed(Command::new("touch").args(year_2000).arg(seed.output("x.before")));
    std::thread::sleep(std::time::Duration::from_secs(2));
    let shadow = owner(Path::new("/etc/shadow"));
    succeed(&mut build(&seed, "-t tar,qcow2 --checksum --logfile out/log -o out/x"));
    let users = (TRUSTED, TRUSTED);
    for name in ["x.tar", "x.tar.md5", "x.tar.sha256", "x.qcow2", "x.d", "x.d/more/file", "x.link", "log"] {
        assert_eq!(owner(&seed.output(name)), users, "{name}");
    }
    assert_eq!(owner(&seed.output("x.initramfs")), (7, 7), "what a hook gives to somebody");
    assert_eq!(owner(&seed.output("x.before")), (0, 0), "what was there before");
    assert_eq!(owner(&seed.output("other")), (0, 0), "what is not the image's");
    assert_eq!(owner(Path::new("/etc/shadow")), shadow);
    assert_eq!(
        owner(&seed.scratch.join("home/.cache/image-create")),
        users,
        "the cache is the user's to make"
    );
}

fn environment() {
    let seed = seed();
    seed.hook("root.d/90-env", "env -0 > \"$IMAGE_NAME.env\"; id -u > \"$IMAGE_NAME.id\"");
    let mut command = build(&seed, "-t tar -o out/x");
    command.env("DIB_LINES", "one\n two=\"2\"").env("DIB_EMPTY", "").env("LD_PRELOAD", "");
    succeed(&mut command);
    let seen = fs::read_to_string(seed.output("x.env")).unwrap();
    let home = format!("HOME={}", seed.scratch.join("home").display());
    for expected in ["DIB_LINES=one\n two=\"2\"", "DIB_EMPTY=", &home] {
        assert!(seen.split('\0').any(|variable| variable == expected), "{expected}: {seen}");
    }
    assert_eq!(fs::read_to_string(seed.output("x.id")).unwrap(), "0\n");
}

fn repositories() {
    let seed = seed();
    let repository = seed.scratch.make_dir("kept/source-repositories/it");
    let git = |words: &str| {
        let words = words.split_whitespace();
        succeed(Command::new("git").args(words).current_dir(&repository).env("HOME", "/nonexistent"));
    };
    git("init --quiet");
    git("-c user.name=a -c user.email=a@example.org commit --quiet --allow-empty --message first");
    succeed(Command::new("chown").args(["-R", &TRUSTED.to_string()]).arg(seed.scratch.join("kept")));
    seed.hook(
        "root.d/90-git",
        "sudo git -C \"$DIB_IMAGE_CACHE/source-repositories/it\" log --format=%s > \"$IMAGE_NAME.log\"",
    );
    let mut command = build(&seed, "-t tar -o out/x");
    succeed(command.env("DIB_IMAGE_CACHE", seed.scratch.join("kept")));
    assert_eq!(fs::read_to_string(seed.output("x.log")).unwrap(), "first\n");
    assert_eq!(owner(&seed.scratch.join("kept")).0, TRUSTED);
}

fn logs_of_a_failure() {
    let seed = seed();
    seed.hook("root.d/90-fail", "echo told; exit 7");
    let output = build(&seed, "-t tar -o out/x").output().unwrap();
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(7), "{told}");
    let log = told.lines().find_map(|line| line.trim().strip_prefix("log:")).expect(&told).trim();
    assert_eq!(owner(Path::new(log)).0, TRUSTED);
    assert!(fs::read_to_string(log).unwrap().contains("told"));
    assert!(seed.outputs().is_empty(), "{:?}", seed.outputs());
}

/// A build that waits in a hook, as a user's process.
fn waiting(seed: &Seed) -> Child {
    let mut child = build(seed, "-t tar -o out/x").stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("it waits")), "the hook tells that it waits");
    std::thread::spawn(move || lines.for_each(drop));
    child
}

fn end_of_the_process() {
    for (signal, status) in [(Signal::SIGTERM, None), (Signal::SIGKILL, Some(9))] {
        let seed = seed();
        seed.hook("root.d/90-wait", "mkfifo \"$IMAGE_NAME.never\"; echo it waits; cat \"$IMAGE_NAME.never\"");
        let mut child = waiting(&seed);
        let user = owner(Path::new(&format!("/proc/{}", child.id()))).0;
        assert_eq!(user, TRUSTED, "the process that is killed is the user's");
        kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
        let ended = child.wait().unwrap();
        assert_eq!(ended.signal(), status, "{ended}");
        if status.is_none() {
            assert_eq!(ended.code(), Some(143), "after the build has cleaned up");
        }
        seed.scratch.assert_nothing_left();
        assert!(!seed.output("x.tar").exists());
    }
}

fn refused_by_sudo() {
    let seed = seed();
    fs::set_permissions(seed.output(""), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let words = "-n -t tar -o out/x --image-cache tmp/cache seed";
    fs::set_permissions(seed.scratch.join("tmp"), std::os::unix::fs::PermissionsExt::from_mode(0o777))
        .unwrap();
    let output = called_by(STRANGER, &seed, "disk-image-create", words).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("sudo:"), "{}", text(&output.stderr));
    assert!(seed.outputs().is_empty());
}

fn without_sudo() {
    let seed = seed();
    let programs = seed.scratch.make_dir("programs");
    succeed(Command::new("cp").args(["--recursive", "--symbolic-link", "/usr/bin/."]).arg(&programs));
    fs::remove_file(programs.join("sudo")).unwrap();
    let bin = seed.scratch.join("bin");
    let path = format!("{}:{}:/usr/sbin:/sbin", bin.display(), programs.display());
    let mut build = called_by(TRUSTED, &seed, "disk-image-create", "-n -t tar -o out/x seed");
    let output = build.env("PATH", path).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(
        text(&output.stderr),
        "error: building needs root, for namespaces, mounts and loop devices\n\
         hint: run disk-image-create as root, or install sudo, by which it becomes root itself\n"
    );
    assert!(seed.outputs().is_empty());
}

fn wrong_before_sudo() {
    let seed = seed();
    let stranger = |words| called_by(STRANGER, &seed, "disk-image-create", words).output().unwrap();
    for (words, message) in [
        ("-n -t tar -o out/x nonsense", "error: no element 'nonsense'\n"),
        ("-n -t tar -o out/x seed", "error: the output's directory out: Permission denied (os error 13)\n"),
    ] {
        let output = stranger(words);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).starts_with(message), "{}", text(&output.stderr));
    }
}

fn images_by_definition() {
    let seed = seed();
    let file = seed.scratch.join("images.yaml");
    fs::write(&file, "- imagename: out/y\n  elements: [seed]\n  types: [tar]\n  environment: {DIB_OF: it}\n")
        .unwrap();
    seed.file("seed/cleanup.d/90-of", "#!/bin/bash\necho \"$DIB_OF\" > \"$IMAGE_NAME.of\"\n");
    succeed(&mut called_by(TRUSTED, &seed, "diskimage-builder", "images.yaml"));
    assert_eq!(owner(&seed.output("y.tar")).0, TRUSTED);
    assert_eq!(fs::read_to_string(seed.output("y.of")).unwrap(), "it\n");
}
