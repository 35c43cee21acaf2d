//! Files piece by piece.

use std::fs::File;
use std::io::Read;

use wasmtime::component::Resource;

use super::files::Draft;
use crate::plugin::bindings::wit::rootfs::{Error, HostReader, HostWriter};
use crate::plugin::state::State;

/// Bytes that one call reads at most.
const PIECE: u32 = 1 << 20;

/// A file that is being read.
#[derive(Debug)]
#[expect(unreachable_pub, reason = "the generated bindings export it anew")]
pub struct Reader {
    file: File,
}

impl Reader {
    pub(super) fn new(file: File) -> Self {
        Reader { file }
    }
}

/// A file that is being written; without a draft one that is kept as it is.
#[derive(Debug)]
#[expect(unreachable_pub, reason = "the generated bindings export it anew")]
pub struct Writer {
    draft: Option<Draft>,
}

impl Writer {
    pub(super) fn new(draft: Option<Draft>) -> Self {
        Writer { draft }
    }
}

impl HostReader for State {
    fn read(&mut self, reader: Resource<Reader>, limit: u32) -> Result<Vec<u8>, Error> {
        let reader = self.table.get_mut(&reader).map_err(other)?;
        let mut piece = Vec::new();
        let mut file = (&mut reader.file).take(limit.min(PIECE).into());
        file.read_to_end(&mut piece).map_err(other)?;
        Ok(piece)
    }

    fn drop(&mut self, reader: Resource<Reader>) -> wasmtime::Result<()> {
        self.table.delete(reader)?;
        self.handles -= 1;
        Ok(())
    }
}

impl HostWriter for State {
    fn write(&mut self, writer: Resource<Writer>, contents: Vec<u8>) -> Result<(), Error> {
        self.spend(contents.len())?;
        match &mut self.table.get_mut(&writer).map_err(other)?.draft {
            Some(draft) => draft.write(&contents),
            None => Ok(()),
        }
    }

    fn finish(&mut self, writer: Resource<Writer>) -> Result<(), Error> {
        let writer = self.table.delete(writer).map_err(other)?;
        self.handles -= 1;
        self.root.forget();
        writer.draft.map_or(Ok(()), Draft::finish)
    }

    fn drop(&mut self, writer: Resource<Writer>) -> wasmtime::Result<()> {
        self.table.delete(writer)?;
        self.handles -= 1;
        self.root.forget();
        Ok(())
    }
}

fn other(error: impl std::fmt::Display) -> Error {
    Error::Other(error.to_string())
}
