//! Builds of trees with an element, and what is in a tree.

use std::collections::BTreeMap;
use std::fs::{self, FileType};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::process::Command;

use crate::element::{kept, os};

/// What a build left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stderr: String,
}

/// Builds `<name>.tar` in the scratch directory with the tests' system and an element.
pub(crate) fn build(element: &Path, arguments: &[&str], scratch: &Path, name: &str) -> Run {
    let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
    slate.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").current_dir(scratch);
    slate.args(["build", "--quiet", "-t", "tar", "-o"]).arg(format!("{name}.tar"));
    slate.arg("--work-dir").arg(scratch.join("work")).arg("--cache-dir").arg(kept().join("cache"));
    let output = slate.args(arguments).arg(os()).arg(element).output().expect("running slate");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Run { status: output.status.code(), stderr }
}

/// What a file of an image is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    kind: &'static str,
    mode: u32,
    owner: (u32, u32),
    links: u64,
    device: u64,
    /// The time of the last change, where an element has set it: in the past.
    modified: Option<(i64, i64)>,
    extended: Vec<(String, Vec<u8>)>,
    /// Contents of a file, or target of a link.
    contents: Vec<u8>,
}

impl Entry {
    /// The contents, if they are text.
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.contents).ok()
    }
}

/// Before this test was written: what a build writes is younger.
const PAST: i64 = 1_500_000_000;

/// Unpacks a tar and reads all of it, by path.
pub(crate) fn tree(tar: &Path, into: &Path) -> BTreeMap<String, Entry> {
    fs::create_dir(into).expect("making a directory");
    let mut unpack = Command::new("tar");
    unpack.args(["--extract", "--numeric-owner", "--preserve-permissions", "--xattrs", "--xattrs-include=*"]);
    let status = unpack.arg("--file").arg(tar).arg("--directory").arg(into).status();
    assert!(status.expect("running tar").success(), "unpacking {}", tar.display());
    let mut entries = BTreeMap::new();
    read(into, "", &mut entries);
    entries
}

fn read(directory: &Path, prefix: &str, entries: &mut BTreeMap<String, Entry>) {
    for file in fs::read_dir(directory).expect("listing a tree") {
        let file = file.expect("listing a tree");
        let name = format!("{prefix}{}", file.file_name().to_string_lossy());
        if file.file_type().expect("reading a file's type").is_dir() {
            read(&file.path(), &format!("{name}/"), entries);
        }
        entries.insert(name, entry(&file.path()));
    }
}

fn entry(path: &Path) -> Entry {
    let about = path.symlink_metadata().expect("reading what a file is");
    let (kind, contents) = what(about.file_type(), path);
    let names: Vec<_> = xattr::list(path).expect("listing extended attributes").collect();
    let value = |name| xattr::get(path, name).expect("reading an extended attribute").unwrap_or_default();
    let modified = (about.mtime(), about.mtime_nsec());
    Entry {
        kind,
        mode: about.mode() & 0o7777,
        owner: (about.uid(), about.gid()),
        links: about.nlink(),
        device: about.rdev(),
        modified: (modified.0 < PAST).then_some(modified),
        extended: names.iter().map(|name| (name.to_string_lossy().into_owned(), value(name))).collect(),
        contents,
    }
}

/// A file's kind, and its contents or target.
fn what(kind: FileType, path: &Path) -> (&'static str, Vec<u8>) {
    if kind.is_symlink() {
        let target = fs::read_link(path).expect("reading a link");
        ("link", target.into_os_string().into_encoded_bytes())
    } else if kind.is_file() {
        ("file", fs::read(path).expect("reading a file"))
    } else if kind.is_dir() {
        ("directory", Vec::new())
    } else if kind.is_fifo() {
        ("pipe", Vec::new())
    } else {
        ("device", Vec::new())
    }
}
