//! A tree whose file system is full.

use std::fs;

use blankslate::sys::mount::Mount;

use crate::trial::Trial;

#[test]
fn what_does_not_fit_is_told_by_its_reason_and_leaves_no_part_of_itself() {
    let whole = |what: &str| format!("{what} in the image: no space left");
    for (hook, expected, left) in [
        ("write", whole("writing /large"), &["etc"][..]),
        ("append", whole("appending to /appended"), &["etc"]),
        ("stream", whole("writing /streamed"), &["etc"]),
        ("copy", whole("copying to /to"), &["etc", "from"]),
        ("scratch", whole("copying to /to"), &["etc"]),
    ] {
        let trial = Trial::new().element("full", &[hook], "").start();
        let mount = Mount::tmpfs(&trial.path("/"), "size=1m").unwrap();
        fs::create_dir(trial.path("/etc")).unwrap();
        assert_eq!(trial.returned("full", hook), expected, "{hook}");
        assert_eq!(trial.names("/"), left, "{hook}");
        mount.close().unwrap();
    }
}
