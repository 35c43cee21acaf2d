//! What a tree is at one moment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use nix::sys::stat::SFlag;
use nix::sys::time::TimeSpec;

use crate::sys::root::{Handle, Root};

/// A tree's files by path.
pub(super) struct Snapshot {
    pub(super) entries: BTreeMap<String, Entry>,
    users: BTreeMap<u32, String>,
    groups: BTreeMap<u32, String>,
}

/// One file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) kind: SFlag,
    pub(super) mode: u32,
    pub(super) user: u32,
    pub(super) group: u32,
    pub(super) device: u64,
    /// Contents of a regular file, target of a link.
    pub(super) contents: Vec<u8>,
    pub(super) extended: BTreeMap<OsString, Vec<u8>>,
    /// Seconds and nanoseconds, where a hook has set the time.
    pub(super) modified: Option<(i64, i64)>,
    /// The first path of the same file.
    pub(super) same_as: Option<String>,
}

impl Snapshot {
    /// Looks at a tree.
    pub(super) fn take(root: &Root) -> Result<Snapshot> {
        let mut entries = BTreeMap::new();
        let mut seen = BTreeMap::new();
        let top = root.handle(Path::new("/"), true).context("opening the tree")?;
        walk(&top, "", &mut entries, &mut seen)?;
        let (users, groups) = (names(root, "/etc/passwd"), names(root, "/etc/group"));
        Ok(Snapshot { entries, users, groups })
    }

    /// `user:group`, by name where the tree has one.
    pub(super) fn owner(&self, entry: &Entry) -> String {
        let name = |names: &BTreeMap<u32, String>, id: u32| match names.get(&id) {
            Some(name) => name.clone(),
            None if id == 0 => "root".to_owned(),
            None => id.to_string(),
        };
        format!("{}:{}", name(&self.users, entry.user), name(&self.groups, entry.group))
    }
}

fn walk(
    directory: &Handle,
    prefix: &str,
    entries: &mut BTreeMap<String, Entry>,
    seen: &mut BTreeMap<(u64, u64), String>,
) -> Result<()> {
    for spot in directory.entries().with_context(|| format!("listing {prefix}/"))? {
        let path = format!("{prefix}/{}", spot.name().to_string_lossy());
        let handle = spot.handle().with_context(|| format!("looking at {path}"))?;
        let mut entry = look(&handle).with_context(|| format!("looking at {path}"))?;
        if entry.kind == SFlag::S_IFDIR {
            walk(&handle, &path, entries, seen)?;
        } else {
            let stat = handle.stat()?;
            let first = seen.entry((stat.st_dev, stat.st_ino)).or_insert_with(|| path.clone());
            entry.same_as = Some(first.clone()).filter(|first| *first != path);
        }
        entries.insert(path, entry);
    }
    Ok(())
}

fn look(handle: &Handle) -> Result<Entry> {
    let stat = handle.stat()?;
    let kind = handle.kind()?;
    let mut contents = Vec::new();
    match kind {
        SFlag::S_IFREG => drop(handle.read()?.read_to_end(&mut contents)?),
        SFlag::S_IFLNK => contents = handle.link_target()?.into_encoded_bytes(),
        _ => {}
    }
    let record = handle.recorded().unwrap_or_default();
    let time = |time: TimeSpec| (time.tv_sec(), time.tv_nsec());
    Ok(Entry {
        kind,
        mode: stat.st_mode & 0o7777,
        user: stat.st_uid,
        group: stat.st_gid,
        device: stat.st_rdev,
        contents,
        extended: record.extended,
        modified: record.modified.map(time),
        same_as: None,
    })
}

/// Names by number, of a passwd or group file.
fn names(root: &Root, path: &str) -> BTreeMap<u32, String> {
    let mut text = String::new();
    let file = root.handle(Path::new(path), true).and_then(|handle| handle.read());
    let read = file.is_ok_and(|mut file| file.read_to_string(&mut text).is_ok());
    let entry = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        Some((fields.get(2)?.parse().ok()?, (*fields.first()?).to_owned()))
    };
    if read { text.lines().filter_map(entry).collect() } else { BTreeMap::new() }
}
