//! The contract of shell elements in whole builds: where hooks run and what
//! they see, break points, times, devices of their own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::Test;
use crate::tooling::seed::{Seed, names, succeed, text};

pub(crate) const TESTS: &[Test] = &[
    ("contract::phases_run_in_their_places_with_their_environment", phases_and_environment),
    ("contract::break_points_run_the_callers_command_where_hooks_run", break_points),
    ("contract::a_break_command_that_fails_ends_the_build", a_failing_break_command),
    ("contract::each_phase_ends_with_the_times_of_its_hooks", times_of_hooks),
    ("contract::a_file_of_variables_that_fails_is_named_with_its_status", a_failing_environment_file),
    ("contract::a_hook_that_lacks_the_executable_bit_is_told_once", a_hook_without_the_executable_bit),
    ("contract::traced_builds_name_what_is_no_hook", files_that_are_no_hooks),
    ("contract::a_disk_that_a_hook_brings_is_used_as_it_is", a_disk_of_a_hook),
    ("contract::a_device_without_a_mount_is_an_error", a_device_without_a_mount),
    ("contract::secrets_do_not_reach_the_manifests", secrets),
    ("contract::hooks_see_what_was_asked_for", what_was_asked_for),
    ("contract::hooks_outside_find_the_callers_programs", the_callers_programs),
    ("contract::an_element_may_choose_the_install_type", install_types),
    ("contract::static_files_keep_modes_and_empty_directories", static_files),
    ("contract::what_is_large_in_the_image_is_told", image_usage),
    ("contract::the_build_directory_is_free_for_hooks", the_build_directory),
];

/// Writes a line for its phase: directory, and variables that are not there everywhere.
const WITNESS: &str = r#"
witness() {
    echo "$1 $PWD ${TARGET_ROOT:+root} ${DIB_DEFAULT_INSTALLTYPE:+type} ${DIB_IMAGE_SIZE:+size} \
${IMAGE_BLOCK_DEVICE:+device} ${IMAGE_BLOCK_DEVICES:+devices} $HOME ${TMPDIR:+tmpdir} ${TMP_DIR:+work} $FROM_ELEMENT" >> "$2"
}
"#;

const OUTSIDE: [&str; 6] = ["root", "extra-data", "post-root", "block-device", "pre-finalise", "cleanup"];

const INSIDE: [&str; 4] = ["pre-install", "install", "post-install", "finalise"];

fn phases_and_environment() {
    let seed = Seed::new();
    seed.file("probe/environment.d/10-from.element", "export FROM_ELEMENT=$IMAGE_NAME\n");
    for phase in OUTSIDE {
        // bash's exported functions are there outside the chroot.
        let script = format!(
            "{WITNESS}\nget_image_element_array | grep -q probe\ntype die > /dev/null\nwitness {phase} \"$WITNESSES\""
        );
        seed.hook(&format!("{phase}.d/50-witness"), &script);
    }
    for phase in INSIDE {
        let script = format!(
            "{WITNESS}\n[ -x /tmp/in_target.d/{phase}.d/50-witness ]\n! ( : > /tmp/in_target.d/x ) 2> /dev/null\n\
             witness {phase} /witnesses"
        );
        seed.hook(&format!("{phase}.d/50-witness"), &script);
    }
    seed.hook("cleanup.d/60-collect", "cat \"$TARGET_ROOT/witnesses\" >> \"$WITNESSES\"");
    // Variables of the caller reach hooks by the contract's names only.
    let file = seed.scratch.join("witnesses");
    let script = format!("export WITNESSES={}\n", file.display());
    seed.file("probe/environment.d/20-witnesses", &script);
    let mut command = seed.old("disk-image-create", "-n -t tar -o out/x seed probe");
    succeed(command.env("UNRELATED", "1"));
    let seen = fs::read_to_string(&file).unwrap();
    let home = seed.scratch.join("home").display().to_string();
    let lines: Vec<String> = seen
        .lines()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let inside = words[1] == "/";
            let rest = words[2..].join(" ").replace(&home, "HOME");
            format!("{}{} {}", words[0], if inside { " in" } else { "" }, rest)
        })
        .collect();
    let expected = [
        "root root     HOME  work out/x",
        "extra-data  type    HOME  work out/x",
        "post-root  type    HOME  work out/x",
        "block-device  type size   HOME  work out/x",
        "pre-finalise  type size device devices HOME  work out/x",
        "cleanup root type size device devices HOME  work out/x",
        "pre-install in  type    /root   out/x",
        "install in  type    /root   out/x",
        "post-install in  type    /root   out/x",
        "finalise in  type size device devices /root   out/x",
    ];
    assert_eq!(lines, expected);
}

