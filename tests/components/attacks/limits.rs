//! Elements that take without end.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use blankslate::build::shell_distribution::ShellDistribution;
use blankslate::element::Phase;
use blankslate::plugin::{HookContext, Limit};

use super::{outside, refused};
use crate::trial::{Loaded, Trial};

/// How long after its time a hook may still run: the clock ticks, and programs get a moment.
const SLACK: Duration = Duration::from_secs(8);

fn trial(element: &str, hooks: &[&str], limit: Limit, value: u64) -> Loaded {
    Trial::new().element(element, hooks, "").limit(limit, value).start()
}

#[test]
fn a_loop_ends_at_the_limit_of_computing() {
    let trial = trial("attack-loop", &["forever"], Limit::Computing, 1);
    let before = outside(&trial);
    let trap = trial.trapped("attack-loop", "forever");
    let expected = "more than the limit of 1 s of time in its own code; raise it with --limit computing=2s";
    assert_eq!(trap.lines().next(), Some(expected));
    assert!(trap.contains("\n    at "), "{trap}");
    assert_eq!(outside(&trial), before);
}

#[test]
fn a_hook_ends_at_its_time_whatever_it_does() {
    let trial = Trial::new().element("attack-loop", &["forever"], "").limit(Limit::Time, 1);
    let programs = "capabilities.host-programs = [{ program = 'sleep' }]";
    let trial = trial.element("attack-wait", &["time", "program", "ignored"], programs);
    let trial = trial.grant("attack-wait", "host-program=sleep").start();
    for (element, hook) in [
        ("attack-loop", "forever"),
        ("attack-wait", "time"),
        ("attack-wait", "program"),
        ("attack-wait", "ignored"),
    ] {
        let started = Instant::now();
        let cause = trial.run(element, hook).unwrap_err();
        assert_eq!(
            cause.to_string(),
            "ran longer than its limit of 1 s; raise it with --limit time=2s",
            "{element} {hook}"
        );
        assert!(started.elapsed() < Duration::from_secs(1) + SLACK, "{element} {hook}");
    }
}

/// What a hook gets upon a distribution of shell elements whose `install-packages` is this script.
fn upon_a_shell_distribution(trial: &Loaded, script: &str) -> HookContext {
    let programs = trial.beside("programs");
    fs::create_dir(&programs).unwrap();
    let program = programs.join("install-packages");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let contract = [
        ("DISTRO_NAME".to_owned(), "example".to_owned()),
        ("PATH".to_owned(), format!("{}:/usr/bin:/bin", programs.display())),
    ];
    let hooks = trial.beside("hooks");
    let distribution = ShellDistribution::new("/".into(), hooks, contract.into(), &trial.output);
    HookContext { distribution: Some(Arc::new(distribution)), ..trial.context(Phase::Install) }
}

#[test]
fn programs_of_a_shell_distribution_end_with_the_hook_that_asked_for_packages() {
    let trial = Trial::new().element("attack-wait", &["packages"], "").limit(Limit::Time, 1).start();
    let context = upon_a_shell_distribution(&trial, "[ \"$1\" = quick ] || exec sleep 1000000");
    // The host itself is not limited.
    trial.runner.distribution(&context).unwrap().install(&["quick".to_owned()]).unwrap();
    let started = Instant::now();
    let cause = trial.runner.run(&trial.plan.hooks(Phase::Install)[0], &context).unwrap_err();
    assert_eq!(cause.to_string(), "ran longer than its limit of 1 s; raise it with --limit time=2s");
    assert!(started.elapsed() < Duration::from_secs(1) + SLACK);
}

#[test]
fn what_programs_of_a_shell_distribution_print_is_bounded_with_the_hook() {
    let trial = Trial::new().element("attack-wait", &["packages"], "").limit(Limit::Output, 1000);
    let trial = trial.limit(Limit::Time, 1).start();
    let context = upon_a_shell_distribution(&trial, "exec seq -f 'line %g' 1000");
    trial.runner.run(&trial.plan.hooks(Phase::Install)[0], &context).unwrap_err();
    let told = trial.output.tail();
    let limit =
        "more than the limit of 1000 B of output; raise it with --limit output=2000B; the rest is dropped";
    assert_eq!(told.last().map(String::as_str), Some(limit));
    assert!(!told.contains(&"line 1000".to_owned()), "{told:?}");
}

