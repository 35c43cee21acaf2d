//! Running a program: its streams, its time, its end.
//!
//! One thread polls everything: both outputs, the input that is still to be
//! written, and a descriptor that becomes readable when the process ends.

mod streams;

use std::collections::VecDeque;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

pub(super) use self::streams::pidfd;
use self::streams::{Input, Output};
use super::spawn::{Session, spawn};
use super::{Ended, Exit, Program, Stdin, Stream};
use crate::sys::signals;

/// How often a waiting program looks whether it should be ended.
const TICK: Duration = Duration::from_millis(50);

/// How long a process group may take to end itself after SIGTERM before SIGKILL.
const TERM_GRACE: Duration = Duration::from_secs(2);

/// How long outputs are still read after the program ended while another
/// process (a daemon it left, a `tee` of its own) keeps them open.
const DRAIN_GRACE: Duration = Duration::from_millis(500);

/// Runs a program on its own terminal-less session; see [`Program::run`].
pub(super) fn run(program: &Program, sink: &mut dyn FnMut(Stream, &[u8])) -> Result<Exit> {
    let command = program.in_a_line();
    tracing::debug!(%command, root = ?program.root, "run");
    let (mut child, keeper) = spawn(program, Session::Own)?;
    let mut tail = Tail { lines: VecDeque::new(), limit: program.tail_lines, passing: program.passing };
    let mut collect = |stream, line: &[u8]| {
        tail.push(line);
        sink(stream, line);
    };
    let result = Watch::new(program, &mut child).and_then(|watch| watch.follow(&mut collect));
    // What was cut short leaves nothing of its group behind, whatever ignored SIGTERM.
    if !matches!(result, Ok(None)) {
        end_group(&child, Signal::SIGKILL);
    }
    let status = child.wait().with_context(|| format!("waiting for `{program}`"))?;
    drop(keeper);
    let cut_short = result.with_context(|| format!("following `{program}`"))?;
    let ended = cut_short.unwrap_or_else(|| natural_end(status));
    tracing::debug!(%command, end = %ended, "ended");
    let exit = Exit { ended, command, tail: tail.lines.into() };
    Ok(exit)
}

/// Runs a program on this process's streams; see [`Program::run_interactive`].
pub(super) fn run_interactive(program: &Program) -> Result<Exit> {
    let (mut child, keeper) = spawn(program, Session::Shared)?;
    let status = child.wait().with_context(|| format!("waiting for `{program}`"))?;
    drop(keeper);
    Ok(Exit { ended: natural_end(status), command: program.in_a_line(), tail: Vec::new() })
}

fn natural_end(status: std::process::ExitStatus) -> Ended {
    match status.signal() {
        Some(signal) => Ended::Signal(signal),
        None => Ended::Code(status.code().unwrap_or_default()),
    }
}

/// Signals the process group of a child that has not been waited for, so its number is still its own.
fn end_group(child: &Child, signal: Signal) {
    let group = Pid::from_raw(child.id().cast_signed());
    match killpg(group, signal) {
        // The group is gone already, or has not made its session yet and gets the signal below.
        Ok(()) | Err(Errno::ESRCH) => {}
        Err(error) => tracing::warn!(%group, %signal, %error, "signalling a process group"),
    }
}

/// The last lines of a program.
struct Tail {
    lines: VecDeque<String>,
    limit: usize,
    passing: Option<fn(&[u8]) -> bool>,
}

impl Tail {
    fn push(&mut self, line: &[u8]) {
        if self.limit == 0 || self.passing.is_some_and(|passes| passes(line)) {
            return;
        }
        if self.lines.len() == self.limit {
            self.lines.pop_front();
        }
        self.lines.push_back(String::from_utf8_lossy(line).into_owned());
    }
}

/// Everything that is watched while a program runs.
struct Watch<'a> {
    child: &'a Child,
    ending: OwnedFd,
    outputs: [Output; 2],
    input: Option<Input>,
    limit: Option<(Duration, Instant)>,
    /// Why it is being ended, and when SIGKILL follows.
    cut_short: Option<(Ended, Instant)>,
    /// When the outputs are given up, once the program has ended.
    drained: Option<Instant>,
}

impl<'a> Watch<'a> {
    fn new(program: &Program, child: &'a mut Child) -> Result<Self> {
        let stdout = Output::new(Stream::Stdout, child.stdout.take().context("its output is no pipe")?)?;
        let stderr = Output::new(Stream::Stderr, child.stderr.take().context("its errors are no pipe")?)?;
        let input = match (&program.stdin, child.stdin.take()) {
            (Stdin::Bytes(bytes), Some(pipe)) => Some(Input::new(pipe, bytes.clone())?),
            _ => None,
        };
        let limit = program.timeout.and_then(|limit| Some((limit, Instant::now().checked_add(limit)?)));
        let ending = pidfd(Pid::from_raw(child.id().cast_signed()))?;
        Ok(Self { child, ending, outputs: [stdout, stderr], input, limit, cut_short: None, drained: None })
    }

    /// Follows the program to its end; returns why, if it was cut short.
    fn follow(mut self, sink: &mut dyn FnMut(Stream, &[u8])) -> Result<Option<Ended>> {
        while self.more_to_come() {
            self.wait()?;
            for output in &mut self.outputs {
                output.read(sink)?;
            }
            if let Some(input) = &mut self.input
                && !input.write()?
            {
                self.input = None;
            }
            self.enforce();
        }
        self.outputs.iter_mut().for_each(|output| output.finish(sink));
        Ok(self.cut_short.map(|(ended, _)| ended))
    }

    fn more_to_come(&self) -> bool {
        match self.drained {
            None => true,
            Some(until) => self.outputs.iter().any(Output::is_open) && Instant::now() < until,
        }
    }

    /// Waits for something to happen, one tick at most.
    fn wait(&mut self) -> Result<()> {
        let mut watched = Vec::with_capacity(4);
        if self.drained.is_none() {
            watched.push(PollFd::new(self.ending.as_fd(), PollFlags::POLLIN));
        }
        for output in self.outputs.iter().filter(|output| output.is_open()) {
            watched.push(PollFd::new(output.as_fd(), PollFlags::POLLIN));
        }
        if let Some(input) = &self.input {
            watched.push(PollFd::new(input.as_fd(), PollFlags::POLLOUT));
        }
        let tick = PollTimeout::try_from(TICK).context("the tick is too long")?;
        match poll(&mut watched, tick) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error).context("waiting for it"),
        }
        let ended = |fd: &PollFd<'_>| fd.any() == Some(true);
        if self.drained.is_none() && watched.first().is_some_and(ended) {
            self.drained = Some(Instant::now() + DRAIN_GRACE);
            self.input = None;
        }
        Ok(())
    }

    /// Ends the program's group when it must stop, gently first.
    fn enforce(&mut self) {
        let now = Instant::now();
        if self.drained.is_some() {
            return;
        }
        match self.cut_short {
            None => {
                if let Some(reason) = self.reason_to_stop(now) {
                    end_group(self.child, Signal::SIGTERM);
                    self.cut_short = Some((reason, now + TERM_GRACE));
                }
            }
            Some((_, deadline)) if now >= deadline => end_group(self.child, Signal::SIGKILL),
            Some(_) => {}
        }
    }

    fn reason_to_stop(&self, now: Instant) -> Option<Ended> {
        if let Err(interrupted) = signals::check() {
            return Some(Ended::Interrupted(interrupted));
        }
        self.limit.filter(|(_, end)| now >= *end).map(|(limit, _)| Ended::TimedOut(limit))
    }
}