fn break_points() {
    let seed = Seed::new();
    seed.hook("install.d/50-fails", "exit 3");
    let points = "before-root,before-install,after-pre-install,after-error,after-install";
    let script = "echo \"in $PWD, ${TARGET_ROOT:+with root, }$(cat /etc/hostname)\"";
    let mut command = seed.slate("build seed probe -t raw -o out/x --no-tmpfs");
    let output = command.env("break", points).env("break_cmd", script).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let host = fs::read_to_string("/etc/hostname").unwrap();
    let outside = format!("in {}, with root, {}", seed.scratch.path().display(), host.trim_end());
    let expected = [&outside, "in /, seed", "in /, seed", "in /, seed"];
    assert_eq!(text(&output.stdout).lines().collect::<Vec<_>>(), expected);
    for point in ["before-root", "after-pre-install", "before-install", "after-error"] {
        let told = format!("break point {point}: {script}; the build goes on when it ends");
        assert!(text(&output.stderr).contains(&told), "{}", text(&output.stderr));
    }

    let mut command = seed.slate("build seed -t raw -o out/x --break before-install --break-command");
    let output = succeed(command.arg("cat /etc/hostname").env("break_outside_target", "1"));
    assert!(text(&output.stdout).starts_with(&host), "{}", text(&output.stdout));
}

fn a_failing_break_command() {
    let seed = Seed::new();
    let mut command =
        seed.slate("build seed -t raw -o out/x --no-tmpfs --break after-post-root --break-command false");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = "error: break point after-post-root: /bin/sh -c false exited with status 1\n";
    assert!(text(&output.stderr).contains(message), "{}", text(&output.stderr));
    assert_eq!(seed.outputs(), [""; 0]);
}

fn times_of_hooks() {
    let seed = Seed::new();
    seed.hook("install.d/50-b", "true");
    seed.hook("install.d/9-a", "true");
    let mut command = seed.old("disk-image-create", "-n -t tar -o out/x seed probe");
    let stderr = text(&succeed(command.env("DIB_NO_TIMESTAMP", "1")).stderr);
    let start = stderr.find("Target: install.d").expect("the times of install.d");
    let end = stderr[start..].find("END PROFILING").expect("the end of the times");
    let lines: Vec<&str> = stderr[start..start + end].lines().filter(|line| !line.is_empty()).collect();
    let words: Vec<Vec<&str>> = lines.iter().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(words[1], ["Script", "Seconds"]);
    assert_eq!([words[3][0], words[4][0]], ["9-a", "50-b"]);
    for line in &words[3..5] {
        assert!(line[1].parse::<f64>().is_ok(), "{line:?}");
    }
    assert_eq!(stderr.matches("END PROFILING").count(), 2, "one for each phase with hooks");
}

fn a_failing_environment_file() {
    let seed = Seed::new();
    seed.hook("install.d/50-hook", "true");
    seed.file("probe/environment.d/10-fine", "true\n");
    seed.file("probe/environment.d/20-broken", "echo broken\nexit 6\n");
    seed.file("probe/environment.d/30-late", "true\n");
    let output = seed.old("disk-image-create", "-n -t tar -o out/x seed probe").output().unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{stderr}");
    let line = "environment.d/20-broken of element probe failed before hook ";
    assert!(stderr.contains(line), "{stderr}");
    assert!(stderr.contains("exit status 6"), "{stderr}");
}

