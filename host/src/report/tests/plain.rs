//! Lines of text, at every verbosity.

use super::*;

#[test]
fn normal_shows_phases_hooks_and_results() {
    let recorder = Recorder::plain(&options(Verbosity::Normal));
    good_build(&recorder);
    let expected = "    0.1s  install       phase 4 of 10: 2 hooks, in the chroot
    0.1s  install       50-dhcp (dhcp-all-interfaces)
    3.4s  install       50-dhcp (dhcp-all-interfaces) took 3.3s
    3.4s  install       62-ssh-key (local-config)
    3.4s  install       warning: no key found
    3.5s  build         done in 3.4s
    3.5s  export        converting to qcow2
   12.0s  export        converting to qcow2 took 8.5s
   12.0s  export        wrote debian.qcow2 (qcow2, 189.4 MB)
   12.0s  export        done in 8.5s
   12.0s                finished in 12.0s
";
    assert_eq!(recorder.text(), expected);
}

#[test]
fn verbose_shows_what_hooks_print_too() {
    let recorder = Recorder::plain(&options(Verbosity::Verbose));
    good_build(&recorder);
    let text = recorder.text();
    assert_eq!(text.lines().nth(2), Some("    0.1s  install       | enabled dhcp"));
    assert_eq!(text.lines().count(), 12);
}

#[test]
fn quiet_shows_warnings_and_the_times_that_were_asked_for() {
    let recorder = Recorder::plain(&ReportOptions { timings: true, ..options(Verbosity::Quiet) });
    good_build(&recorder);
    let expected = "    3.4s  install       warning: no key found

where the time went (12.0 s; * marks the slowest)
 seconds  share
    3.40    28%   build
    3.40    28%     install
    3.30    28% *     50-dhcp (dhcp-all-interfaces)
    0.10     1% *     62-ssh-key (local-config)
    0.00     0%     post-install
    8.50    71%   export
    8.50    71% *   converting to qcow2
";
    assert_eq!(recorder.text(), expected);
}

#[test]
fn a_failed_hook_gets_a_block_with_all_there_is_to_know() {
    let directory = tempfile::tempdir().unwrap();
    let recorder = Recorder::plain(&options(Verbosity::Normal));
    recorder.report.log_hooks_to(directory.path()).unwrap();
    failed_build(&recorder);
    let log = directory.path().join("04-install-62-ssh-key-local-config.log");
    let expected = format!(
        "    0.1s  install       phase 4 of 10: 1 hook, in the chroot
    0.1s  install       62-ssh-key (local-config)
    2.0s  install       62-ssh-key (local-config) failed after 1.9s

error: hook 62-ssh-key of element local-config failed in phase install (in the chroot): exit status 3
  the last 3 lines it printed:
    | line 2
    | line 3
    | line 4
  log:  {}
  try:  again with -v: it shows what every hook prints, and each command as it is run
",
        log.display()
    );
    assert_eq!(recorder.text(), expected);
    assert_eq!(std::fs::read_to_string(log).unwrap(), "line 1\nline 2\nline 3\nline 4\n");
}

#[test]
fn a_trap_keeps_its_trace_and_names_whose_bug_it_is() {
    let recorder = Recorder::plain(&options(Verbosity::Verbose));
    let hook = recorder.report.phase(Phase::Root, 1).hook("debian", "10-a", HookKind::Component);
    let failure = hook.failure(FailureCause::Trap("unreachable\n  at src/lib.rs:7".to_owned()));
    hook.finish(Err(&failure));
    recorder.text();
    recorder.report.failure(&BuildFailure::Hook(failure));
    let expected = "
error: hook 10-a of element debian failed in phase root (outside the chroot): the component trapped: unreachable
      at src/lib.rs:7
  it printed nothing
  try:  tell the author of element debian: a trap is its own bug
";
    assert_eq!(recorder.text(), expected);
}

#[test]
fn other_failures_show_every_cause_and_where_the_logs_are() {
    let directory = tempfile::tempdir().unwrap();
    let recorder = Recorder::plain(&options(Verbosity::Normal));
    recorder.report.log_hooks_to(directory.path()).unwrap();
    let error =
        anyhow::anyhow!("no space left\nneeded 3 GB").context("mkfs.ext4 failed").context("making the disk");
    recorder.report.failure(&BuildFailure::of(&error));
    let expected = format!(
        "
error: making the disk
  because: mkfs.ext4 failed
  because: no space left
    needed 3 GB
  logs: {}
  try:  again with -v: it shows what every hook prints, and each command as it is run
",
        directory.path().display()
    );
    assert_eq!(recorder.text(), expected);
}

#[test]
fn an_interrupt_is_told_in_one_line() {
    let recorder = Recorder::plain(&options(Verbosity::Normal));
    recorder.report.failure(&BuildFailure::Interrupted { signal: 2 });
    assert_eq!(recorder.text(), "\ninterrupted by SIGINT\n");
    let hook = recorder.report.phase(Phase::Root, 1).hook("debian", "10-a", HookKind::Shell);
    hook.line(Stream::Stdout, "half of it");
    let failure = hook.failure(FailureCause::Interrupted);
    hook.finish(Err(&failure));
    recorder.text();
    recorder.report.failure(&BuildFailure::Hook(failure));
    let expected = "\ninterrupted in hook 10-a of element debian, phase root (outside the chroot)\n";
    assert_eq!(recorder.text(), expected);
}

#[test]
fn colours_are_there_only_if_wanted() {
    let coloured = ReportOptions { colour: true, ..options(Verbosity::Normal) };
    let recorder =
        Recorder::new(&coloured, |out| Box::new(Plain::new(out, View::of(&coloured), Stamp::Elapsed)));
    recorder.report.warn("careful");
    assert_eq!(
        recorder.text(),
        "\u{1b}[2m    0.0s\u{1b}[0m                \u{1b}[33mwarning: \u{1b}[0mcareful\n"
    );
}
