//! Every mistake that can be known before any work: its exact message, and a status that is not zero.

use std::fs;

use crate::elements::self_contained;
use crate::slate::{ELEMENTS, command, command_without_rights, finish, run, tests};
use crate::tooling::Scratch;

/// Where elements are looked for.
const PLACES: &str = "(looked in elements, the built-in elements, \
    python/lib/python3/site-packages/diskimage_builder/elements; `slate element list` shows all)";

/// Runs both commands that plan, and expects the same message and status 2 of both.
pub(crate) fn assert_refused(words: &str, stderr: &str) {
    assert_refused_with(words, &[], stderr);
}

/// The same with variables of the environment.
fn assert_refused_with(words: &str, variables: &[(&str, &str)], stderr: &str) {
    for name in ["plan", "build"] {
        let words = format!("{name} {words}");
        let mut command = command();
        command.env("ELEMENTS_PATH", ELEMENTS).args(words.split_whitespace());
        let refused = finish(command.envs(variables.iter().copied()));
        assert_eq!(refused.stderr, stderr, "slate {words} {variables:?}");
        assert_eq!((refused.status, refused.stdout.as_str()), (Some(2), ""), "slate {words}");
    }
}

#[test]
fn elements_that_are_not_there_or_do_not_go_together() {
    let nearest = format!("hint: did you mean 'tiny-os'? {PLACES}");
    let table = [
        (
            "",
            "error: no elements given\nhint: name a distribution and what goes into it, such as: slate build debian vm -o debian.qcow2\n".to_owned(),
        ),
        ("tiny-oss", format!("error: no element 'tiny-oss'\n{nearest}\n")),
        ("wants-missing", format!("error: no element 'tiny-oss', on which 'wants-missing' depends\n{nearest}\n")),
        ("./missing", "error: there is no element at './missing'\nhint: a name with '/' or ending in .wasm is a path; give a bare name to search for it\n".to_owned()),
        ("tiny-os cycle-a", "error: elements depend on each other in a cycle: cycle-a -> cycle-b -> cycle-a\nhint: remove one of these dependencies\n".to_owned()),
        ("tiny-os loader-a loader-b", "error: 'loader-a' and 'loader-b' both provide 'loader'\nhint: leave one of them out\n".to_owned()),
        ("tiny-os other-os", "error: two distributions: 'tiny-os' and 'other-os'\nhint: leave one of them out\n".to_owned()),
        ("tiny-os operating-system", "error: 'operating-system' is given as an element, but 'tiny-os' stands in for it\nhint: leave out 'operating-system' or 'tiny-os'\n".to_owned()),
        ("vm", "error: no distribution: none of the elements provides 'operating-system'\nhint: name one of these besides vm: debian, other-os, tiny-os\n".to_owned()),
        ("mixed same-hook", "error: elements 'mixed' and 'same-hook' both have install.d/61-before\nhint: rename one of the two files, or leave one element out\n".to_owned()),
    ];
    for (words, stderr) in table {
        assert_refused(words, &stderr);
    }
}

#[test]
fn elements_that_cannot_be_read() {
    assert_refused(
        "tiny-os future",
        "error: elements/future/element.toml: element 'future' was built for version 0.9 of the element API, and this slate runs version 0.1\n\
         hint: rebuild the element against this version, or use a slate that runs the element's\n",
    );
    assert_refused(
        "tiny-os bad-manifest",
        "error: elements/bad-manifest/element.toml: line 6: unknown variant `instal`, expected one of `root`, `extra-data`, `pre-install`, `install`, `post-install`, `post-root`, `block-device`, `pre-finalise`, `finalise`, `cleanup`\n",
    );
    assert_refused(
        "tiny-os not-built",
        "error: elements/not-built/element.toml names the component 'not-built.wasm', which is not beside it\n\
         hint: compile it with `slate element build`, or put the component there as not-built.wasm\n",
    );
    assert_refused(
        "tiny-os ./elements/README.md",
        "error: './elements/README.md' is neither a directory nor a .wasm file\n",
    );
    assert_refused(
        "tiny-os --elements-path elements:nowhere",
        "error: the elements path holds 'nowhere', which is not a directory\n\
         hint: correct --elements-path or ELEMENTS_PATH; its entries are separated by ':'\n",
    );
}

