//! The log of one hook: a file that keeps what came first and what came last.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// How much a log holds, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// What is kept of its beginning.
    pub(super) head: u64,
    /// What it holds at most.
    pub(super) most: u64,
}

/// What `slate build --help` promises.
pub(super) const BOUNDS: Bounds = Bounds { head: 4 << 20, most: 16 << 20 };

/// The log of one hook.
#[derive(Debug)]
pub(crate) struct HookLog {
    pub(crate) path: PathBuf,
    file: File,
    bounds: Bounds,
    size: u64,
    gap: Option<Gap>,
}

/// The place from which lines were taken.
#[derive(Clone, Copy, Debug)]
struct Gap {
    /// Where it is.
    at: u64,
    /// The length of the line that tells of it.
    told: u64,
    /// The bytes that were there.
    left_out: u64,
}

impl HookLog {
    pub(super) fn create(path: &Path, bounds: Bounds) -> io::Result<HookLog> {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
        Ok(HookLog { path: path.to_owned(), file, bounds, size: 0, gap: None })
    }

    /// Adds a line. It is written at once: what a killed build printed last is
    /// what matters. Of what is too much, the oldest behind the beginning goes.
    pub(crate) fn line(&mut self, line: &str) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(line.len() + 1);
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
        self.append(&bytes)?;
        if self.size > self.bounds.most { self.shorten() } else { Ok(()) }
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Keeps the beginning and half of what may stand behind it, so that this is seldom needed.
    fn shorten(&mut self) -> io::Result<()> {
        let Bounds { head, most } = self.bounds;
        let gap = match self.gap {
            Some(gap) => gap,
            None => Gap { at: self.end_of_line_before(head)?, told: 0, left_out: 0 },
        };
        let last = self.read(self.size - (most - head) / 2, self.size)?;
        // A line that is longer than all this is cut.
        let newline = last[..last.len() - 1].iter().position(|byte| *byte == b'\n');
        let start = newline.map_or(0, |newline| newline + 1);
        let last = &last[start..];

        let left_out = gap.left_out + self.size - last.len() as u64 - gap.at - gap.told;
        let cut = if self.read(gap.at - 1, gap.at)? == b"\n" { "" } else { "\n" };
        let told = format!("{cut}[slate: {left_out} bytes are left out here; a log holds {most}]\n");
        self.file.set_len(gap.at)?;
        io::Seek::seek(&mut self.file, io::SeekFrom::Start(gap.at))?;
        self.size = gap.at;
        self.append(told.as_bytes())?;
        self.append(last)?;
        self.gap = Some(Gap { at: gap.at, told: told.len() as u64, left_out });
        Ok(())
    }

    /// Where the last line ends that is whole in the first `limit` bytes.
    fn end_of_line_before(&self, limit: u64) -> io::Result<u64> {
        let first = self.read(0, limit)?;
        let end = first.iter().rposition(|byte| *byte == b'\n').map_or(first.len(), |newline| newline + 1);
        Ok(end as u64)
    }

    fn read(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; (to - from) as usize];
        self.file.read_exact_at(&mut bytes, from)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Bounds = Bounds { head: 100, most: 400 };

    fn log_of(lines: impl Iterator<Item = String>) -> String {
        let directory = tempfile::tempdir().unwrap();
        let mut log = HookLog::create(&directory.path().join("log"), SMALL).unwrap();
        for line in lines {
            log.line(&line).unwrap();
            assert!(log.path.metadata().unwrap().len() <= SMALL.most);
        }
        std::fs::read_to_string(&log.path).unwrap()
    }

    #[test]
    fn what_fits_is_kept_whole() {
        let log = log_of((1..=80).map(|number| format!("{number:04}")));
        assert_eq!((log.len(), log.lines().count()), (400, 80));
    }

    #[test]
    fn the_oldest_behind_the_beginning_is_left_out_and_counted() {
        let all = 1000;
        let log = log_of((1..=all).map(|number| format!("{number:04}")));
        let (first, rest) = log.split_once("[slate: ").expect("a line about what is missing");
        let (told, last) = rest.split_once('\n').unwrap();
        let left_out: usize =
            told.strip_suffix(" bytes are left out here; a log holds 400]").unwrap().parse().unwrap();
        assert_eq!(first, (1..=20).map(|number| format!("{number:04}\n")).collect::<String>());
        let kept = last.lines().count();
        assert_eq!(last, (all - kept + 1..=all).map(|number| format!("{number:04}\n")).collect::<String>());
        assert!(kept >= 30, "{kept}");
        assert_eq!(first.len() + left_out + last.len(), all * 5, "nothing is lost without being counted");
    }

    #[test]
    fn a_line_that_is_too_long_is_cut() {
        let log = log_of(std::iter::once("a".repeat(1000)));
        let told = "[slate: 751 bytes are left out here; a log holds 400]\n";
        assert_eq!(log, format!("{}\n{told}{}\n", "a".repeat(100), "a".repeat(149)));
    }
}
