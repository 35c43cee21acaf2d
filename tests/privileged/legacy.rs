//! diskimage-builder's commands in whole builds: names, formats and files of
//! the outputs, as those find them who call the commands.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::Test;
use crate::tooling::seed::{Seed, succeed, text};

pub(crate) const TESTS: &[Test] = &[
    ("legacy::the_fleet_builders_call", the_fleet_builders_call),
    ("legacy::the_checksums_that_are_named_are_written", checksums),
    ("legacy::a_tgz_is_compressed_by_the_named_program", compressor),
    ("legacy::old_outputs_get_the_date", old_outputs),
    ("legacy::a_log_file_makes_it_quiet_and_grows", a_log_file),
    ("legacy::a_docker_image_is_an_archive_and_is_loaded", a_docker_image),
    ("legacy::an_app_container_image_has_its_manifest", an_app_container_image),
    ("legacy::formats_do_not_get_into_each_others_way", formats_together),
    ("legacy::images_by_definition", images_by_definition),
    ("legacy::links_are_made_once", links),
];

/// A plain builder that wants its manifests beside the image, as the element
/// `manifests` does it.
const MANIFESTS: &str =
    "mkdir -p \"$IMAGE_NAME.d/dib-manifests\"; echo \"$DIB_ENV\" > \"$IMAGE_NAME.d/dib-manifests/env\"";

fn the_fleet_builders_call() {
    let seed = Seed::new();
    seed.hook("cleanup.d/90-manifests", MANIFESTS);
    // It does not forbid the element that the command adds.
    seed.file("base/install.d/10-base", "#!/bin/bash\necho \"$DIB_DEBUG_TRACE $DIB_RELEASE\" > /etc/base\n");
    let name = format!("{}/deb-0001", seed.scratch.join("out").display());
    let words = "-x -t qcow2,raw --checksum --no-tmpfs --qemu-img-options compat=0.10 -o";
    let mut command = seed.old("disk-image-create", words);
    command.arg(&name).args(["seed", "probe"]);
    command.env("DIB_RELEASE", "bookworm").env("DIB_IMAGE_NAME", "deb").env("DIB_IMAGE_FILENAME", "deb-0001");
    let told = text(&succeed(&mut command).stderr);
    assert!(!told.contains("debug: "), "the first -x traces hooks alone: {told}");
    let expected = ["d", "qcow2", "qcow2.md5", "qcow2.sha256", "raw", "raw.md5", "raw.sha256"];
    assert_eq!(seed.outputs(), expected.map(|end| format!("deb-0001.{end}")));
    for (program, end) in [("md5sum", "md5"), ("sha256sum", "sha256")] {
        let said = fs::read_to_string(seed.output(&format!("deb-0001.qcow2.{end}"))).unwrap();
        let sum = text(&succeed(Command::new(program).arg(seed.output("deb-0001.qcow2"))).stdout);
        assert_eq!(said, sum, "the path is as it was given");
    }
    let info =
        succeed(Command::new("qemu-img").args(["info", "--output=json"]).arg(seed.output("deb-0001.qcow2")));
    assert!(text(&info.stdout).contains("\"compat\": \"0.10\""), "{}", text(&info.stdout));
    let read =
        Command::new("debugfs").args(["-R", "cat /etc/base"]).arg(seed.output("deb-0001.raw")).output();
    assert_eq!(text(&read.unwrap().stdout), "1 bookworm\n");
    let manifest = fs::read_to_string(seed.output("deb-0001.d/dib-manifests/env")).unwrap();
    let names =
        manifest.lines().map(|line| line.strip_prefix("declare -x ").and_then(|it| it.split_once('=')));
    let names: Vec<_> = names.map(|declared| declared.unwrap().0).collect();
    let expected = ["DIB_ARGS", "DIB_IMAGE_FILENAME", "DIB_IMAGE_NAME", "DIB_PYTHON_EXEC", "DIB_RELEASE"];
    assert_eq!(names, expected, "what diskimage-builder finds when it begins");
    assert!(manifest.contains("declare -x DIB_IMAGE_FILENAME=\"deb-0001\""), "{manifest}");
}