#[test]
fn components_that_are_none() {
    let scratch = Scratch::new();
    let old = "name = \"old\"\nversion = \"1\"\napi = \"0.0\"\n";
    let table: [(&str, Vec<u8>, &str); 4] = [
        (
            "empty.wasm",
            b"\0asm\x0d\0\x01\0".to_vec(),
            "./empty.wasm: carries no manifest (custom section 'blankslate:element-manifest')\n",
        ),
        ("module.wasm", b"\0asm\x01\0\0\0".to_vec(), "./module.wasm: a core module, not a component\n"),
        ("script.wasm", b"#!/bin/sh\n".to_vec(), "./script.wasm: not a WebAssembly file\n"),
        (
            "old.wasm",
            self_contained(old),
            "./old.wasm: element 'old' was built for version 0.0 of the element API, and this slate runs version 0.1\n\
             hint: rebuild the element against this version, or use a slate that runs the element's\n",
        ),
    ];
    for (name, bytes, stderr) in table {
        fs::write(scratch.join(name), bytes).expect("writing the component");
        let refused =
            finish(command().args(["plan", "debian", &format!("./{name}")]).current_dir(scratch.path()));
        assert_eq!((refused.status, refused.stderr), (Some(2), format!("error: {stderr}")));
    }
}

#[test]
fn parameters_and_grants_that_do_not_fit() {
    assert_refused(
        "mixed --set mixd.port=1",
        "error: --set mixd.port: no element of this image is called 'mixd'\nhint: did you mean 'mixed'?\n",
    );
    assert_refused(
        "mixed --set prot=1",
        "error: --set prot: no element of this image has a parameter 'prot'\nhint: did you mean 'mixed.port'?\n",
    );
    assert_refused(
        "mixed --set port=ssh",
        "error: parameter mixed.port, from --set: 'ssh' is not a whole number\n",
    );
    assert_refused(
        "debian vm --set vm.timeout=-1",
        "error: parameter vm.timeout, from --set: -1 is out of range (0 to 86400)\nhint: timeout: Seconds the boot menu waits\n",
    );
    assert_refused(
        "mixed --set mode=guess",
        "error: parameter mixed.mode, from --set: 'guess' is none of the choices (append, replace)\nhint: mode: What happens to keys that are there\n",
    );
    assert_refused(
        "mixed --grant mixd:chroot",
        "error: --grant mixd:chroot: no element of this image is called 'mixd'\nhint: did you mean 'mixed'?\n",
    );
    assert_refused(
        "mixed --grant mixed:block-device",
        "error: --grant mixed:block-device: the element does not ask for it\n\
         hint: it asks for: environment=HOME, host-file=~/.ssh/authorized_keys, host-program=bash, host-program=sh, url=https://example.org/keys/, chroot\n",
    );
}

#[test]
fn words_that_the_command_line_does_not_know() {
    let more = "\n\nFor more information, try '--help'.\n";
    let table = [
        (
            "debian -a mips",
            "invalid value 'mips' for '--arch <ARCH>': unknown architecture 'mips' (known: amd64, arm64, armhf, i386, ppc64el, riscv64, s390x)",
        ),
        (
            "debian -t qcow3",
            "invalid value 'qcow3' for '--format <FORMATS>': unknown format 'qcow3' (known: qcow2, raw, tar, tgz, squashfs, vhd, vhdx, vmdk, vdi, qcow, qed, parallels, docker, aci)",
        ),
        (
            "debian --image-size big",
            "invalid value 'big' for '--image-size <SIZE>': expected a number with a unit, such as 10GiB",
        ),
        (
            "debian --set release",
            "invalid value 'release' for '--set <PARAMETER=VALUE>': expected element.parameter=value or parameter=value",
        ),
        (
            "debian --grant chroot",
            "invalid value 'chroot' for '--grant <ELEMENT:CAPABILITY>': expected ELEMENT:CAPABILITY, such as mine:chroot",
        ),
        (
            "debian --grant mine:root",
            "invalid value 'mine:root' for '--grant <ELEMENT:CAPABILITY>': unknown capability 'root' (known: environment=NAME, host-file=PATH, host-program=NAME, url=PREFIX, chroot, block-device)",
        ),
    ];
    for (words, stderr) in table {
        assert_refused(words, &format!("error: {stderr}{more}"));
    }
}

#[test]
fn a_disk_that_cannot_be() {
    assert_refused(
        "tiny-os big-partitions",
        "error: elements/big-partitions/block-device-default.yaml: no room for partition 'data': it wants 600 MiB, and 123.0 MiB of the 1 GiB of 'image0' remain\nhint: make 'data' or a partition before it smaller, or the disk larger (--image-size); a size of 100% takes what remains\n",
    );
    assert_refused(
        "tiny-os --root-label much-too-long-a-label",
        "error: the disk: file system 'mkfs_root': label 'much-too-long-a-label' has 21 characters, ext4 takes 16\nhint: give the mkfs a 'label' of at most 16 characters (--root-label for the root)\n",
    );
    assert_refused(
        "tiny-os --root-label tab\\label",
        "error: the disk: file system 'mkfs_root': label \"tab\\\\label\" has characters that fstab and boot loaders cannot take\nhint: give a label without quotes, '$', backslashes and control characters (--root-label for the root)\n",
    );
    assert_refused(
        "tiny-os --root-fs zfs",
        "error: the disk: mkfs_root: unknown file system 'zfs' (known: ext2, ext3, ext4, xfs, btrfs, vfat, swap)\n",
    );
}