fn a_hook_without_the_executable_bit() {
    let seed = Seed::new();
    seed.hook("install.d/50-hook", "true");
    seed.hook("install.d/60-forgotten", "exit 1");
    let forgotten = seed.scratch.join("elements/probe/install.d/60-forgotten");
    fs::set_permissions(forgotten, fs::Permissions::from_mode(0o644)).unwrap();
    seed.file("probe/install.d/data.conf", "a = b\n");
    let stderr = text(&succeed(&mut seed.old("disk-image-create", "-n -t tar -o out/x seed probe")).stderr);
    let line = "ignoring install.d/60-forgotten of probe: not executable; \
                make it so (chmod +x) if it is to run as a hook";
    assert_eq!(stderr.matches(line).count(), 1, "{stderr}");
    assert!(!stderr.contains("data.conf"), "{stderr}");
}

fn files_that_are_no_hooks() {
    let seed = Seed::new();
    seed.hook("install.d/50-hook", "true");
    seed.file("probe/install.d/60-data", "no script\n");
    seed.hook("install.d/70-hook.sh", "exit 1");
    let stderr =
        text(&succeed(&mut seed.old("disk-image-create", "-x -n -t tar -o out/x seed probe")).stderr);
    for line in [
        "ignoring install.d/60-data of probe: not executable",
        "ignoring install.d/70-hook.sh of probe: not the name of a hook",
    ] {
        assert!(stderr.contains(line), "{line}\n{stderr}");
    }
}

/// Makes a disk, mounts it where the image is to be, and lets it go with the mount.
const OWN_DISK: &str = r#"
disk=$TMP_IMAGE_DIR/own.img
truncate -s $((DIB_IMAGE_SIZE * 2))K "$disk"
device=$(losetup --find --show "$disk")
mkfs.ext4 -q -L own-label "$device"
mount "$device" "$TMP_MOUNT_PATH"
losetup --detach "$device"
echo "IMAGE_BLOCK_DEVICE='$device'"
echo IMAGE_BLOCK_DEVICE=/dev/zero >&2
"#;

fn a_disk_of_a_hook() {
    let seed = Seed::new();
    seed.hook("block-device.d/10-own", OWN_DISK);
    seed.hook(
        "finalise.d/50-see",
        "echo \"$IMAGE_BLOCK_DEVICE\" > /etc/device; [ -b \"$IMAGE_BLOCK_DEVICE\" ]",
    );
    succeed(&mut seed.slate("build seed probe -t raw,qcow2,tar -o out/x --no-tmpfs"));
    let raw = seed.output("x.raw");
    let label = Command::new("blkid").args(["-o", "value", "-s", "LABEL"]).arg(&raw).output().unwrap();
    assert_eq!(text(&label.stdout), "own-label\n");
    let check = Command::new("e2fsck").args(["-f", "-n"]).arg(&raw).output().unwrap();
    assert!(check.status.success(), "{}", text(&check.stdout));
    let debugfs = |command: &str| {
        let output = Command::new("debugfs").args(["-R", command]).arg(&raw).output().unwrap();
        text(&output.stdout)
    };
    assert_eq!(debugfs("cat /etc/hostname"), "seed\n");
    assert!(debugfs("cat /etc/device").starts_with("/dev/loop"));
    assert_eq!(debugfs("cat /etc/fstab"), "", "the hook's layout has no fstab of slate's");
    let list = Command::new("tar").arg("-tf").arg(seed.output("x.tar")).output().unwrap();
    assert!(text(&list.stdout).contains("./etc/device\n"), "{}", text(&list.stdout));
    succeed(Command::new("qemu-img").arg("compare").args([&raw, &seed.output("x.qcow2")]));
    assert_eq!(names(&seed.scratch.join("work")), [""; 0]);
    seed.scratch.assert_nothing_left();
}

