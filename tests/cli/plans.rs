//! Golden plans: what a change to an element or to the planner does is seen here.

use std::env;
use std::fs;

use crate::slate::{command, command_without_rights, finish, run, tests};
use crate::tooling::Scratch;

/// Compares with a golden file, or writes it where `UPDATE_GOLDEN` is set.
fn assert_golden(name: &str, found: &str) {
    let path = tests().join("cli/plans").join(name);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, found).expect("writing the golden file");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == found,
        "{} differs; if that is meant: UPDATE_GOLDEN=1 cargo test --release --test cli\n--- found\n{found}",
        path.display()
    );
}

/// Plans with golden files: name and arguments.
const PLANS: [(&str, &str); 10] = [
    ("debian", "debian -a amd64 -o debian.qcow2"),
    ("debian-vm", "debian vm -a amd64 -o debian.qcow2"),
    ("debian-gpt", "debian vm block-device-gpt -a amd64 -o debian.qcow2"),
    ("debian-vm-arm64", "debian vm -a arm64 -o debian -t raw,qcow2,tar"),
    ("debian-vm-shell", "debian vm serial-console dhcp-all-interfaces -a amd64 -o debian.qcow2 -p curl,vim"),
    ("debian-local", "debian local-config mellanox -a amd64 -o mine.qcow2 --set local-config.user=ann"),
    ("mixed", "mixed -a amd64 --checksum"),
    (
        "mixed-granted",
        "mixed -a amd64 --set mixed.user=ann --set mode=replace --grant mixed:chroot \
                       --grant mixed:host-file=~/.ssh",
    ),
    ("partitions", "tiny-os three-partitions -a amd64 --image-size 4GiB -o disk.img -t raw"),
    ("whole-disk", "tiny-os -a amd64 --extra-size 1 --root-label data --root-fs xfs -t tgz,vmdk"),
];

#[test]
fn plans_are_as_they_were() {
    for (name, words) in PLANS {
        for (form, flag) in [("txt", ""), ("json", "--json")] {
            let plan = run(&format!("plan {words} {flag}"));
            assert_eq!((plan.status, plan.stderr.as_str()), (Some(0), ""), "slate plan {words} {flag}");
            assert_golden(&format!("{name}.{form}"), &plan.stdout);
        }
    }
}

#[test]
fn every_golden_file_has_a_plan() {
    let files = fs::read_dir(tests().join("cli/plans")).expect("listing the golden files");
    for file in files {
        let name = file.expect("listing the golden files").file_name().into_string().expect("a name");
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        assert!(PLANS.iter().any(|(plan, _)| *plan == stem), "no test reads {name}");
    }
}

#[test]
fn every_builtin_element_is_in_a_golden_plan() {
    let list = finish(command().args(["element", "list"]));
    let golden = |(name, _): &(&str, &str)| {
        fs::read_to_string(tests().join(format!("cli/plans/{name}.txt"))).expect("reading a golden plan")
    };
    let plans: Vec<String> = PLANS.iter().map(golden).collect();
    for name in list.stdout.lines().filter_map(|line| line.split(' ').next()) {
        let line = format!("\n  {name} ");
        assert!(plans.iter().any(|plan| plan.contains(&line)), "no golden plan holds the element {name}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for words in ["plan debian vm serial-console dhcp-all-interfaces", "plan mixed"] {
        for flag in ["", " --json"] {
            let words = format!("{words}{flag}");
            let first = run(&words);
            assert_eq!(first.status, Some(0), "{}", first.stderr);
            for _ in 0..3 {
                assert_eq!(run(&words), first, "{words}");
            }
        }
    }
}

#[test]
fn a_dry_run_prints_the_plan() {
    let (plan, build) = (run("plan mixed"), run("build mixed --dry-run"));
    assert_eq!(plan, build);
}

#[test]
fn the_environment_decides_what_it_may() {
    let plan = finish(
        command()
            .args(["plan", "mixed", "--json"])
            .env("ELEMENTS_PATH", "elements")
            .env("DIB_LOCAL_CONFIG_USERNAME", "ann")
            .env("DIB_ANYTHING", "passed on")
            .env("DIB_ADMIN_PASSWORD", "hunter2")
            .env("UNRELATED", "kept out")
            .env("SLATE_PASS_ENVIRONMENT", "WANTED, ALSO_WANTED")
            .env("WANTED", "let through"),
    );
    assert!(plan.stdout.contains("\"WANTED\": \"let through\""), "{}", plan.stdout);
    assert!(plan.stdout.contains("\"value\": \"ann\""), "{}", plan.stdout);
    assert!(plan.stdout.contains("\"DIB_ANYTHING\": \"passed on\""), "{}", plan.stdout);
    assert!(!plan.stdout.contains("hunter2"), "{}", plan.stdout);
    assert!(!plan.stdout.contains("UNRELATED"), "{}", plan.stdout);
}

#[test]
fn the_callers_layout_is_read_inline_and_from_a_file() {
    let yaml = "- local_loop: {name: image0}\n- partitioning: {base: image0, label: gpt, partitions: [\
                {name: own, size: 100%, mkfs: {type: ext4, mount: {mount_point: /}}}]}\n";
    let scratch = Scratch::new();
    let file = scratch.join("layout.yaml");
    fs::write(&file, yaml).expect("writing the layout");
    for config in [yaml.to_owned(), format!("file://{}", file.display())] {
        let words = ["plan", "tiny-os", "--elements-path", "elements"];
        let plan = finish(command().args(words).env("DIB_BLOCK_DEVICE_CONFIG", &config));
        assert!(plan.stdout.contains("    own  100% of the rest"), "{config}: {plan:?}");
    }
}

#[test]
fn planning_needs_no_root_and_touches_nothing() {
    let scratch = Scratch::new();
    let mut command = command_without_rights(scratch.path());
    let plan = finish(command.args(["plan", "debian", "vm", "-o", "x.qcow2"]).env("HOME", scratch.path()));
    assert_eq!((plan.status, plan.stderr.as_str()), (Some(0), ""));
    let names: Vec<_> = fs::read_dir(scratch.path())
        .expect("listing the directory")
        .map(|entry| entry.expect("listing the directory").file_name())
        .collect();
    assert_eq!(names, ["slate"]);
}