fn checksums() {
    let seed = Seed::new();
    let build = |chosen: &str| {
        let mut command = seed.old("disk-image-create", "-n --no-tmpfs -t tar -o out/x seed");
        command.env("OVERWRITE_OLD_IMAGE", "1").env("DIB_CHECKSUM", chosen);
        command
    };
    for (chosen, files) in [
        ("md5", vec!["x.tar", "x.tar.md5"]),
        ("1", vec!["x.tar", "x.tar.md5", "x.tar.sha256"]),
        ("sha256", vec!["x.tar", "x.tar.sha256"]),
        ("0", vec!["x.tar"]),
    ] {
        succeed(&mut build(chosen));
        assert_eq!(seed.outputs(), files, "{chosen}");
    }
    let refused = build("yes").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let message =
        "error: disk-image-create: DIB_CHECKSUM: unknown checksum 'yes' (known: md5, sha256); 1 means all\n";
    assert!(text(&refused.stderr).starts_with(message), "{}", text(&refused.stderr));
}

fn compressor() {
    let seed = Seed::new();
    let program = seed.scratch.join("bin/packer");
    fs::write(&program, "#!/bin/sh\necho \"$@\" > \"${0%/*}/../packed\"\nexec gzip\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let build = |named: &str| {
        let mut command = seed.old("disk-image-create", "-n --no-tmpfs -t tgz,tar -o out/x seed");
        command.env("DIB_GZIP_BIN", named);
        command
    };
    succeed(&mut build("packer -1"));
    assert_eq!(fs::read_to_string(seed.scratch.join("packed")).unwrap(), "-1\n");
    let list = |name: &str| text(&succeed(Command::new("tar").arg("-tf").arg(seed.output(name))).stdout);
    assert_eq!(list("x.tgz"), list("x.tar"));

    let refused = build("no-such-packer -9").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let missing = "  no-such-packer (package no-such-packer), needed by export\n";
    assert!(text(&refused.stderr).contains(missing), "{}", text(&refused.stderr));
}

fn old_outputs() {
    let seed = Seed::new();
    let build = || seed.old("disk-image-create", "-n --no-tmpfs -t raw --checksum -o out/x.raw seed");
    fs::write(seed.output("x.raw"), "old").unwrap();
    fs::write(seed.output("x.raw.md5"), "old sum").unwrap();
    succeed(build().env("OVERWRITE_OLD_IMAGE", "0"));
    let outputs = seed.outputs();
    assert_eq!(outputs.len(), 5, "{outputs:?}");
    let date = regex(&outputs[0]).expect("the date in the old one's name");
    assert_eq!(outputs[..2], [format!("x-{date}.raw"), format!("x-{date}.raw.md5")]);
    assert_eq!(fs::read(seed.output(&outputs[0])).unwrap(), b"old");
    succeed(build().env("OVERWRITE_OLD_IMAGE", "1"));
    assert_eq!(seed.outputs(), outputs, "nothing more is kept");
}

/// `2026.11.24-07.30.00` of `x-2026.11.24-07.30.00.raw`.
fn regex(name: &str) -> Option<&str> {
    let date = name.strip_prefix("x-")?.strip_suffix(".raw")?;
    let shape: String =
        date.chars().map(|letter| if letter.is_ascii_digit() { '9' } else { letter }).collect();
    (shape == "9999.99.99-99.99.99").then_some(date)
}

fn a_log_file() {
    let seed = Seed::new();
    seed.hook("install.d/50-say", "echo said by a hook");
    let build = || seed.old("disk-image-create", "-n --no-tmpfs -t raw --logfile log -o out/x seed probe");
    let quiet = succeed(&mut build());
    assert_eq!(text(&quiet.stderr), "");
    assert!(text(&quiet.stdout).starts_with("Output logs going to: log\n"), "{}", text(&quiet.stdout));
    let loud = succeed(build().env("DIB_QUIET", "0"));
    assert!(text(&loud.stderr).contains("said by a hook"), "{}", text(&loud.stderr));
    let log = fs::read_to_string(seed.scratch.join("log")).unwrap();
    assert_eq!(log.matches("| said by a hook").count(), 2, "both builds are in the log");
}

/// Stands in for the engine: takes down what it is asked to do.
const DOCKER: &str = "#!/bin/sh\necho \"$@\" >> \"${0%/*}/../docker-calls\"\nexit ${DIB_TEST_DOCKER:-0}\n";

