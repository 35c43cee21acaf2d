//! tar of a tree, and archives that hold one beside files of our own making.
//!
//! The tree's tar goes straight into the archive, with nothing on the side
//! that would be left when a build is killed.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::plan::Plan;
use crate::sys::process::Program;

/// Everything in a tar is counted in these.
pub(super) const BLOCK: usize = 512;

/// Appends the output of the program in the further arguments to the first.
const APPEND: &str = r#"archive=$1; shift; exec "$@" >> "$archive""#;

/// tar of a tree with everything a file can have, sorted, and without what
/// tar would put in of the moment: its process number, access times, times
/// later than `source_date`. The caller says where to.
pub(super) fn tar(tree: &Path, source_date: Option<u64>) -> Program {
    let program = Program::new("tar").args(["--create", "--numeric-owner", "--sort=name", "--format=pax"]);
    let program = program.arg("--pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f");
    let program = program.args(["--xattrs", "--xattrs-include=*", "--acls", "--anchored"]);
    let program =
        program.args(["--exclude=./proc/*", "--exclude=./sys/*", "--no-anchored", "--exclude=lost+found"]);
    let latest = source_date.map(|date| ["--clamp-mtime".to_owned(), format!("--mtime=@{date}")]);
    program.args(latest.into_iter().flatten()).arg("--directory").arg(tree).arg(".")
}

/// Appends the tar of a tree, its end included, to `archive`.
pub(super) fn append_tree(tree: &Path, plan: &Plan, archive: &Path, options: &[&str]) -> Result<()> {
    let tar = tar(tree, plan.source_date).args(["--file", "-"]).args(options);
    Program::new("/bin/sh").args(["-c", APPEND, "sh"]).arg(archive).args(tar.words()).execute()
}

/// Writes a file of the archive, with its header.
pub(super) fn write_member(archive: &mut File, name: &str, content: &[u8]) -> Result<()> {
    let header = Header::new(name, content.len() as u64).bytes();
    let context = || format!("writing {name} into the archive");
    archive.write_all(&header).and_then(|()| archive.write_all(content)).with_context(context)?;
    pad(archive, content.len() as u64)
}

/// Members take whole blocks.
pub(super) fn pad(archive: &mut File, size: u64) -> Result<()> {
    let rest = size % BLOCK as u64;
    let padding = if rest == 0 { 0 } else { BLOCK as u64 - rest };
    Ok(archive.write_all(&vec![0; usize::try_from(padding)?])?)
}

/// The largest size in octal digits; larger ones are written in binary.
const OCTAL_LIMIT: u64 = 1 << 33;

/// The header of a regular file that anyone may read, in the form that every
/// reader knows (ustar).
#[derive(Clone, Debug)]
pub(super) struct Header<'a> {
    name: &'a str,
    size: u64,
}

impl<'a> Header<'a> {
    /// A member's header; names have up to 99 bytes.
    pub(super) fn new(name: &'a str, size: u64) -> Header<'a> {
        Header { name, size }
    }

    /// As it stands in the archive.
    pub(super) fn bytes(&self) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        put(&mut block, 0, self.name.as_bytes());
        put(&mut block, 100, b"0000644");
        put(&mut block, 108, b"0000000");
        put(&mut block, 116, b"0000000");
        if self.size < OCTAL_LIMIT {
            put(&mut block, 124, format!("{:011o}", self.size).as_bytes());
        } else {
            block[124] = 0x80;
            put(&mut block, 128, &self.size.to_be_bytes());
        }
        put(&mut block, 136, b"00000000000");
        put(&mut block, 156, b"0");
        put(&mut block, 257, b"ustar\x0000");
        // The sum counts its own field as blanks.
        put(&mut block, 148, b"        ");
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        put(&mut block, 148, format!("{sum:06o}\0 ").as_bytes());
        block
    }
}

fn put(block: &mut [u8; BLOCK], at: usize, bytes: &[u8]) {
    block[at..at + bytes.len()].copy_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;

    /// What the tar program makes of a header without its content.
    fn listed(size: u64) -> String {
        let mut tar = Command::new("tar")
            .args(["--list", "--verbose", "--numeric-owner"])
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let written = tar.stdin.take().unwrap().write_all(&Header::new("layer.tar", size).bytes());
        written.unwrap();
        String::from_utf8(tar.wait_with_output().unwrap().stdout).unwrap()
    }

    #[test]
    fn tar_reads_headers_of_small_and_large_members() {
        for size in [0, 512, OCTAL_LIMIT - 1, OCTAL_LIMIT, 3 << 40] {
            let line = listed(size);
            let words: Vec<&str> = line.split_whitespace().collect();
            let expected = ["-rw-r--r--", "0/0", &size.to_string(), "1970-01-01", "00:00", "layer.tar"];
            assert_eq!(words, expected);
        }
    }
}