/// A layout whose root takes what `before` leaves.
fn layout(label: &str, more: &str, before: &str) -> String {
    format!(
        "- local_loop: {{name: image0}}\n- partitioning: {{base: image0, label: {label}{more}, partitions: [\
         {before}{{name: root, size: 100%, mkfs: {{type: ext4, mount: {{mount_point: /}}}}}}]}}\n"
    )
}

#[test]
fn a_disk_that_no_machine_can_start() {
    for label in ["gpt", "mbr"] {
        let code = if label == "gpt" { "EF00" } else { "0xEF" };
        assert_refused(
            &format!("debian vm block-device-{label} -a arm64"),
            &format!(
                "error: block-device-{label}/block-device-default.yaml (built in): no firmware of arm64 can start the disk 'image0': it has no EFI system partition ({code})\n\
                 hint: change the layout, or take that of block-device-efi\n"
            ),
        );
    }
    let bsp = |size: &str| format!("{{name: bsp, size: {size}, type: EF02}}, ");
    let sectors = layout("gpt", "", &bsp("8MiB")).replace("image0}\n", "image0, block_size: 4096}\n");
    let table = [
        (
            layout("gpt", "", ""),
            "no firmware of amd64 can start the disk 'image0': it has neither an EFI system partition (EF00) nor a BIOS boot partition (EF02)\n\
             hint: change the layout, or take that of one of block-device-mbr, block-device-gpt and block-device-efi",
        ),
        (
            layout("mbr", ", align: 4KiB", ""),
            "no room for the boot loader of a BIOS before the first partition of 'image0': it takes up to 128 KiB, and there are 3.5 KiB\n\
             hint: give the partitioning an 'align' of 1MiB",
        ),
        (
            layout("gpt", "", &bsp("8KiB")),
            "no room for the boot loader of a BIOS in partition 'bsp': it takes up to 128 KiB, and there are 8 KiB\n\
             hint: give 'bsp' a size of 1MiB",
        ),
        (
            sectors,
            "a BIOS cannot start the disk 'image0': it reads sectors of 512 bytes, and the block_size is 4096\n\
             hint: leave the block_size out, or lay the disk out for UEFI alone: an EFI system partition, and no BIOS boot partition",
        ),
        (
            layout("gpt", "", "{name: esp, size: 64MiB, type: EF00}, "),
            "EFI system partition 'esp' has no vfat file system that is mounted\n\
             hint: give it 'mkfs: {type: vfat, mount: {mount_point: /boot/efi}}'",
        ),
    ];
    for (config, stderr) in table {
        let stderr = format!("error: DIB_BLOCK_DEVICE_CONFIG: {stderr}\n");
        assert_refused_with("debian vm -a amd64", &[("DIB_BLOCK_DEVICE_CONFIG", &config)], &stderr);
    }
}

#[test]
fn outputs_that_cannot_be_written() {
    assert_refused(
        "tiny-os -o x.raw -t qcow2,tar",
        "error: the output x.raw is named as raw, and the formats asked for are: qcow2, tar\n\
         hint: give -o x without an extension, or a -t that has it\n",
    );
    assert_refused(
        "tiny-os -o out/x.tar.gz -t tar",
        "error: the output out/x.tar.gz is named as tgz, and the formats asked for are: tar\n\
         hint: give -o out/x without an extension, or a -t that has it\n",
    );
    assert_refused(
        "tiny-os -o x.iso -t raw,tar",
        "error: the output x.iso is named as iso, which is no format: it would be raw, tar\n\
         hint: give -o x -t raw,tar for such files; the formats are: qcow2, raw, tar, tgz, squashfs, vhd, vhdx, vmdk, vdi, qcow, qed, parallels, docker, aci\n",
    );
    assert_refused(
        "tiny-os -o elements/",
        "error: the output elements/ is a directory\nhint: name a file in it: -o elements/image\n",
    );
    assert_refused(
        "tiny-os -t docker --docker-target Team/Image:1",
        "error: 'Team/Image:1' is no name of a container image: engines would not load it\n\
         hint: give small letters and digits, such as registry.example:5000/team/image:1.0\n",
    );
    let scratch = Scratch::new();
    fs::write(scratch.join("file"), "").expect("writing a file");
    scratch.make_dir("disk.qcow2");
    let table = [
        (
            "missing/x.qcow2",
            "the output's directory missing does not exist\nhint: create it: mkdir -p missing\n",
        ),
        ("file/x.qcow2", "the output's directory file is not a directory\n"),
        (
            "disk.qcow2",
            "the output disk.qcow2 is a directory\nhint: name a file in it: -o disk.qcow2/image\n",
        ),
        (".", "the output . is a directory\nhint: name a file in it: -o ./image\n"),
        (
            "/dev/null",
            "the output /dev/null is no file, but a device, a pipe or a socket\nhint: name a file with -o\n",
        ),
    ];
    for (output, stderr) in table {
        let refused = finish(command().args(["build", "debian", "-o", output]).current_dir(scratch.path()));
        assert_eq!((refused.status, refused.stderr), (Some(2), format!("error: {stderr}")), "-o {output}");
    }
}