fn a_device_without_a_mount() {
    let seed = Seed::new();
    seed.hook("block-device.d/10-own", "echo IMAGE_BLOCK_DEVICE=/dev/null");
    let output = seed.slate("build seed probe -t raw -o out/x --no-tmpfs").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = "error: a block-device hook named /dev/null, and mounted nothing at TMP_MOUNT_PATH (";
    assert!(text(&output.stderr).contains(message), "{}", text(&output.stderr));
}

fn secrets() {
    let seed = Seed::new();
    seed.hook("install.d/50-env", "echo \"$DIB_ENV\" > /etc/dib-env; echo \"$DIB_ARGS\" >> /etc/dib-env");
    let mut command = seed.old("disk-image-create", "-n -t tar -o out/x seed probe");
    succeed(
        command.env("DIB_DEV_USER_PASSWORD", "hunter2").env("DIB_PLAIN", "shown").env("UNRELATED", "hidden"),
    );
    let mut tar = Command::new("tar");
    tar.arg("-xOf").arg(seed.output("x.tar")).arg("./etc/dib-env");
    let seen = text(&succeed(&mut tar).stdout);
    assert!(seen.contains("declare -x DIB_PLAIN=\"shown\"\n"), "{seen}");
    assert!(
        seen.ends_with("\n-n -t tar -o out/x seed probe\n"),
        "the words after the command's name: {seen}"
    );
    assert!(!seen.contains("hunter2") && !seen.contains("hidden"), "{seen}");
}

fn what_was_asked_for() {
    let seed = Seed::new();
    let seen = seed.scratch.join("seen");
    let script = format!(
        "grep -qx \"mount-base: $TMP_MOUNT_PATH\" \"$DIB_BLOCK_DEVICE_PARAMS_YAML\"\n\
         echo \"$DIB_ARGS, $IMAGE_TYPE, $DIB_CHECKSUM, $FS_TYPE\" > {}",
        seen.display()
    );
    seed.hook("root.d/50-see", &script);
    let see = |words: &str, variables: &[(&str, &str)]| {
        let mut command = seed.old("disk-image-create", words);
        succeed(command.envs(variables.iter().copied()).env("OVERWRITE_OLD_IMAGE", "1"));
        fs::read_to_string(&seen).unwrap()
    };
    let one = "-n -t raw -o out/x seed probe";
    assert_eq!(see(one, &[]), format!("{one}, qcow2, 0, ext4\n"));
    let several = "-n -t raw,tar --checksum -o out/x seed probe";
    assert_eq!(
        see(several, &[("IMAGE_TYPE", "mine"), ("FS_TYPE", "xfs")]),
        format!("{several}, mine, 1, xfs\n")
    );
    assert_eq!(see(one, &[("DIB_CHECKSUM", "md5")]), format!("{one}, qcow2, md5, ext4\n"));
}

fn the_callers_programs() {
    let seed = Seed::new();
    let own = seed.scratch.make_dir("own");
    fs::write(own.join("of-the-caller"), "#!/bin/sh\necho found\n").unwrap();
    fs::set_permissions(own.join("of-the-caller"), fs::Permissions::from_mode(0o755)).unwrap();
    seed.hook("root.d/50-outside", "[ \"$(of-the-caller)\" = found ]");
    seed.hook("install.d/50-inside", "! type of-the-caller");
    let path = format!("{}:/usr/bin:/bin", own.display());
    succeed(seed.slate("build seed probe -t tar -o out/image").env("PATH", path));
}

fn install_types() {
    let seed = Seed::new();
    seed.hook("install.d/50-see", "echo \"$DIB_DEFAULT_INSTALLTYPE\" > /etc/install-type");
    let chosen = |variables: &[(&str, &str)], words: &str| {
        let mut command = seed.old("disk-image-create", &format!("{words} -n -t tar -o out/x seed probe"));
        succeed(command.envs(variables.iter().copied()).env("OVERWRITE_OLD_IMAGE", "1"));
        let mut tar = Command::new("tar");
        text(&succeed(tar.arg("-xOf").arg(seed.output("x.tar")).arg("./etc/install-type")).stdout)
    };
    assert_eq!(chosen(&[], ""), "source\n", "without environment.d");
    let choice = "export DIB_DEFAULT_INSTALLTYPE=${DIB_DEFAULT_INSTALLTYPE:-package}\n";
    seed.file("probe/environment.d/12-late", choice);
    assert_eq!(chosen(&[], ""), "source\n");
    seed.file("probe/environment.d/10-early", choice);
    assert_eq!(chosen(&[], ""), "package\n");
    assert_eq!(chosen(&[("DIB_DEFAULT_INSTALLTYPE", "source")], ""), "source\n");
    assert_eq!(chosen(&[], "--install-type source"), "source\n");
}

