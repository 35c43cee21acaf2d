//! A run of bytes from one file or device to another place.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use anyhow::{Context, Result, ensure};

use super::content::for_each_extent;
use crate::sys::{disk, signals};

/// Bytes read at once.
const PIECE: usize = 1 << 20;

/// Copies `length` bytes of `from` at `from_at` over those of `to` at `to_at`.
/// Holes and zeroes take no space there, where the destination can do that.
pub(super) fn copy_range(from: &File, from_at: u64, to: &File, to_at: u64, length: u64) -> Result<()> {
    let cleared = disk::punch(to, to_at, length).is_ok();
    let range = from_at..from_at + length;
    let mut buffer = vec![0; PIECE];
    let mut copy = |part: Range<u64>| -> Result<()> {
        for at in part.clone().step_by(PIECE) {
            signals::check()?;
            let piece = &mut buffer[..usize::try_from(part.end - at).unwrap_or(PIECE).min(PIECE)];
            from.read_exact_at(piece, at).context("reading")?;
            if !cleared || piece.iter().any(|byte| *byte != 0) {
                to.write_all_at(piece, to_at + (at - from_at)).context("writing")?;
            }
        }
        Ok(())
    };
    let source = from.metadata().context("looking at the source")?;
    ensure!(!source.is_file() || source.len() >= range.end, "the source has only {} bytes", source.len());
    // Devices have no holes.
    match cleared && source.is_file() {
        true => for_each_extent(from, range, copy),
        false => copy(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn what_was_there_gives_way_and_holes_stay_holes() {
        let [from, to] = [(); 2].map(|()| tempfile::tempfile().unwrap());
        const MIB: u64 = 1 << 20;
        from.set_len(8 * MIB).unwrap();
        from.write_all_at(b"content", 2 * MIB + 5).unwrap();
        to.write_all_at(&vec![7; 8 << 20], 0).unwrap();

        copy_range(&from, MIB, &to, 3 * MIB, 4 * MIB).unwrap();

        let mut copied = vec![0; 8 << 20];
        to.read_exact_at(&mut copied, 0).unwrap();
        let (start, end) = (3 << 20, 7 << 20);
        assert!(copied[..start].iter().chain(&copied[end..]).all(|byte| *byte == 7));
        assert_eq!(&copied[(4 << 20) + 5..][..7], b"content");
        assert_eq!(copied[start..end].iter().filter(|byte| **byte != 0).count(), 7);
        assert!(to.metadata().unwrap().blocks() * 512 < 6 * MIB);
        let error = copy_range(&from, 7 * MIB, &to, 0, 2 * MIB).unwrap_err().to_string();
        assert_eq!(error, "the source has only 8388608 bytes");
    }
}