fn a_docker_image() {
    let seed = Seed::new();
    let docker = seed.scratch.join("bin/docker");
    fs::write(&docker, DOCKER).unwrap();
    fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).unwrap();
    succeed(
        &mut seed.old("disk-image-create", "-n --no-tmpfs -t docker --docker-target me/seed:1 -o out/x seed"),
    );
    assert_eq!(fs::read_to_string(seed.scratch.join("docker-calls")).unwrap(), "load --input out/x.docker\n");

    let unpacked = seed.scratch.make_dir("unpacked");
    succeed(Command::new("tar").arg("-xf").arg(seed.output("x.docker")).arg("-C").arg(&unpacked));
    let json = |name: &str| -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(unpacked.join(name)).unwrap()).unwrap()
    };
    let manifest = json("manifest.json");
    let expected =
        serde_json::json!([{ "Config": "config.json", "RepoTags": ["me/seed:1"], "Layers": ["layer.tar"] }]);
    assert_eq!(manifest, expected);
    let sum = text(&succeed(Command::new("sha256sum").arg(unpacked.join("layer.tar"))).stdout);
    let digest = format!("sha256:{}", sum.split_whitespace().next().unwrap());
    assert_eq!(json("config.json")["rootfs"]["diff_ids"], serde_json::json!([digest]));
    let layer = succeed(Command::new("tar").arg("-tf").arg(unpacked.join("layer.tar")));
    assert!(text(&layer.stdout).contains("./bin/bash\n"), "{}", text(&layer.stdout));

    let inspect = |name: &str, what: &str| {
        let archive = format!("docker-archive:{}", seed.output(name).display());
        text(&succeed(Command::new("skopeo").arg(what).arg(archive)).stdout)
    };
    let found: serde_json::Value = serde_json::from_str(&inspect("x.docker", "inspect")).unwrap();
    assert_eq!(
        (&found["Architecture"], &found["Layers"]),
        (&json("config.json")["architecture"], &serde_json::json!([digest]))
    );
    let tags = inspect("x.docker", "list-tags");
    assert!(tags.contains("me/seed:1\""), "{tags}");

    // Without a name for it, the archive is all; so it is with slate's own command.
    succeed(&mut seed.old("disk-image-create", "-n --no-tmpfs -t docker -o out/y seed"));
    succeed(&mut seed.slate("build seed --no-tmpfs -t docker --docker-target z:2 -o out/z"));
    assert_eq!(fs::read_to_string(seed.scratch.join("docker-calls")).unwrap().lines().count(), 1);

    let mut failing =
        seed.old("disk-image-create", "-n --no-tmpfs -t docker,raw --docker-target me/seed:1 -o out/w seed");
    let output =
        failing.env("PATH", format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", seed.scratch.join("bin").display()));
    fs::write(&docker, "#!/bin/sh\necho no daemon >&2\nexit 1\n").unwrap();
    let output = output.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = "loading the image into docker; it is complete in out/w.docker, for a docker that runs";
    assert!(text(&output.stderr).contains(message), "{}", text(&output.stderr));
    assert!(seed.output("w.docker").exists() && seed.output("w.raw").exists());
}

fn an_app_container_image() {
    let seed = Seed::new();
    let manifest = r#"{"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/seed"}"#;
    fs::write(seed.scratch.join("aci.json"), manifest).unwrap();
    let build =
        |output: &str| seed.old("disk-image-create", &format!("-n --no-tmpfs -t aci -o out/{output} seed"));
    succeed(build("given").env("ACI_MANIFEST", "aci.json"));
    succeed(&mut build("plain.1"));
    let member = |archive: &str, name: &str| {
        text(&succeed(Command::new("tar").arg("-xOf").arg(seed.output(archive)).arg(name)).stdout)
    };
    assert_eq!(member("given.aci", "manifest"), manifest);
    assert_eq!(member("given.aci", "rootfs/etc/hostname"), "seed\n");
    // App Container's specification allows no more than these two, and nothing twice.
    let list = text(&succeed(Command::new("tar").arg("-tf").arg(seed.output("given.aci"))).stdout);
    let mut names: Vec<&str> = list.lines().collect();
    assert!(names.iter().all(|name| *name == "manifest" || name.starts_with("rootfs/")), "{list}");
    names.sort_unstable();
    assert!(names.windows(2).all(|two| two[0] != two[1]), "{list}");
    let plain: serde_json::Value = serde_json::from_str(&member("plain.1.aci", "manifest")).unwrap();
    assert_eq!((&plain["acKind"], &plain["name"]), (&"ImageManifest".into(), &"plain-1".into()));

    fs::write(seed.scratch.join("aci.json"), "no json").unwrap();
    let refused = build("x").env("ACI_MANIFEST", "aci.json").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let message = "error: the App Container manifest aci.json: expected ident at line 1 column 2\n";
    assert_eq!(text(&refused.stderr), message);
}

