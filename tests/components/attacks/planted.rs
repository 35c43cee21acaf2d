//! Programs that an element without grants puts into the image, which another element's hook runs as root.

use std::fs;
use std::os::unix::fs::MetadataExt;

use blankslate::sys::loopdev::{LoopDevice, LoopOptions};

use crate::trial::Trial;

/// What the program tries. Each line of its report says what came of it.
const PROGRAM: &str = r#"#!/bin/sh
exec > /report 2>&1
try() { what=$1; shift; if (eval "$@") > /dev/null 2>&1; then echo "$what: DONE"; else echo "$what: contained"; fi; }
grep Cap /proc/self/status
# What is allowed, so that the rest is not contained for want of a program.
try "writing to the tree" 'echo planted > /tmp/written && cat /tmp/written'
try "starting mount" 'mount --version'
for node in /disk /dev/disk /dev/shm/disk /tmp/disk; do
    mknod $node b MAJOR MINOR
    try "reading a disk by $node" 'read line < $node'
    try "writing to a disk by $node" 'echo planted > $node'
done
try "setting what the kernel runs" 'read old < /proc/sys/kernel/core_pattern; echo "$old" > /proc/sys/kernel/core_pattern'
try "asking the kernel for help" 'echo h > /proc/sysrq-trigger'
try "changing a setting of a device" 'mkdir /sys/kernel/x || echo 0 > /sys/kernel/profiling'
try "mounting" 'mount -t tmpfs planted /tmp'
try "leaving its read-only mounts" 'mount -o remount,rw /proc/sys'
try "the root of process 1" 'cd /proc/1/root'
try "the environment of process 1" 'cat /proc/1/environ'
try "reading the kernel's memory" 'read line < /proc/kcore'
kill -9 1
kill -0 1 && echo "process 1 lives"
echo "processes:" /proc/[0-9]*
echo "root:" /*
"#;

const REPORT: &str = "\
CapInh:\t0000000000000000
CapPrm:\t00000000a80405fb
CapEff:\t00000000a80405fb
CapBnd:\t00000000a80405fb
CapAmb:\t0000000000000000
writing to the tree: DONE
starting mount: DONE
reading a disk by /disk: contained
writing to a disk by /disk: contained
reading a disk by /dev/disk: contained
writing to a disk by /dev/disk: contained
reading a disk by /dev/shm/disk: contained
writing to a disk by /dev/shm/disk: contained
reading a disk by /tmp/disk: contained
writing to a disk by /tmp/disk: contained
setting what the kernel runs: contained
asking the kernel for help: contained
changing a setting of a device: contained
mounting: contained
leaving its read-only mounts: contained
the root of process 1: contained
the environment of process 1: contained
reading the kernel's memory: contained
process 1 lives
processes: /proc/1 /proc/2
root: /bin /dev /disk /etc /lib /lib64 /one /proc /report /sys /tmp
";

#[test]
fn a_planted_program_reaches_the_tree_and_nothing_else() {
    let trial = Trial::new()
        .element("attack-planted", &["plant"], "[parameters.program]\ntype = 'string'")
        .element("command", &["moved"], "capabilities.chroot = true")
        .grant("command", "chroot");
    ["/bin/sh", "/bin/cat", "/bin/grep", "/bin/kill", "/bin/mkdir", "/bin/mknod", "/bin/mount"]
        .iter()
        .for_each(|program| trial.add_program(program));
    fs::create_dir(trial.tree().join("tmp")).unwrap();
    let disk = trial.join("disk.raw");
    fs::write(&disk, format!("secret\n{}", "\0".repeat(1 << 16))).unwrap();
    let device = LoopDevice::attach(&disk, LoopOptions::default()).unwrap();
    let number = fs::metadata(device.path()).unwrap().rdev();
    let program = PROGRAM
        .replace("MAJOR", &nix::sys::stat::major(number).to_string())
        .replace("MINOR", &nix::sys::stat::minor(number).to_string());
    let trial = trial.set("attack-planted.program", &program).start();

    trial.succeed("attack-planted", "plant");
    trial.succeed("command", "moved");
    device.close().unwrap();
    assert_eq!(trial.read("/report"), REPORT);
    assert!(fs::read_to_string(trial.beside("disk.raw")).unwrap().starts_with("secret\n"));
}
