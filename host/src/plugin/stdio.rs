//! A guest's standard output and standard error, which go to the log.

use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use super::state::Log;
use crate::report::Stream;

/// Bytes of a line before it is broken.
const LINE: usize = 16 * 1024;

/// One of the two streams of a guest.
#[derive(Clone)]
pub(super) struct Stdio {
    stream: Stream,
    log: Log,
}

impl Stdio {
    pub(super) fn new(stream: Stream, log: Log) -> Self {
        Stdio { stream, log }
    }
}

impl IsTerminal for Stdio {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Stdio {
    /// WASI 0.2 uses the other kind only.
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        MemoryOutputPipe::new(0).async_stream()
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(Lines { stdio: self.clone(), partial: Vec::new() })
    }
}

struct Lines {
    stdio: Stdio,
    partial: Vec<u8>,
}

impl Lines {
    fn send(&mut self) {
        let line = std::mem::take(&mut self.partial);
        self.stdio.log.line(self.stdio.stream, &String::from_utf8_lossy(&line));
    }
}

#[async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}

impl OutputStream for Lines {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        for byte in bytes {
            if byte == b'\n' || self.partial.len() == LINE {
                self.send();
            }
            if byte != b'\n' {
                self.partial.push(byte);
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(LINE)
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if !self.partial.is_empty() {
            self.send();
        }
    }
}
