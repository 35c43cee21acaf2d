//! The variables of the contract in whole builds: what is exported to hooks
//! of each phase, and what the values follow.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;

use crate::Test;
use crate::tooling::seed::{Seed, succeed, text};

pub(crate) const TESTS: &[Test] = &[
    ("variables::each_phase_has_those_of_the_contract", each_phase),
    ("variables::what_is_mounted_is_told", mount_points),
    ("variables::the_image_size_is_in_kib", image_size),
    ("variables::the_trace_level_adds_up", trace_level),
    ("variables::a_cleared_environment_keeps_what_programs_need", cleared),
];

/// A place whose hooks of these phases note the variables that they see.
fn noting(phases: &[&str]) -> Seed {
    let seed = Seed::new();
    let notes = seed.scratch.make_dir("notes");
    for phase in phases {
        let script = format!(
            "for name in $(compgen -e); do printf '%s=%s\\0' \"$name\" \"${{!name}}\"; done > {}/{phase}",
            notes.display()
        );
        seed.hook(&format!("{phase}.d/50-note"), &script);
    }
    seed
}

/// What hooks of a phase saw; of the work directory's name nothing but `WORK`.
fn noted(seed: &Seed, phase: &str) -> BTreeMap<String, String> {
    let notes = fs::read(seed.scratch.join("notes").join(phase)).unwrap();
    let scratch = seed.scratch.path().display().to_string();
    let own =
        regex::Regex::new(r"(SCRATCH/work|/var/tmp/slate)/slate-\w{6}/area/(build\.\w{6}\b|image\.\w{6}\b)?")
            .unwrap();
    let masked = |value: &str| {
        own.replace_all(&value.replace(&scratch, "SCRATCH"), |found: &regex::Captures<'_>| {
            match found.get(2).map(|name| name.as_str()) {
                Some(name) if name.starts_with("image") => "IMAGE",
                Some(_) => "BUILD",
                None => "AREA/",
            }
        })
        .into_owned()
    };
    let entries = text(&notes);
    let pairs = entries.split_terminator('\0').map(|entry| entry.split_once('=').expect("a variable"));
    pairs.map(|(name, value)| (name.to_owned(), masked(value))).collect()
}

/// What a build of `seed probe` has in all phases outside the chroot, but for `PATH`.
const ALWAYS: [(&str, &str); 34] = [
    ("ARCH", if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }),
    ("DIB_ARGS", "-n -t raw -o out/x seed probe"),
    ("DIB_BLOCK_DEVICE_PARAMS_YAML", "BUILD/block-device/params.yaml"),
    ("DIB_BOOT_LABEL", ""),
    ("DIB_CHECKSUM", "0"),
    ("DIB_DEBUG_TRACE", "0"),
    (
        "DIB_ENV",
        "declare -x DIB_ARGS=\"-n -t raw -o out/x seed probe\"\ndeclare -x DIB_OF_CALLER=\"yes\"\n\
         declare -x DIB_PYTHON_EXEC=\"AREA/lib/bin/python3\"",
    ),
    ("DIB_IMAGE_CACHE", "SCRATCH/home/.cache/image-create"),
    ("DIB_LOCKFILES", "SCRATCH/cache/slate/locks"),
    ("DIB_MOUNTPOINTS", "/"),
    ("DIB_OFFLINE", ""),
    ("DIB_OF_CALLER", "yes"),
    ("DIB_PYTHON_EXEC", "AREA/lib/bin/python3"),
    ("DIB_ROOT_FSTYPE", "ext4"),
    ("DIB_ROOT_LABEL", "cloudimg-rootfs"),
    ("ELEMENTS_PATH", "AREA/elements"),
    ("FS_TYPE", "ext4"),
    ("HOME", "SCRATCH/home"),
    ("IMAGE_ELEMENT", "seed probe"),
    ("IMAGE_ELEMENT_YAML", "{seed: SCRATCH/elements/seed, probe: SCRATCH/elements/probe}"),
    ("IMAGE_NAME", "out/x"),
    ("IMAGE_TYPE", "qcow2"),
    ("LC_ALL", "C"),
    ("PWD", "SCRATCH"),
    ("PYTHONHASHSEED", "0"),
    ("SHLVL", "1"),
    ("TMP_BUILD_DIR", "BUILD"),
    ("TMP_DIR", "SCRATCH/work"),
    ("TMP_HOOKS_PATH", "BUILD/hooks"),
    ("TMP_IMAGE_DIR", "IMAGE"),
    ("TMP_MOUNT_PATH", "BUILD/mnt"),
    ("_LIB", "AREA/lib"),
    ("http_proxy", "http://proxy.example"),
    ("no_proxy", "localhost"),
];

