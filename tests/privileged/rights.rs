//! What a confined program, root by name, can not do to the machine and to what else runs on it.
//!
//! Each probe says what came of it. Where that does no harm it is tried in a
//! plain chroot too, so that no probe fails for another reason.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command};

use blankslate::sys::chroot::ChrootMounts;
use blankslate::sys::disk;
use blankslate::sys::loopdev::{LoopDevice, LoopOptions};
use nix::sys::stat::{major, minor};

use crate::Test;
use crate::usr_tree::UsrTree;

pub(crate) const TESTS: &[Test] = &[
    ("rights::processes_outside_are_neither_traced_nor_read", processes_outside_are_neither_traced_nor_read),
    ("rights::a_user_namespace_gives_no_rights_back", a_user_namespace_gives_no_rights_back),
    ("rights::a_user_namespace_opens_no_device", a_user_namespace_opens_no_device),
    ("rights::the_kernel_takes_no_modules", the_kernel_takes_no_modules),
    ("rights::clock_and_host_name_stay", clock_and_host_name_stay),
];

/// What a script prints in a plain chroot, where root has all rights.
fn plain(tree: &UsrTree, script: &str) -> String {
    let mounts = ChrootMounts::mount(&tree.path()).unwrap();
    let printed = tree.shell(script);
    mounts.close().unwrap();
    printed
}

/// A shell function that tries a command in a new user namespace, whose root
/// the program becomes, with mounts of its own.
const TRY: &str = "try() { if unshare -U -r -m sh -c \"$2\" > /dev/null 2>&1; then echo \"$1: DONE\"; \
                   else echo \"$1: contained\"; fi; }\n";

/// System calls by their numbers, each with what came of it.
fn calls(calls: &[(&str, String)]) -> String {
    let told = calls.iter().map(|(what, call)| {
        format!("$! = 0; print \"{what}: \", syscall({call}) == -1 ? $! : \"DONE\", \"\\n\";\n")
    });
    format!("perl -e 'my $none = \"\"; my $page = \"\\0\" x 4096;\n{}'", told.collect::<String>())
}

/// A process that sleeps, outside of all trees.
struct Sleeper(Child);

impl Sleeper {
    fn start() -> Sleeper {
        Sleeper(Command::new("sleep").arg("1000000").spawn().unwrap())
    }

    /// Reads a piece of a process's memory, the one that this one has first, and attaches to it.
    fn traced_as(&self, process: u32) -> String {
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.0.id())).unwrap();
        let address = u64::from_str_radix(maps.split('-').next().unwrap(), 16).unwrap();
        let (local, remote) = ("pack(\"pQ\", $page, 8)", format!("pack(\"QQ\", {address}, 8)"));
        let reading = format!(
            "{}, {process}, my $to = {local}, 1, my $from = {remote}, 1, 0",
            libc::SYS_process_vm_readv
        );
        let attaching = format!("{}, {}, {process}, 0, 0", libc::SYS_ptrace, libc::PTRACE_ATTACH);
        calls(&[("reading", reading), ("attaching", attaching)])
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).expect("ending a process that sleeps");
    }
}

fn processes_outside_are_neither_traced_nor_read() {
    let (tree, sleeper) = (UsrTree::new(), Sleeper::start());
    let outside = sleeper.traced_as(sleeper.0.id());
    assert_eq!(plain(&tree, &outside), "reading: DONE\nattaching: DONE\n");
    let unknown = "reading: No such process\nattaching: No such process\n";
    assert_eq!(tree.confined(&outside), unknown);
    // The one that holds the namespaces is a copy of the process that started the program.
    let refused = "reading: Operation not permitted\nattaching: Operation not permitted\n";
    assert_eq!(tree.confined(&sleeper.traced_as(1)), refused);
    fs::write(tree.path().join("tmp/trace"), sleeper.traced_as(1)).unwrap();
    assert_eq!(tree.confined("unshare -U -r sh /tmp/trace"), refused);
    drop(sleeper);
    tree.close();
}

