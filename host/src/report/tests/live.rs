//! The live display, as a terminal shows it.

use std::sync::{Arc, Mutex};

use super::*;

/// A report on a terminal of its own.
struct Terminal {
    recorder: Recorder,
    size: Arc<Mutex<Size>>,
    screen: vt100::Parser,
}

impl Terminal {
    fn new(rows: u16, columns: u16) -> Self {
        let size = Arc::new(Mutex::new(Size { rows: rows.into(), columns: columns.into() }));
        let recorder = Recorder::live(&options(Verbosity::Normal), size.clone());
        Terminal { recorder, size, screen: vt100::Parser::new(rows, columns, 0) }
    }

    /// What stands on the screen once time has passed.
    fn at(&mut self, seconds: f64) -> String {
        at(&self.recorder, seconds);
        self.recorder.report.core.tick();
        self.show()
    }

    fn show(&mut self) -> String {
        self.screen.process(self.recorder.text().replace('\n', "\r\n").as_bytes());
        let text: Vec<String> =
            self.screen.screen().rows(0, u16::MAX).map(|row| row.trim_end().to_owned()).collect();
        text.join("\n").trim_end().to_owned()
    }
}

#[test]
fn what_runs_stands_below_what_is_done() {
    let mut terminal = Terminal::new(24, 80);
    let report = terminal.recorder.report.clone();
    let stage = report.stage("build");
    let phase = report.phase(Phase::Install, 2);
    let hook = phase.hook("dhcp-all-interfaces", "50-dhcp", HookKind::Shell);
    hook.line(Stream::Stdout, "\u{1b}[31menabled\u{1b}[2J\tdhcp");
    let expected = "    2.5s  build         phase 4 of 10: install, hook 1 of 2
    2.5s  50-dhcp (dhcp-all-interfaces)
          enabled    dhcp";
    assert_eq!(terminal.at(2.5), expected);
    hook.finish(Ok(()));
    let hook = phase.hook("local-config", "62-ssh-key", HookKind::Component);
    hook.progress("keys", 1, Some(2), Unit::Items);
    report.warn("careful");
    let expected = "    2.5s  install       50-dhcp (dhcp-all-interfaces) took 2.5s
    2.5s  install       warning: careful
    2.7s  build         phase 4 of 10: install, hook 2 of 2
    0.2s  62-ssh-key (local-config)  [##########----------]  50%  1 of 2 keys";
    assert_eq!(terminal.at(2.7), expected);
    hook.finish(Ok(()));
    phase.finish();
    stage.finish();
    report.finish(true);
    let expected = "    2.5s  install       50-dhcp (dhcp-all-interfaces) took 2.5s
    2.5s  install       warning: careful
    2.7s  install       2 hooks done in 2.7s
    2.7s  build         done in 2.7s
    2.7s                finished in 2.7s";
    assert_eq!(terminal.at(3.0), expected);
}

#[test]
fn steps_at_the_same_time_have_a_line_each() {
    let mut terminal = Terminal::new(24, 80);
    let stage = terminal.recorder.report.stage("export");
    let (qcow2, tar) = (stage.step("qcow2"), stage.step("tar"));
    qcow2.bytes(1_500_000, Some(3_000_000));
    tar.items("files", 7, None);
    let expected = "    1.0s  export
    1.0s  qcow2  [##########----------]  50%  1.5 MB of 3.0 MB
    1.0s  tar  7 files";
    assert_eq!(terminal.at(1.0), expected);
    qcow2.finish();
    assert_eq!(terminal.show().lines().last(), Some("    1.0s  tar  7 files"));
}

#[test]
fn a_small_window_scrolls_nothing_away() {
    let mut terminal = Terminal::new(3, 30);
    let stage = terminal.recorder.report.stage("export");
    let steps: Vec<_> = (0..5).map(|n| stage.step(&format!("a step with a long name {n}"))).collect();
    assert_eq!(terminal.at(1.0), "    1.0s  export\n    1.0s  a step with a long…");
    assert_eq!(terminal.at(2.0), "    2.0s  export\n    2.0s  a step with a long…");
    drop(steps);
}

#[test]
fn a_narrower_window_is_erased_as_it_wrapped() {
    let terminal = Terminal::new(24, 80);
    let stage = terminal.recorder.report.stage("export");
    let step = stage.step("a step with a long name");
    terminal.recorder.text();
    *terminal.size.lock().unwrap() = Size { rows: 24, columns: 20 };
    terminal.recorder.report.core.tick();
    // 16 and 33 columns take one row and two.
    assert_eq!(terminal.recorder.text(), "\u{1b}[3A\r\u{1b}[J    0.0s  export\n    0.0s  a step w…\n");
    drop(step);
}

#[test]
fn a_failed_build_leaves_the_block_last() {
    let mut terminal = Terminal::new(24, 120);
    failed_build(&terminal.recorder);
    let expected = "    2.0s  install       62-ssh-key (local-config) failed after 1.9s

error: hook 62-ssh-key of element local-config failed in phase install (in the chroot): exit status 3
  the last 3 lines it printed:
    | line 2
    | line 3
    | line 4
  try:  again with -v: it shows what every hook prints, and each command as it is run";
    assert_eq!(terminal.at(5.0), expected);
}