/// The phases outside the chroot, and what each has besides.
const BESIDES: [(&str, &[(&str, &str)]); 6] = [
    ("root", &[("TARGET_ROOT", "BUILD/mnt")]),
    ("extra-data", &[("DIB_DEFAULT_INSTALLTYPE", "source")]),
    ("post-root", &[("DIB_DEFAULT_INSTALLTYPE", "source")]),
    ("block-device", &[("DIB_DEFAULT_INSTALLTYPE", "source"), ("DIB_IMAGE_SIZE", "NUMBER")]),
    (
        "pre-finalise",
        &[
            ("DIB_DEFAULT_INSTALLTYPE", "source"),
            ("DIB_IMAGE_SIZE", "NUMBER"),
            ("IMAGE_BLOCK_DEVICE", "LOOP"),
            ("IMAGE_BLOCK_DEVICES", "[image0]=LOOP"),
        ],
    ),
    (
        "cleanup",
        &[
            ("DIB_DEFAULT_INSTALLTYPE", "source"),
            ("DIB_IMAGE_SIZE", "NUMBER"),
            ("IMAGE_BLOCK_DEVICE", "LOOP"),
            ("IMAGE_BLOCK_DEVICES", "[image0]=LOOP"),
            ("TARGET_ROOT", "BUILD/mnt"),
        ],
    ),
];

