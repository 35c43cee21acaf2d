//! Loop devices that hooks attach with `losetup`, which keeps them attached for
//! good, and leave so.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Test;
use crate::tooling::seed::{Seed, succeed, text};

pub(crate) const TESTS: &[Test] = &[
    ("forgotten::loop_devices_that_hooks_leave_are_detached_and_told", left_by_hooks),
    ("forgotten::loop_devices_of_a_hook_that_failed_are_detached", left_by_a_failure),
    ("forgotten::loop_devices_of_a_killed_build_go_with_the_next", left_by_a_killed_build),
];

/// Attaches a file, which is made, and tells so.
const ATTACH: &str = r#"
attach() {
    truncate -s 1M "$1"
    losetup --find "$1"
    echo "attached $1"
}
"#;

fn seed(hooks: &[(&str, &str)]) -> Seed {
    let seed = Seed::new();
    for (hook, script) in hooks {
        seed.hook(hook, &format!("{ATTACH}{script}"));
    }
    seed
}

/// How many loop devices have a file of such a name, wherever it is mounted.
fn attached(name: &str) -> usize {
    let devices = fs::read_dir("/sys/block").unwrap().flatten();
    let files = devices.filter_map(|it| fs::read_to_string(it.path().join("loop/backing_file")).ok());
    files.filter(|file| file.contains(name)).count()
}

/// A name of a file that no other test has.
fn name(seed: &Seed) -> String {
    let unique = seed.scratch.path().file_name().unwrap().to_str().unwrap();
    format!("forgotten-{}", unique.trim_start_matches('.'))
}

fn left_by_hooks() {
    for options in ["--no-tmpfs", ""] {
        let seed = seed(&[
            ("extra-data.d/50-work", "attach \"$TMP_IMAGE_DIR/$NAME-work\""),
            ("post-root.d/50-tree", "attach \"$TMP_MOUNT_PATH/$NAME-tree\""),
            ("pre-finalise.d/50-image", "attach \"$TMP_MOUNT_PATH/$NAME-image\""),
        ]);
        let name = name(&seed);
        seed.file("probe/environment.d/10-name", &format!("export NAME={name}\n"));
        let words = format!("{options} -n -t raw -o out/x seed probe");
        let stderr = text(&succeed(&mut seed.old("disk-image-create", &words)).stderr);
        for file in ["work", "tree", "image"] {
            let told = stderr.lines().filter(|line| {
                line.contains("detached /dev/loop")
                    && line.contains(&format!("{name}-{file}: a hook attached it"))
            });
            assert_eq!(told.count(), 1, "{file}\n{stderr}");
        }
        assert_eq!(attached(&name), 0);
        assert_eq!(seed.outputs(), ["x.raw"]);
    }
}

fn left_by_a_failure() {
    let seed = seed(&[("post-root.d/50-tree", "attach \"$TMP_MOUNT_PATH/$NAME\"; exit 7")]);
    let name = name(&seed);
    seed.file("probe/environment.d/10-name", &format!("export NAME={name}\n"));
    let output = seed.old("disk-image-create", "-n -t raw -o out/x seed probe").output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{}", text(&output.stderr));
    assert_eq!(attached(&name), 0);
}

fn left_by_a_killed_build() {
    for options in ["--no-tmpfs", ""] {
        let seed = seed(&[(
            "post-root.d/50-tree",
            "[ -z \"$FORGETS\" ] || { attach \"$TMP_MOUNT_PATH/$NAME\"; sleep 60; }",
        )]);
        let name = name(&seed);
        seed.file("probe/environment.d/10-name", &format!("export NAME={name} FORGETS=${{DIB_FORGETS:-}}\n"));
        let build = |forgets: &str| {
            let mut command =
                seed.old("disk-image-create", &format!("{options} -n -t raw -o out/x seed probe"));
            command.env("DIB_FORGETS", forgets).stdin(Stdio::null()).stdout(Stdio::null());
            command
        };
        let mut killed = build("1").stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(killed.stderr.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("attached /")), "the hook tells what it does");
        kill(Pid::from_raw(killed.id().try_into().unwrap()), Signal::SIGKILL).unwrap();
        assert_eq!(killed.wait().unwrap().signal(), Some(Signal::SIGKILL as i32));
        assert_eq!(attached(&name), 1, "{options}");
        succeed(&mut build(""));
        assert_eq!(attached(&name), 0, "{options}");
    }
}
