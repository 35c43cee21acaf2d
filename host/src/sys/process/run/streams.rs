//! The descriptors of a running program: its outputs, its input, its end.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::process::ChildStdin;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::Pid;

use super::super::Stream;

/// The longest line handed over whole; longer ones come in pieces.
const LINE_LIMIT: usize = 64 * 1024;

/// What ends a line: a new line, or the return with which progress bars begin again.
const LINE_ENDS: [u8; 2] = [b'\n', b'\r'];

/// One output and the line it has begun.
pub(super) struct Output {
    stream: Stream,
    pipe: Box<dyn Pipe>,
    line: Vec<u8>,
    /// Whether the last byte read was a return.
    returned: bool,
    open: bool,
}

/// What can be polled and read.
pub(super) trait Pipe: Read + AsFd {}
impl<T: Read + AsFd> Pipe for T {}

impl Output {
    pub(super) fn new(stream: Stream, pipe: impl Pipe + 'static) -> Result<Self> {
        set_nonblocking(&pipe)?;
        Ok(Self { stream, pipe: Box::new(pipe), line: Vec::new(), returned: false, open: true })
    }

    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Hands over what can be read without waiting.
    pub(super) fn read(&mut self, sink: &mut dyn FnMut(Stream, &[u8])) -> Result<()> {
        let mut buffer = [0; LINE_LIMIT];
        loop {
            match self.pipe.read(&mut buffer) {
                Ok(0) => {
                    self.open = false;
                    return Ok(());
                }
                Ok(length) => self.split(&buffer[..length], sink),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context("reading its output"),
            }
        }
    }

    fn split(&mut self, bytes: &[u8], sink: &mut dyn FnMut(Stream, &[u8])) {
        for piece in bytes.split_inclusive(|byte| LINE_ENDS.contains(byte)) {
            // A new line behind a return ends the line that the return ended.
            let returned = std::mem::replace(&mut self.returned, piece.ends_with(b"\r"));
            match piece.strip_suffix(b"\n").or_else(|| piece.strip_suffix(b"\r")) {
                Some(b"") if returned && self.line.is_empty() && piece == b"\n" => {}
                Some(end) if self.line.is_empty() => sink(self.stream, end),
                Some(end) => {
                    self.line.extend_from_slice(end);
                    sink(self.stream, &std::mem::take(&mut self.line));
                }
                None => self.line.extend_from_slice(piece),
            }
            if self.line.len() >= LINE_LIMIT {
                sink(self.stream, &std::mem::take(&mut self.line));
            }
        }
    }

    /// Hands over a last line that has no newline.
    pub(super) fn finish(&mut self, sink: &mut dyn FnMut(Stream, &[u8])) {
        if !self.line.is_empty() {
            sink(self.stream, &std::mem::take(&mut self.line));
        }
    }
}

/// What is still to be written to the program.
pub(super) struct Input {
    pipe: ChildStdin,
    bytes: Vec<u8>,
    written: usize,
}

impl Input {
    pub(super) fn new(pipe: ChildStdin, bytes: Vec<u8>) -> Result<Self> {
        set_nonblocking(&pipe)?;
        Ok(Self { pipe, bytes, written: 0 })
    }

    /// Writes what fits; false once nothing is left or nobody reads.
    pub(super) fn write(&mut self) -> Result<bool> {
        while self.written < self.bytes.len() {
            match self.pipe.write(&self.bytes[self.written..]) {
                Ok(length) => self.written += length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(true),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(false),
                Err(error) => return Err(error).context("writing its input"),
            }
        }
        Ok(false)
    }
}

impl AsFd for Output {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

impl AsFd for Input {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

fn set_nonblocking(pipe: &impl AsFd) -> Result<()> {
    let flags = fcntl(pipe, FcntlArg::F_GETFL).context("reading the flags of a pipe")?;
    let flags = OFlag::from_bits_retain(flags) | OFlag::O_NONBLOCK;
    fcntl(pipe, FcntlArg::F_SETFL(flags)).context("setting the flags of a pipe")?;
    Ok(())
}

/// A descriptor that becomes readable when the child ends.
#[expect(unsafe_code, reason = "pidfd_open has no wrapper")]
pub(in crate::sys::process) fn pidfd(child: Pid) -> Result<OwnedFd> {
    // SAFETY: the call takes two integers; the child has not been waited for, so the number is its own.
    let result = unsafe { libc::syscall(libc::SYS_pidfd_open, child.as_raw(), 0) };
    let descriptor = Errno::result(result).context("opening a descriptor for its process")?;
    let descriptor = i32::try_from(descriptor).context("the kernel returned no descriptor")?;
    // SAFETY: the kernel has just made this descriptor, and nothing else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}
