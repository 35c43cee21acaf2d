//! Writes more than the file system of the tree holds.
use blankslate_sdk::rootfs::{self, ErrorKind, Source};
use blankslate_sdk::{Element, Result, bail};

struct Full;

/// More than there is room for.
const TOO_MUCH: usize = 2 << 20;

/// Most of what there is room for.
const MOST: usize = 600 << 10;

/// Bytes of one piece of a stream.
const PIECE: usize = 64 << 10;

impl Element for Full {
    fn install(hook: &str) -> Result {
        let result = match hook {
            "write" => rootfs::write("/large", vec![7; TOO_MUCH]),
            "append" => rootfs::append("/appended", vec![7; TOO_MUCH]),
            "stream" => stream(),
            "copy" => {
                rootfs::write("/from/most", vec![7; MOST])?;
                rootfs::copy(&Source::Image("/from".into()), "/to")
            }
            _ => {
                std::fs::write("/scratch/large", vec![7; TOO_MUCH])?;
                rootfs::copy(&Source::Scratch("large".into()), "/to")
            }
        };
        match result {
            Err(error) if matches!(error.kind(), ErrorKind::NoSpace) => Err(error.into()),
            other => bail!("not the case no-space: {other:?}"),
        }
    }
}

fn stream() -> rootfs::Result {
    let mut writer = rootfs::file("/streamed").stream()?;
    for _ in 0..TOO_MUCH / PIECE {
        writer.write(&[7; PIECE])?;
    }
    writer.finish()
}

blankslate_sdk::register!(Full);