#[test]
fn files_of_a_shell_distributions_environment_end_with_the_hook_that_asked_for_packages() {
    let trial = Trial::new().element("attack-wait", &["packages"], "").limit(Limit::Time, 1);
    trial.add_program("/bin/bash");
    let trial = trial.start();
    let hooks = trial.path("/tmp/in_target.d");
    fs::create_dir_all(hooks.join("environment.d")).unwrap();
    fs::write(hooks.join("environment.d/10-forever"), "while :; do :; done\n").unwrap();
    let distribution = ShellDistribution::new(trial.path("/"), hooks, BTreeMap::new(), &trial.output);
    let context = HookContext { distribution: Some(Arc::new(distribution)), ..trial.context(Phase::Install) };
    let started = Instant::now();
    let cause = trial.runner.run(&trial.plan.hooks(Phase::Install)[0], &context).unwrap_err();
    assert_eq!(cause.to_string(), "ran longer than its limit of 1 s; raise it with --limit time=2s");
    assert!(started.elapsed() < Duration::from_secs(1) + SLACK);
}

#[test]
fn what_a_component_distribution_does_for_a_hook_counts_as_the_hooks() {
    let trial = Trial::new().element("managers", &[], "").element("attack-wait", &["packages"], "");
    let trial = trial.limit(Limit::Written, 5000).limit(Limit::Time, 60).start();
    assert_eq!(
        trial.returned("attack-wait", "packages"),
        "appending to /records in the image: more than the limit of 5000 B of data written to the image; raise it with --limit written=10000B"
    );
}

#[test]
fn memory_is_bounded_in_the_guest_and_in_the_host() {
    let hooks = ["own", "argument", "answer", "kernel", "ramdisk", "steps"];
    let trial = Trial::new().element("attack-memory", &hooks, "").limit(Limit::Memory, 64 << 20);
    let trial = trial.limit(Limit::Argument, 2 << 20).limit(Limit::Answer, 1 << 20);
    let trial = trial.limit(Limit::Requests, 1 << 20).start();
    fs::File::create(trial.path("/huge")).unwrap().set_len((1 << 20) + 1).unwrap();
    let before = outside(&trial);
    for (hook, limit) in [
        ("own", "64 MiB of memory; raise it with --limit memory=128MiB"),
        ("argument", "2 MiB of data from one call; raise it with --limit argument=4MiB"),
    ] {
        let trap = trial.trapped("attack-memory", hook);
        assert!(trap.contains(&format!("more than the limit of {limit}")), "{trap}");
    }
    let requests = "more than the limit of 1 MiB of requests for boot loader and ramdisk; raise it with --limit requests=2MiB";
    refused(
        &trial,
        "attack-memory",
        &[
            (
                "answer",
                "reading /huge in the image: more than the limit of 1 MiB of data for one call; raise it with --limit answer=2MiB",
            ),
            ("kernel", requests),
            ("ramdisk", requests),
        ],
    );
    trial.succeed("attack-memory", "steps");
    assert_eq!(outside(&trial), before);
}

#[test]
fn a_log_is_cut_off_and_says_so() {
    for hook in ["lines", "empty"] {
        let trial = trial("attack-log", &[hook], Limit::Output, 100_000);
        trial.succeed("attack-log", hook);
        assert_eq!(
            trial.output.tail().last().unwrap(),
            "more than the limit of 100000 B of output; raise it with --limit output=200000B; the rest is dropped"
        );
    }
}

#[test]
fn files_end_at_the_limit_of_what_is_written() {
    let hooks = [
        "stream",
        "append",
        "many",
        "empty",
        "appended",
        "streamed",
        "copies",
        "links",
        "names",
        "nodes",
        "directories",
        "attributes",
        "scratch",
    ];
    let trial = Trial::new().element("attack-file-size", &hooks, "").limit(Limit::Written, 1 << 20);
    let trial = trial.limit(Limit::Scratch, 8 << 20).start();
    fs::create_dir(trial.path("/source")).unwrap();
    fs::write(trial.path("/source/piece"), vec![7; 64 << 10]).unwrap();
    let limit =
        "more than the limit of 1 MiB of data written to the image; raise it with --limit written=2MiB";
    refused(
        &trial,
        "attack-file-size",
        &[
            ("stream", &format!("writing /huge in the image: {limit}")),
            ("append", &format!("appending to /huge in the image: {limit}")),
            ("many", &format!("writing /many/15 in the image: {limit}")),
            ("empty", &format!("writing /empty-256 in the image: {limit}")),
            ("appended", &format!("appending to /appended-256 in the image: {limit}")),
            ("streamed", &format!("writing /streamed-256 in the image: {limit}")),
            ("copies", &format!("copying to /copies-14 in the image: {limit}")),
            ("links", &format!("making the symbolic link /links-129 in the image: {limit}")),
            ("names", &format!("making the hard link /names-256 in the image: {limit}")),
            ("nodes", &format!("making the node /nodes-256 in the image: {limit}")),
            ("directories", &format!("making the directory /directories-256 in the image: {limit}")),
            ("attributes", &format!("writing /attributed in the image: {limit}")),
        ],
    );
    let trap = trial.trapped("attack-file-size", "scratch");
    assert!(
        trap.starts_with("more than the limit of 8 MiB of data in the scratch directory; raise it with --limit scratch=16MiB\n"),
        "{trap}"
    );
}