fn each_phase() {
    let seed = noting(&BESIDES.map(|(phase, _)| phase));
    let mut command = seed.old("disk-image-create", "-n -t raw -o out/x seed probe");
    command
        .env("DIB_OF_CALLER", "yes")
        .env("http_proxy", "http://proxy.example")
        .env("no_proxy", "localhost");
    succeed(command.env("UNRELATED", "1"));
    for (phase, besides) in BESIDES {
        let mut seen = noted(&seed, phase);
        mask(&mut seen, "DIB_IMAGE_SIZE", r"^\d+$", "NUMBER");
        mask(&mut seen, "IMAGE_BLOCK_DEVICE", r"/dev/loop\d+$", "LOOP");
        mask(&mut seen, "IMAGE_BLOCK_DEVICES", r"/dev/loop\d+$", "LOOP");
        assert!(seen.remove("PATH").unwrap().starts_with("AREA/lib/bin:SCRATCH/bin:/usr/sbin:"));
        let expected = ALWAYS.iter().chain(besides).map(|&(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(seen, expected.collect(), "{phase}");
    }
}

/// Replaces what differs from one build to the next.
fn mask(seen: &mut BTreeMap<String, String>, name: &str, pattern: &str, mask: &str) {
    if let Some(value) = seen.get_mut(name) {
        *value = regex::Regex::new(pattern).unwrap().replace(value, mask).into_owned();
    }
}

/// Partitions in another order than that of their mount points.
const SEVERAL: &str = "
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: gpt
    partitions:
      - {name: BSP, type: EF02, size: 8MiB}
      - {name: data, size: 64MiB, mkfs: {type: ext4, label: DATA, mount: {mount_point: /var/data, fstab: {}}}}
      - {name: kernels, size: 64MiB, mkfs: {type: ext2, label: KERNELS, mount: {mount_point: /boot, fstab: {}}}}
      - {name: swap, size: 16MiB, type: '8200', mkfs: {type: swap, mount: {mount_point: none, fstab: {}}}}
      - {name: root, size: 100%, mkfs: {type: ext3, mount: {mount_point: /, fstab: {fsck-passno: 1}}}}
";

fn mount_points() {
    let seed = noting(&["root", "cleanup"]);
    let mut command = seed.old("disk-image-create", "-n -t raw -o out/x seed probe --root-label of-root");
    succeed(command.env("DIB_BLOCK_DEVICE_CONFIG", SEVERAL));
    for phase in ["root", "cleanup"] {
        let seen = noted(&seed, phase);
        // Parents first; what is not mounted has no place.
        let expected = [
            ("DIB_MOUNTPOINTS", "/|/boot|/var/data"),
            ("DIB_BOOT_LABEL", "KERNELS"),
            ("DIB_ROOT_LABEL", "of-root"),
            ("DIB_ROOT_FSTYPE", "ext3"),
        ];
        expected.iter().for_each(|&(name, value)| assert_eq!(seen[name], value, "{name} in {phase}"));
    }
}

fn image_size() {
    let phases = ["root", "post-root", "block-device", "pre-finalise", "cleanup"];
    let seed = noting(&phases);
    let sizes = |words: &str| {
        let words = format!("-n -t raw -o out/x seed probe {words}");
        succeed(seed.old("disk-image-create", &words).env("OVERWRITE_OLD_IMAGE", "1"));
        let image = fs::metadata(seed.output("x.raw")).unwrap().len();
        let seen = phases.map(|phase| noted(&seed, phase).get("DIB_IMAGE_SIZE").cloned().unwrap_or_default());
        (image, seen)
    };
    // What is given is in GB and reaches hooks as it is, until the disk is made.
    let (image, seen) = sizes("--image-size 1");
    assert_eq!(image, 1 << 30);
    assert_eq!(seen, ["1", "1", "1048576", "1048576", "1048576"]);
    let (image, seen) = sizes("");
    let kib = (image / 1024).to_string();
    assert_eq!(seen, ["", "", &kib, &kib, &kib]);
}

fn trace_level() {
    let seed = noting(&["root", "cleanup"]);
    seed.hook("install.d/50-note", "echo \"$DIB_DEBUG_TRACE\" > /etc/level");
    seed.hook("cleanup.d/60-see", "[ \"$(cat \"$TARGET_ROOT/etc/level\")\" = \"$DIB_DEBUG_TRACE\" ]");
    for (words, of_caller, level) in [
        ("", None, "0"),
        ("", Some("1"), "1"),
        ("-x", None, "1"),
        ("-x -x", None, "2"),
        ("-xx", None, "2"),
        ("-x", Some("1"), "2"),
    ] {
        let mut command =
            seed.old("disk-image-create", &format!("-n -t tar -o out/x seed probe local-config {words}"));
        let variable = of_caller.map(|value| ("DIB_DEBUG_TRACE", value));
        let output = succeed(command.env("OVERWRITE_OLD_IMAGE", "1").envs(variable));
        for phase in ["root", "cleanup"] {
            assert_eq!(noted(&seed, phase)["DIB_DEBUG_TRACE"], level, "{words} after {of_caller:?}");
        }
        // What components call is told from the second level on.
        let told = text(&output.stderr);
        assert_eq!(told.contains(" trace: rootfs."), level == "2", "{words} after {of_caller:?}: {told}");
    }
}

fn cleared() {
    let seed = noting(&["root"]);
    // Without ELEMENTS_PATH they are found where the caller's home has Python packages.
    let packages = seed.scratch.make_dir("home/.local/lib/python3/site-packages/diskimage_builder");
    symlink(seed.scratch.join("elements"), packages.join("elements")).unwrap();
    let see = |words: &str| {
        let mut command = seed.old("disk-image-create", &format!("{words} -n -t tar -o out/x seed probe"));
        command.env("OVERWRITE_OLD_IMAGE", "1").env("DIB_OF_CALLER", "yes").env("DIB_RELEASE", "x");
        succeed(command.env("http_proxy", "http://proxy.example").env("USER", "somebody"));
        noted(&seed, "root")
    };
    let of_caller = ["DIB_OF_CALLER", "DIB_RELEASE", "http_proxy", "TMP_DIR"];
    let whole = see("");
    assert!(of_caller.iter().all(|&name| whole.contains_key(name)), "{whole:?}");
    let cleared = see("-c");
    assert!(of_caller.iter().all(|&name| !cleared.contains_key(name)), "{cleared:?}");
    for name in ["HOME", "PATH", "USER"] {
        assert_eq!(cleared.get(name), whole.get(name), "{name}");
    }
    // What flags say is no part of the environment that is cleared.
    assert_eq!(see("-c -x")["DIB_DEBUG_TRACE"], "1");
}
