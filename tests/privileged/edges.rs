//! What shell elements rarely do, in whole builds: a resolver's file that is
//! not to be changed, a distribution without a tree, names of hooks by another
//! rule, packages of the caller's.

use std::process::Command;

use crate::Test;
use crate::tooling::seed::{Seed, names, succeed, text};

pub(crate) const TESTS: &[Test] = &[
    ("edges::an_immutable_resolver_file_is_left_alone", an_immutable_file),
    ("edges::a_tree_that_is_made_immutable_on_the_way_is_copied", an_immutable_file_of_the_tree),
    ("edges::a_root_phase_that_makes_nothing_is_an_error", an_empty_root),
    ("edges::the_caller_may_say_which_names_are_hooks", names_of_hooks),
    ("edges::packages_are_installed_in_the_callers_order", packages),
];

/// Puts a file in the place of the one that was lent.
const IMMUTABLE: &str = r#"
rm -f "$ROOT/etc/resolv.conf"
echo chosen > "$ROOT/etc/resolv.conf"
chattr +i "$ROOT/etc/resolv.conf"
"#;

/// What debugfs says of an image.
fn debugfs(seed: &Seed, request: &str) -> String {
    let mut command = Command::new("debugfs");
    let output = succeed(command.args(["-R", request]).arg(seed.output("x.raw")));
    text(&output.stdout) + &text(&output.stderr)
}

fn an_immutable_file() {
    let seed = Seed::new();
    seed.hook("extra-data.d/50-had", "echo of the element > \"$TMP_MOUNT_PATH/etc/resolv.conf.ORIG\"");
    seed.hook("cleanup.d/50-immutable", &format!("ROOT=$TARGET_ROOT\n{IMMUTABLE}"));
    succeed(&mut seed.old("disk-image-create", "-n -t raw -o out/x seed probe"));
    assert_left_alone(&seed);
}

/// Panics unless the image has the immutable file, still so, and no other.
fn assert_left_alone(seed: &Seed) {
    assert!(debugfs(seed, "cat /etc/resolv.conf").starts_with("chosen\n"));
    let stat = debugfs(seed, "stat /etc/resolv.conf");
    assert!(stat.contains("Flags: 0x80010"), "it is no longer immutable: {stat}");
    assert!(debugfs(seed, "stat /etc/resolv.conf.ORIG").contains("File not found"));
}

fn an_immutable_file_of_the_tree() {
    let seed = Seed::new();
    seed.hook("extra-data.d/50-had", "echo of the element > \"$TMP_MOUNT_PATH/etc/resolv.conf.ORIG\"");
    seed.hook("post-root.d/50-immutable", &format!("ROOT=$TMP_MOUNT_PATH\n{IMMUTABLE}"));
    succeed(&mut seed.old("disk-image-create", "-n --no-tmpfs -t raw -o out/x seed probe"));
    assert_left_alone(&seed);
    assert_eq!(names(&seed.scratch.join("work")), [""; 0], "the tree that the image was copied from is gone");
}

fn an_empty_root() {
    let seed = Seed::new();
    // What lies in /tmp is for other elements, and no system.
    seed.file("seed/root.d/10-seed", "#!/bin/bash\nmkdir -p \"$TARGET_ROOT/tmp\"\n");
    seed.hook("extra-data.d/50-late", "touch \"$SEEN\"");
    let file = seed.scratch.join("seen");
    seed.file("probe/environment.d/20-seen", &format!("export SEEN={}\n", file.display()));
    let output = seed.old("disk-image-create", "-n -t raw -o out/x seed probe").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let message = "error: the root phase left the tree empty: no element made a root file system (the hooks in \
                   root.d of the distribution element make one)\n";
    assert!(text(&output.stderr).contains(message), "{}", text(&output.stderr));
    assert!(!file.exists(), "no further phase runs");
    assert_eq!(seed.outputs(), [""; 0]);
}

fn names_of_hooks() {
    let seed = Seed::new();
    for name in ["10-plain", "20-dotted.sh", "30-Upper"] {
        seed.hook(&format!("install.d/{name}"), &format!("echo {name} >> /etc/hooks"));
    }
    // One that another hook makes is judged alike.
    let late = "for name in 40-late 50-late.sh; do\n\
                printf '#!/bin/bash\\necho %s >> /etc/hooks\\n' $name > $TMP_HOOKS_PATH/install.d/$name\n\
                chmod +x $TMP_HOOKS_PATH/install.d/$name\ndone";
    seed.hook("extra-data.d/50-late", late);
    seed.hook("extra-data.d/60-also.sh", "true");
    let ran = |pattern: Option<&str>| {
        let mut command = seed.old("disk-image-create", "-n -t tar -o out/x seed probe");
        let variable = pattern.map(|pattern| ("RUN_PARTS_REGEX", pattern));
        succeed(command.env("OVERWRITE_OLD_IMAGE", "1").envs(variable));
        let mut tar = Command::new("tar");
        text(&succeed(tar.arg("-xOf").arg(seed.output("x.tar")).arg("./etc/hooks")).stdout)
    };
    assert_eq!(ran(None), "10-plain\n30-Upper\n40-late\n");
    assert_eq!(ran(Some("")), "10-plain\n30-Upper\n40-late\n");
    let all = "10-plain\n20-dotted.sh\n30-Upper\n40-late\n50-late.sh\n";
    assert_eq!(ran(Some("^[0-9A-Za-z.-]+$")), all);
    assert_eq!(ran(Some("^[0-9a-z-]+$")), "10-plain\n40-late\n");
    let mut command = seed.old("disk-image-create", "-n -t tar -o out/x seed probe");
    let refused = command.env("RUN_PARTS_REGEX", "(").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let message = "error: RUN_PARTS_REGEX: regex parse error:\n";
    assert!(text(&refused.stderr).starts_with(message), "{}", text(&refused.stderr));
}

/// Notes what it is to install.
const INSTALLER: &str = "#!/bin/bash\necho \"$*\" >> /etc/installed\n";

fn packages() {
    let seed = Seed::new();
    seed.file("seed/environment.d/10-name", "export DISTRO_NAME=seed\n");
    seed.file("probe/install-packages", INSTALLER);
    let install = "mkdir -p \"$TMP_MOUNT_PATH/usr/local/bin\"\n\
                   cp \"$TMP_HOOKS_PATH/install-packages\" \"$TMP_MOUNT_PATH/usr/local/bin\"";
    seed.hook("extra-data.d/50-installer", install);
    seed.hook("install.d/99-last", "echo last hook of install.d >> /etc/installed");
    seed.hook("post-install.d/10-first", "echo first hook of post-install.d >> /etc/installed");
    let words = "-n -t tar -p zeta,alpha -o out/x -p mid,beta seed probe";
    succeed(&mut seed.old("disk-image-create", words));
    let mut tar = Command::new("tar");
    let installed = text(&succeed(tar.arg("-xOf").arg(seed.output("x.tar")).arg("./etc/installed")).stdout);
    let expected = ["last hook of install.d", "zeta alpha mid beta", "first hook of post-install.d"];
    assert_eq!(installed.lines().collect::<Vec<_>>(), expected);
}