#[test]
fn listings_and_answers_are_bounded() {
    let element = "attack-listing";
    let hooks = ["fits", "list", "walk", "glob", "found", "host", "output"];
    let trial = Trial::new();
    let granted = trial.join("many").to_str().unwrap().to_owned();
    let manifest = format!(
        "parameters.granted = {{ type = 'string' }}\ncapabilities.host-files = ['{granted}']\ncapabilities.host-programs = [{{ program = 'seq' }}]"
    );
    let trial = trial.element(element, &hooks, &manifest).grant(element, "host-program=seq");
    let trial = trial.grant(element, &format!("host-file={granted}"));
    let trial = trial.set("attack-listing.granted", &granted);
    let trial = trial.limit(Limit::Entries, 100).limit(Limit::Answer, 2000).start();
    for (directory, files) in [
        (trial.path("/many"), 101),
        (trial.path("/split/one"), 60),
        (trial.path("/split/two"), 60),
        (trial.beside("many"), 101),
    ] {
        fs::create_dir_all(&directory).unwrap();
        (0..files).for_each(|number| fs::write(directory.join(number.to_string()), "").unwrap());
    }
    trial.succeed(element, "fits");
    let limit = "more than the limit of 100 files in one listing; raise it with --limit entries=200";
    refused(
        &trial,
        element,
        &[
            ("list", &format!("listing /many in the image: {limit}")),
            ("walk", &format!("listing /split in the image: {limit}")),
            ("glob", &format!("looking for /many/nothing* in the image: {limit}")),
            ("found", &format!("looking for /split/*/* in the image: {limit}")),
            ("host", &format!("reading {granted} of the build host: {limit}")),
            (
                "output",
                "running seq: more than the limit of 2000 B of data for one call; raise it with --limit answer=4000B",
            ),
        ],
    );
}

#[test]
fn the_paths_of_a_listing_are_bounded() {
    let trial = Trial::new().element("attack-listing", &["list", "walk", "found"], "");
    let trial = trial.limit(Limit::Answer, 300).start();
    for (directory, files) in [(trial.path("/many"), 60), (trial.path("/split/one"), 60)] {
        fs::create_dir_all(&directory).unwrap();
        (0..files).for_each(|number| fs::write(directory.join(number.to_string()), "").unwrap());
    }
    let limit = "more than the limit of 300 B of data for one call; raise it with --limit answer=600B";
    refused(
        &trial,
        "attack-listing",
        &[
            ("list", &format!("listing /many in the image: {limit}")),
            ("walk", &format!("listing /split in the image: {limit}")),
            ("found", &format!("looking for /split/*/* in the image: {limit}")),
        ],
    );
}

#[test]
fn directories_may_be_deep_and_are_removed() {
    let hooks = ["long", "walk", "glob", "attributes", "copy", "remove"];
    let trial = Trial::new().element("attack-depth", &hooks, "").start();
    let long = "/d".repeat(3000);
    let why = "more than the fixed bound 'depth' of 512 levels";
    refused(
        &trial,
        "attack-depth",
        &[
            ("long", &format!("making the directory {long} in the image: a name or a path is too long")),
            ("walk", &format!("listing /deep in the image: {why}")),
            ("glob", &format!("looking for /deep/**/x in the image: {why}")),
            ("attributes", &format!("changing attributes of /deep in the image: {why}")),
            ("copy", &format!("copying to /copy in the image: {why}")),
        ],
    );
    trial.succeed("attack-depth", "remove");
    let left: Vec<_> =
        fs::read_dir(trial.path("/")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["etc"]);
}

#[test]
fn handles_are_bounded() {
    let trial = trial("attack-handles", &["readers", "writers", "scratch"], Limit::Handles, 16);
    let limit = "more than the limit of 16 open handles; raise it with --limit handles=32";
    refused(
        &trial,
        "attack-handles",
        &[
            ("readers", &format!("reading /file in the image: {limit}")),
            ("writers", &format!("writing /16 in the image: {limit}")),
        ],
    );
    let trap = trial.trapped("attack-handles", "scratch");
    assert!(trap.starts_with(limit), "{trap}");
}
