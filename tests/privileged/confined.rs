//! Programs of an image, which nobody vouches for, seen from inside.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use blankslate::sys::chroot::ChrootMounts;
use blankslate::sys::disk;
use blankslate::sys::loopdev::{LoopDevice, LoopOptions};
use blankslate::sys::process::{Ended, Program};

use crate::Test;
use crate::tooling::{Scratch, mounts};
use crate::usr_tree::UsrTree;

pub(crate) const TESTS: &[Test] = &[
    ("confined::programs_see_what_they_see_in_a_chroot", programs_see_what_they_see_in_a_chroot),
    ("confined::a_second_chroot_does_not_lead_out", a_second_chroot_does_not_lead_out),
    ("confined::what_is_left_running_ends", what_is_left_running_ends),
    ("confined::other_processes_are_out_of_sight", other_processes_are_out_of_sight),
    ("confined::only_devices_that_are_shown_can_be_opened", only_devices_that_are_shown_can_be_opened),
    ("confined::users_have_no_rights", users_have_no_rights),
    ("confined::nothing_is_mounted_for_others", nothing_is_mounted_for_others),
    ("confined::a_time_limit_holds", a_time_limit_holds),
    ("confined::a_program_that_is_missing_is_told", a_program_that_is_missing_is_told),
    ("confined::a_link_in_the_place_of_dev_is_refused", a_link_in_the_place_of_dev_is_refused),
];

fn programs_see_what_they_see_in_a_chroot() {
    let tree = UsrTree::new();
    let names = tree.confined("ls /dev");
    let names: BTreeSet<&str> = names.lines().collect();
    let expected = "console fd full null ptmx pts random shm stderr stdin stdout tty urandom zero";
    assert_eq!(names, expected.split(' ').collect());
    assert_eq!(
        tree.confined("stat -c '%n %F %t:%T %a' /dev/null /dev/tty /dev/shm; stat -c '%a' /dev /proc"),
        "/dev/null character special file 1:3 666\n/dev/tty character special file 5:0 666\n\
         /dev/shm directory 0:0 1777\n755\n555\n"
    );
    assert_eq!(
        tree.confined("echo out > /dev/stdout; echo x > /dev/null; head -c 3 /dev/zero | wc -c; pwd; ls /"),
        "out\n3\n/\nbin\ndev\nlib\nlib64\nproc\nsbin\nsys\ntmp\nusr\n"
    );
    assert_eq!(tree.confined("script -qec 'tty' /dev/null").trim(), "/dev/pts/0");
    // What packages do: owners, modes, capabilities of files, nodes, users of their own.
    let work = "cd /tmp; echo x > f; chown 7:8 f; chmod 4711 f; mknod n c 1 3; setpriv --reuid 9 id -u; \
                stat -c '%n %u:%g %a %F' f n";
    assert_eq!(tree.confined(work), "9\nf 7:8 4711 regular file\nn 0:0 644 character special file\n");
    assert_eq!(tree.confined("echo $SYSTEMD_OFFLINE"), "1\n");
    tree.close();
}

/// The way out of a plain chroot for root, which `chroot(2)` tells of.
fn a_second_chroot_does_not_lead_out() {
    let tree = UsrTree::new();
    let script = "perl -e 'mkdir \"/tmp/x\"; chroot(\"/tmp/x\") or die; chdir(\"..\") for 1..64; \
                  chroot(\".\") or die; print join(\" \", sort glob(\"*\")), \"\\n\"'";
    let mounts = ChrootMounts::mount(&tree.path()).unwrap();
    assert!(tree.shell(script).contains(" etc "), "root leaves a plain chroot");
    mounts.close().unwrap();
    assert_eq!(tree.confined(script), "bin dev lib lib64 proc sbin sys tmp usr\n");
    tree.close();
}

fn what_is_left_running_ends() {
    let tree = UsrTree::new();
    let sleeping = || {
        let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
        let lines = processes.filter_map(|process| fs::read(process.join("cmdline")).ok());
        lines.filter(|line| line.starts_with(b"sleep\x0077177")).count()
    };
    tree.confined("setsid sleep 77177 > /dev/null 2>&1 < /dev/null & echo started");
    assert_eq!(sleeping(), 0);
    tree.close();
}