fn formats_together() {
    let seed = Seed::new();
    let formats = [
        "aci",
        "docker",
        "parallels",
        "qcow",
        "qcow2",
        "qed",
        "squashfs",
        "tar",
        "tgz",
        "vdi",
        "vhd",
        "vhdx",
        "vmdk",
        "vpc",
    ];
    let words = format!(
        "-n --no-tmpfs --image-extra-size 64 --mkfs-journal-size 16 -t {} -o out/x seed",
        formats.join(",")
    );
    succeed(&mut seed.old("disk-image-create", &words));
    let expected =
        formats.map(|format| format!("x.{}", if format == "squashfs" { "squash" } else { format }));
    assert_eq!(seed.outputs(), expected);
}

fn links() {
    let seed = Seed::new();
    let directory = seed.scratch.make_dir("links");
    let link = |words: &str| seed.slate(&format!("link links {words}")).output().unwrap();
    let names = ["disk-image-create", "ramdisk-image-create", "diskimage-builder", "element-info"];
    let expected: String = names.iter().map(|name| format!("links/{name}\n")).collect();
    for _ in 0..2 {
        assert_eq!(text(&link("").stdout), expected);
    }
    let version = succeed(Command::new(directory.join("disk-image-create")).arg("--version"));
    assert_eq!(text(&version.stdout), format!("3.43.0\nslate {}\n", env!("CARGO_PKG_VERSION")));

    fs::remove_file(directory.join("element-info")).unwrap();
    fs::write(directory.join("element-info"), "precious").unwrap();
    let refused = link("");
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(
        text(&refused.stderr),
        "error: links/element-info is there already, and is not this program\n\
         hint: remove it, choose another directory, or replace it with --force\n"
    );
    assert_eq!(fs::read(directory.join("element-info")).unwrap(), b"precious");
    assert_eq!(text(&link("--force").stdout), expected);
    assert!(directory.join("element-info").is_symlink());
    let nowhere = seed.slate("link nowhere").output().unwrap();
    assert_eq!(
        text(&nowhere.stderr),
        "error: linking nowhere/disk-image-create: No such file or directory (os error 2)\n\
         hint: create the directory: mkdir -p nowhere\n"
    );
}

/// Three images, of which the second fails.
const DEFINITIONS: &str = "\
- {imagename: out/one, types: [raw], elements: [seed, probe], skip-base: true, no-tmpfs: true, environment: {IMAGE_KIND: one}}
- {imagename: out/two, types: [raw], elements: [seed, probe], skip-base: true, no-tmpfs: true, environment: {IMAGE_KIND: two}}
- {imagename: out/three, types: [raw], elements: [seed, probe], skip-base: true, no-tmpfs: true}
";

fn images_by_definition() {
    let seed = Seed::new();
    seed.hook("install.d/50-name", "[ \"${IMAGE_KIND:-}\" != two ]");
    fs::write(seed.scratch.join("images.yaml"), DEFINITIONS).unwrap();
    let call = |words: &str| seed.old("diskimage-builder", &format!("{words} images.yaml")).output().unwrap();
    let command = |name: &str, variable: &str| {
        format!("{variable}disk-image-create -o out/{name} -t raw --no-tmpfs -n seed probe\n\n")
    };
    let [one, two, three] = [("one", "IMAGE_KIND=one "), ("two", "IMAGE_KIND=two "), ("three", "")]
        .map(|(name, variable)| command(name, variable));

    let dry = call("--dry-run");
    assert_eq!((dry.status.code(), text(&dry.stderr)), (Some(0), format!("{one}{two}{three}")));
    assert_eq!(seed.outputs(), [""; 0]);

    let stopped = call("--stop-on-failure");
    assert_eq!(stopped.status.code(), Some(1));
    assert_eq!(seed.outputs(), ["one.raw"]);
    let told = text(&stopped.stderr);
    let count = "error: 1 of 3 images failed:\n  IMAGE_KIND=two disk-image-create -o out/two -t raw --no-tmpfs -n seed probe\n";
    assert!(told.ends_with(count) && !told.contains(three.trim_end()), "{told}");

    fs::remove_file(seed.output("one.raw")).unwrap();
    let all = call("");
    assert_eq!(all.status.code(), Some(1));
    assert!(text(&all.stderr).ends_with(count), "{}", text(&all.stderr));
    assert_eq!(seed.outputs(), ["one.raw", "three.raw"]);
}
