//! Programs in the chroot and on the build host.

use std::fs;
use std::os::unix::fs::symlink;

use crate::trial::{Loaded, Trial};

const MANIFEST: &str = "
capabilities.chroot = true
capabilities.host-programs = [{ program = 'cat' }, { program = 'cp' }, { program = 'id' }]
caches = [{ name = 'store', path = '/var/cache/store' }]
";
const HOOKS: [&str; 6] = ["chroot", "host", "failures", "moved", "ungranted", "denied-chroot"];

fn trial() -> Trial {
    Trial::new().element("command", &HOOKS, MANIFEST)
}

fn granted() -> Loaded {
    let trial = trial();
    ["/bin/sh", "/bin/mv"].iter().for_each(|program| trial.add_program(program));
    let grants = ["chroot", "host-program=cat", "host-program=cp"];
    grants.iter().fold(trial, |trial, grant| trial.grant("command", grant)).start()
}

#[test]
fn programs_run_in_the_chroot() {
    let trial = granted();
    trial.succeed("command", "chroot");
    assert_eq!(trial.read("/argument"), "--x=/a path\n");
    assert!(trial.output.tail().contains(&"to the log".to_owned()));
}

#[test]
fn granted_programs_run_on_the_host_and_paths_stay_inside() {
    let trial = granted();
    symlink(trial.beside("secret"), trial.path("/link-out")).unwrap();
    trial.succeed("command", "host");
    assert_eq!(trial.read("/back"), "content");
    assert_eq!(fs::read_to_string(trial.beside("store/kept")).unwrap(), "content");
}

#[test]
fn files_go_where_their_path_leads_after_a_command() {
    let trial = granted();
    trial.succeed("command", "moved");
    assert_eq!((trial.names("/two"), trial.names("/one")), (vec!["before".into()], vec!["after".into()]));
}

#[test]
fn failures_are_told_apart() {
    granted().succeed("command", "failures");
}

#[test]
fn what_is_not_granted_is_denied() {
    assert_eq!(
        granted().returned("command", "ungranted"),
        "element 'command' was not granted host-program=id: grant it with --grant command:host-program=id"
    );
    assert_eq!(
        trial().start().returned("command", "denied-chroot"),
        "element 'command' was not granted chroot: grant it with --grant command:chroot"
    );
}