fn other_processes_are_out_of_sight() {
    let tree = UsrTree::new();
    assert_eq!(tree.confined("echo /proc/[0-9]*"), "/proc/1 /proc/2\n");
    let probes = "for file in root cwd environ mem maps; do \
                  cat /proc/1/$file > /dev/null 2>&1 && echo $file is seen; done; \
                  kill -9 1; kill -0 1 && echo it lives; ls -d /proc/1/root/etc 2>/dev/null; true";
    assert_eq!(tree.confined(probes), "it lives\n");
    tree.close();
}

fn only_devices_that_are_shown_can_be_opened() {
    let tree = UsrTree::new();
    let file = tree.scratch.join("disk.raw");
    drop(disk::create_sparse(&file, 1 << 20).unwrap());
    let device = LoopDevice::attach(&file, LoopOptions::default()).unwrap();
    let name = device.path().display();
    let read = format!("head -c 4 {name} | wc -c");
    let shown = tree.confined_program(&read).devices([device.path()]).output().unwrap();
    assert_eq!(String::from_utf8(shown).unwrap(), "4\n");
    assert_eq!(tree.confined(&format!("test -e {name}; echo $?")), "1\n");

    // A chroot's own /dev, in which hooks of shell elements may have shown the device.
    let mounts = ChrootMounts::mount(&tree.path()).unwrap();
    mounts.expose(device.path()).unwrap();
    assert_eq!(tree.shell(&read), "4\n");
    assert_eq!(tree.confined(&format!("test -e {name}; echo $?")), "1\n");
    mounts.close().unwrap();
    device.close().unwrap();
    tree.close();
}

fn users_have_no_rights() {
    let tree = UsrTree::new();
    let rights = tree.confined("setpriv --reuid 9 --clear-groups grep Cap /proc/self/status");
    assert!(rights.contains("CapEff:\t0000000000000000") && rights.contains("CapInh:\t0000000000000000"));
    tree.close();
}

fn nothing_is_mounted_for_others() {
    let tree = UsrTree::new();
    let before = mounts(tree.scratch.path());
    let mut during = None;
    // The program lives until its first line is taken.
    let program = tree.confined_program("grep -c . /proc/self/mounts; exec sleep 0.2");
    let mut sink = |_, line: &[u8]| during = Some((line.to_owned(), mounts(tree.scratch.path())));
    program.run(&mut sink).unwrap().check().unwrap();
    let (own, seen) = during.expect("a line of the program");
    assert!(String::from_utf8(own).unwrap().parse::<usize>().unwrap() > 10, "it has mounts of its own");
    assert_eq!(seen, before);
    assert_eq!(mounts(tree.scratch.path()), before);
    tree.close();
}

fn a_time_limit_holds() {
    let tree = UsrTree::new();
    let program = tree.confined_program("sleep 60").timeout(Duration::from_millis(300));
    let exit = program.run(&mut |_, _| {}).unwrap();
    assert!(matches!(exit.ended, Ended::TimedOut(_)), "{exit:?}");
    tree.close();
}

fn a_program_that_is_missing_is_told() {
    let tree = UsrTree::new();
    let program = Program::new("nothing-of-this-name").confined(tree.path());
    let error = program.run(&mut |_, _| {}).unwrap_err();
    let missing = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    assert_eq!(missing, Some(std::io::ErrorKind::NotFound), "{error:#}");
    tree.close();
}

fn a_link_in_the_place_of_dev_is_refused() {
    let scratch = Scratch::new();
    let tree = scratch.make_dir("tree");
    symlink("/etc", tree.join("dev")).unwrap();
    let error = Program::new("true").confined(&tree).run(&mut |_, _| {}).unwrap_err();
    assert!(
        error.to_string().ends_with("tree/dev must be a directory to mount on, and is none"),
        "{error:#}"
    );
    assert!(Path::new("/etc/passwd").exists());
}