fn a_user_namespace_gives_no_rights_back() {
    let tree = UsrTree::new();
    let probes = [
        // What is allowed, so that the rest is not contained for want of a program.
        ("a file system of its own", "mount -t tmpfs x /tmp"),
        ("a new proc", "unshare -p -f mount -t proc x /tmp"),
        ("a new sys", "unshare -n mount -t sysfs x /tmp"),
        ("a disk of the machine", "mount -t ext4 /dev/loop0 /tmp"),
        ("what is over proc", "umount /proc/sys"),
        ("what is over kcore", "umount /proc/kcore"),
        ("what is over firmware", "umount /sys/firmware"),
        ("proc itself", "umount -l /proc"),
        ("writing to proc/sys", "mount -o remount,bind,rw /proc/sys"),
        ("writing to sys", "mount -o remount,bind,rw /sys"),
        ("a setting behind a mount", "mount --bind /proc /tmp && test -w /tmp/sys/kernel/core_pattern"),
        ("the namespaces of process 1", "nsenter -t 1 -m true"),
        ("loading a module", "perl -e 'exit(syscall(INIT, my $none = \"\", 0, $none) == -1)'"),
        ("a setting of the kernel", "read old < /proc/sys/kernel/sysrq; echo $old > /proc/sys/kernel/sysrq"),
    ];
    let tried =
        probes.map(|(what, probe)| format!("try '{what}' '{}'\n", probe.replace('\'', "'\\''"))).concat();
    let said = tree.confined(&(TRY.to_owned() + &tried.replace("INIT", &libc::SYS_init_module.to_string())));
    let expected = |(index, (what, _)): (usize, &(&str, &str))| {
        format!("{what}: {}\n", if index == 0 { "DONE" } else { "contained" })
    };
    assert_eq!(said, probes.iter().enumerate().map(expected).collect::<String>());
    // What it mounts in the place of proc and sys is there for nobody else.
    let covered = "unshare -U -r -m sh -c 'mount -t tmpfs x /proc && mount -t tmpfs x /sys && ls /proc /sys'";
    assert_eq!(tree.confined(covered), "/proc:\n\n/sys:\n");
    assert_eq!(
        tree.confined(&format!(
            "{covered} > /dev/null; test -e /proc/self && test -e /sys/block && echo seen"
        )),
        "seen\n"
    );
    tree.close();
}

fn a_user_namespace_opens_no_device() {
    let tree = UsrTree::new();
    let file = tree.scratch.join("disk.raw");
    drop(disk::create_sparse(&file, 1 << 20).unwrap());
    let device = LoopDevice::attach(&file, LoopOptions::default()).unwrap();
    let number = fs::metadata(device.path()).unwrap().rdev();
    let make = format!("mknod /tmp/disk b {} {}", major(number), minor(number));
    let read = "head -c 1 /tmp/disk | wc -c";
    assert_eq!(plain(&tree, &format!("{make}; {read}; rm /tmp/disk")), "1\n");
    let script = format!(
        "{make} && echo made\n{TRY}try 'opening it' 'head -c 1 /tmp/disk'\n\
         try 'a mount that allows it' 'mount --bind /tmp /tmp && mount -o remount,bind,dev /tmp'\n\
         try 'one on a file system of its own' 'mount -t tmpfs x /tmp && {make}'\n\
         try 'a file system of its own' 'mount -t tmpfs x /tmp'\n"
    );
    let expected = "made\nopening it: contained\na mount that allows it: contained\n\
                    one on a file system of its own: contained\na file system of its own: DONE\n";
    assert_eq!(tree.confined(&script), expected);
    device.close().unwrap();
    tree.close();
}

fn the_kernel_takes_no_modules() {
    let tree = UsrTree::new();
    let probes = calls(&[
        ("init_module", format!("{}, $none, 0, $none", libc::SYS_init_module)),
        ("finit_module", format!("{}, 0, $none, 0", libc::SYS_finit_module)),
        ("delete_module", format!("{}, my $name = \"none\", 0", libc::SYS_delete_module)),
        ("bpf", format!("{}, 5, $page, 64", libc::SYS_bpf)),
    ]);
    let (refused, unknown) = ("Operation not permitted", "Function not implemented");
    let by_root = plain(&tree, &probes);
    assert!(!by_root.contains(refused), "root is refused for another reason: {by_root}");
    // A kernel may be made without modules.
    let expected = by_root.lines().map(|line| match line.split_once(": ") {
        Some((call, why)) if why != unknown => format!("{call}: {refused}\n"),
        _ => format!("{line}\n"),
    });
    assert_eq!(tree.confined(&probes), expected.collect::<String>());
    tree.close();
}

fn clock_and_host_name_stay() {
    let tree = UsrTree::new();
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let name = name.trim_end();
    // To set what is set already does no harm where it is allowed.
    let naming =
        |name: &str| ("naming", format!("{}, my $name = \"{name}\", {}", libc::SYS_sethostname, name.len()));
    assert_eq!(plain(&tree, &calls(&[naming(name)])), "naming: DONE\n");
    let probes = calls(&[
        naming(name),
        ("setting the clock", format!("{}, 0, my $time = pack(\"QQ\", time, 0)", libc::SYS_clock_settime)),
        ("setting the time", format!("{}, my $day = pack(\"QQ\", time, 0), 0", libc::SYS_settimeofday)),
        ("adjusting the clock", format!("{}, my $change = pack(\"QQ\", 1, 1) . $page", libc::SYS_adjtimex)),
    ]);
    let refused = ["naming", "setting the clock", "setting the time", "adjusting the clock"];
    let refused = refused.map(|what| format!("{what}: Operation not permitted\n")).concat();
    assert_eq!(tree.confined(&probes), refused);
    fs::write(tree.path().join("tmp/probes"), &probes).unwrap();
    assert_eq!(tree.confined("unshare -U -r sh /tmp/probes"), refused);
    tree.close();
}