#[test]
fn a_log_in_the_place_of_an_output() {
    for (name, words, status) in
        [("build", "-o /tmp/x -t qcow2,raw", 2), ("disk-image-create", "-o /tmp/./x -t qcow2,raw", 1)]
    {
        let words = format!("{name} tiny-os --logfile /tmp/x.raw {words}");
        let refused = run(&words);
        let path = if name == "build" { "/tmp/x.raw" } else { "/tmp/./x.raw" };
        let stderr = format!(
            "error: {path} is to be the log and an output (raw)\nhint: give another file with --logfile or -o\n"
        );
        assert_eq!((refused.stderr, refused.status), (stderr, Some(status)), "{words}");
    }
}

#[test]
fn all_missing_programs_at_once() {
    // With a component that loads, as those that do not are told first.
    let scratch = Scratch::new();
    let folder = scratch.make_dir("unlikely-tools");
    for (from, to) in [
        ("fixtures/elements/unlikely-tools/element.toml", "element.toml"),
        ("released/0.1.0.wasm", "unlikely-tools.wasm"),
    ] {
        fs::copy(tests().join(from), folder.join(to)).expect("copying the element");
    }
    let mut command = command();
    command.args(["build", "tiny-os", "-o", "/tmp/x.qcow2", "--elements-path", ELEMENTS]);
    let refused = finish(command.arg(&folder));
    assert_eq!(
        refused.stderr,
        "error: programs that the build needs are missing:\n\
         \x20 slate-test-no-such-program (package no-such-package), needed by unlikely-tools\n\
         \x20 slate-test-neither or slate-test-nor (package slate-test-neither), needed by unlikely-tools\n\
         hint: sudo apt-get install no-such-package slate-test-neither\n"
    );
    assert_eq!(refused.status, Some(2));
}

#[test]
fn a_component_that_does_not_load() {
    let refused = run("build mixed -o /tmp/x.qcow2");
    assert_eq!(
        refused.stderr,
        "error: element 'mixed' does not load: it does not export blankslate:element/lifecycle@0.1.0, which runs its \
         hooks: use the SDK's register! macro, or the world 'element'\n\
         hint: `slate element check elements/mixed` tells more\n"
    );
    assert_eq!(refused.status, Some(2));
}

#[test]
fn an_architecture_that_is_not_this_machines() {
    // One that next to nobody has an emulator for.
    let (here, other) = (if cfg!(target_arch = "x86_64") { "amd64" } else { "arm64" }, "s390x");
    let refused = run(&format!("build tiny-os -a {other}"));
    assert_eq!(
        refused.stderr,
        format!(
            "error: an image for {other} cannot be built here: this machine is {here}\n\
             hint: install an emulator that the kernel is told of, package qemu-user-static, or build on {other}; \
             `slate plan` works anywhere\n"
        )
    );
    assert_eq!(refused.status, Some(2));
}

#[test]
fn building_without_root() {
    let scratch = Scratch::new();
    let elements = crate::slate::fixtures().join(ELEMENTS);
    let copy = scratch.make_dir("elements/tiny-os");
    fs::copy(elements.join("tiny-os/element-provides"), copy.join("element-provides"))
        .expect("copying the element");
    let mut command = command_without_rights(scratch.path());
    let words = ["build", "tiny-os", "--elements-path", "elements", "-t", "raw"];
    let refused = finish(command.args(words));
    assert_eq!(
        refused.stderr,
        "error: building needs root, for namespaces, mounts and loop devices\n\
         hint: run it with sudo: sudo slate build ...; `slate plan` needs no root\n"
    );
    assert_eq!(refused.status, Some(2));
}