fn static_files() {
    let seed = Seed::new();
    seed.file("probe/beside", "a file at the top of an element\n");
    let element = seed.scratch.join("elements/probe");
    for (path, mode) in [("static/empty", 0o755), ("static/root/secret", 0o700), ("static/tests", 0o1777)] {
        fs::create_dir_all(element.join(path)).unwrap();
        fs::set_permissions(element.join(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    seed.file("probe/static/root/secret/key", "key\n");
    seed.hook(
        "extra-data.d/50-see",
        "cd \"$TMP_HOOKS_PATH\"; [ -f beside ]; find static -mindepth 1 -printf '%p %m\\n' | sort > \"$TMP_MOUNT_PATH/etc/seen\"",
    );
    succeed(&mut seed.old("disk-image-create", "-n -t tar -o out/x seed probe"));
    let mut tar = Command::new("tar");
    let seen = text(&succeed(tar.arg("-xOf").arg(seed.output("x.tar")).arg("./etc/seen")).stdout);
    assert_eq!(
        seen,
        "static/empty 755\nstatic/root 755\nstatic/root/secret 700\nstatic/root/secret/key 644\nstatic/tests 1777\n"
    );
}

fn image_usage() {
    let seed = Seed::new();
    seed.hook("root.d/50-large", "head -c 12M /dev/zero > \"$TARGET_ROOT/large\"");
    let told = |variables: &[(&str, &str)]| {
        let mut command = seed.old("disk-image-create", "-n -t tar -o out/x seed probe");
        command.env("OVERWRITE_OLD_IMAGE", "1").env("DIB_NO_TIMESTAMP", "1").envs(variables.iter().copied());
        text(&succeed(&mut command).stderr)
    };
    let none = told(&[]);
    assert!(!none.contains("sizes in the image"), "{none}");
    let large = told(&[("DIB_SHOW_IMAGE_USAGE", "1")]);
    assert!(large.contains("  12.6 MB  /large\n") && !large.contains("/etc/hostname"), "{large}");
    let all = told(&[("DIB_SHOW_IMAGE_USAGE", "1"), ("DIB_SHOW_IMAGE_USAGE_FULL", "1")]);
    assert!(all.contains("/large\n") && all.contains("/etc/hostname\n"), "{all}");
}

/// Hooks make directories in `TMP_BUILD_DIR` by names of their own.
fn the_build_directory() {
    let seed = Seed::new();
    for phase in OUTSIDE {
        let script = "ls \"$TMP_BUILD_DIR\" | sort | tr '\\n' ' '";
        seed.hook(&format!("{phase}.d/50-see"), &format!("echo \"{phase}: $({script})\" >> \"$SEEN\""));
    }
    let file = seed.scratch.join("seen");
    seed.file("probe/environment.d/20-seen", &format!("export SEEN={}\n", file.display()));
    succeed(&mut seed.old("disk-image-create", "-n -t tar -o out/x seed probe"));
    let expected = [
        "root: block-device hooks mnt",
        "extra-data: block-device hooks mnt",
        "post-root: block-device hooks mnt",
        "block-device: block-device built hooks mnt",
        "pre-finalise: block-device hooks mnt",
        "cleanup: block-device hooks mnt",
    ];
    let seen = fs::read_to_string(&file).unwrap();
    assert_eq!(seen.lines().map(str::trim_end).collect::<Vec<_>>(), expected);
}
