//! What one small build looks like to each reader.

use std::io;
use std::path::Path;

use crate::element::{HookKind, Phase};
use crate::report::event::Event;
use crate::report::testing::{Recorder, at};
use crate::report::*;

mod json;
mod live;
mod plain;

/// A build that goes well: a phase with hooks of both kinds, one without hooks, two stages.
fn good_build(recorder: &Recorder) {
    let report = &recorder.report;
    at(recorder, 0.1);
    let stage = report.stage("build");
    let phase = report.phase(Phase::Install, 2);
    let hook = phase.hook("dhcp-all-interfaces", "50-dhcp", HookKind::Shell);
    hook.line(Stream::Stdout, "\u{1b}[32menabled\u{1b}[0m dhcp");
    at(recorder, 3.4);
    hook.finish(Ok(()));
    let hook = phase.hook("local-config", "62-ssh-key", HookKind::Component);
    hook.message(Level::Warn, "no key found");
    hook.progress("keys", 1, Some(2), Unit::Items);
    at(recorder, 3.5);
    hook.finish(Ok(()));
    phase.finish();
    report.phase(Phase::PostInstall, 0).finish();
    stage.finish();
    export(recorder);
    report.finish(true);
}

fn export(recorder: &Recorder) {
    let stage = recorder.report.stage("export");
    let step = stage.step("converting to qcow2");
    step.bytes(500_000, Some(1_000_000));
    at(recorder, 12.0);
    step.finish();
    recorder.report.artifact("qcow2", Path::new("debian.qcow2"), 189_400_000);
    stage.finish();
}

/// A build whose only hook fails, the way `?` leaves its scopes.
fn failed_build(recorder: &Recorder) {
    let report = &recorder.report;
    at(recorder, 0.1);
    let failure = {
        let _stage = report.stage("build");
        let phase = report.phase(Phase::Install, 1);
        let hook = phase.hook("local-config", "62-ssh-key", HookKind::Shell);
        for n in 1..=4 {
            hook.line(Stream::Stderr, &format!("line {n}"));
        }
        at(recorder, 2.0);
        let failure = hook.failure(FailureCause::Exit(3));
        hook.finish(Err(&failure));
        failure
    };
    report.failure(&BuildFailure::Hook(failure));
    report.finish(false);
}

fn options(verbosity: Verbosity) -> ReportOptions {
    ReportOptions { verbosity, filter: None, tail_lines: 3, ..ReportOptions::default() }
}

#[test]
fn hooks_of_a_parallel_step_stay_apart_in_time() {
    let recorder = Recorder::plain(&options(Verbosity::Quiet));
    let stage = recorder.report.stage("export");
    let raw = stage.step("raw");
    at(&recorder, 1.0);
    let tar = stage.step("tar");
    at(&recorder, 3.0);
    raw.finish();
    at(&recorder, 4.0);
    tar.finish();
    stage.finish();
    let rows = recorder.report.timings().rows(std::time::Duration::from_secs(4));
    let seen: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.took.as_secs())).collect();
    assert_eq!(seen, [("export", 4), ("raw", 3), ("tar", 3)]);
}

#[test]
fn the_full_log_has_everything_with_the_time_of_day() {
    let recorder = Recorder::new(&options(Verbosity::Quiet), |out| {
        Box::new(Plain::new(out, View::EVERYTHING, Stamp::Time))
    });
    let hook = recorder.report.phase(Phase::Root, 1).hook("debian", "10-a", HookKind::Shell);
    hook.line(Stream::Stdout, "unpacking");
    hook.message(Level::Trace, "rootfs.write");
    hook.finish(Ok(()));
    let expected = "\
2026-01-02T03:04:05.000Z  root          phase 1 of 10: 1 hook, outside the chroot
2026-01-02T03:04:05.000Z  root          10-a (debian)
2026-01-02T03:04:05.000Z  root          | unpacking
2026-01-02T03:04:05.000Z  root          trace: rootfs.write
";
    assert_eq!(recorder.text(), expected);
}

#[test]
fn open_fails_where_the_full_log_cannot_be() {
    let options = ReportOptions { logfile: Some("/nonexistent/x.log".into()), ..options(Verbosity::Quiet) };
    let error = Report::open(&options).unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "creating the log /nonexistent/x.log: No such file or directory (os error 2)"
    );
}

#[test]
fn an_output_that_fails_is_told_to_the_others_once() {
    struct Full;
    impl Render for Full {
        fn event(&mut self, _: &Event) -> io::Result<()> {
            Err(io::Error::other("disk full"))
        }
    }
    let recorder = Recorder::plain(&options(Verbosity::Quiet));
    recorder.report.core.add(Box::new(Full));
    recorder.report.warn("one");
    recorder.report.warn("two");
    let expected = "    0.0s                warning: one
    0.0s                warning: writing the report: disk full
    0.0s                warning: two
";
    assert_eq!(recorder.text(), expected);
}
