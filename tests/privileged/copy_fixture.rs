//! A tree with everything a tree can hold, and how to see all of it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};

use nix::sys::stat::{Mode, SFlag, UtimensatFlags, makedev, mknod, utimensat};
use nix::sys::time::TimeSpec;
use nix::unistd::{Whence, lseek64};

/// The holes of the sparse file are this long.
const HOLE: u64 = 1 << 20;

/// `cap_net_raw+ep` as setcap stores it.
const CAPABILITY: [u8; 20] = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// Makes the tree; its root must exist.
pub(crate) fn make(root: &Path) {
    names(root);
    owners_and_modes(root);
    attributes(root);
    links(root);
    specials(root);
    contents(root);
    set_times(root);
}

fn names(root: &Path) {
    let long = "n".repeat(255);
    let names: [&[u8]; 9] = [
        b"plain",
        b"-rf",
        b" spaces ",
        b"new\nline",
        b"back\\slash",
        b"\xff\xfe",
        "ü".as_bytes(),
        b"$(x)`'\"",
        long.as_bytes(),
    ];
    fs::create_dir(root.join("names")).unwrap();
    for name in names {
        fs::write(root.join("names").join(OsStr::from_bytes(name)), name).unwrap();
    }
    let deep: PathBuf = (0..100).map(|level| format!("deep{level}")).collect();
    fs::create_dir_all(root.join(&deep)).unwrap();
    fs::write(root.join(deep).join("bottom"), "bottom").unwrap();
    let many = root.join("many");
    fs::create_dir(&many).unwrap();
    (0..500).for_each(|number| fs::write(many.join(number.to_string()), number.to_string()).unwrap());
    fs::create_dir(root.join("empty")).unwrap();
}

fn owners_and_modes(root: &Path) {
    let owners = root.join("owners");
    fs::create_dir(&owners).unwrap();
    for (name, uid, gid, mode) in [
        ("setuid", 0, 0, 0o4755),
        ("setuid-user", 1000, 1000, 0o4711),
        ("setgid", 0, 42, 0o2755),
        ("none", 65534, 65534, 0),
        ("huge-owner", 4_000_000_000, 4_000_000_001, 0o640),
        ("writable", 7, 8, 0o666),
    ] {
        fs::write(owners.join(name), name).unwrap();
        chown(owners.join(name), Some(uid), Some(gid)).unwrap();
        fs::set_permissions(owners.join(name), Permissions::from_mode(mode)).unwrap();
    }
    for (name, uid, gid, mode) in
        [("sticky", 0, 0, 0o1777), ("setgid-dir", 0, 50, 0o2775), ("closed", 1000, 1000, 0o000)]
    {
        fs::create_dir(owners.join(name)).unwrap();
        fs::write(owners.join(name).join("inside"), "not of the directory's group").unwrap();
        chown(owners.join(name), Some(uid), Some(gid)).unwrap();
        fs::set_permissions(owners.join(name), Permissions::from_mode(mode)).unwrap();
    }
}

fn attributes(root: &Path) {
    let at = root.join("attributes");
    fs::create_dir_all(at.join("default-acl")).unwrap();
    fs::write(at.join("capable"), "not a program").unwrap();
    chown(at.join("capable"), Some(1000), None).unwrap();
    xattr::set(at.join("capable"), "security.capability", &CAPABILITY).unwrap();
    fs::write(at.join("noted"), "").unwrap();
    xattr::set(at.join("noted"), "user.note", b"a value\0with a zero").unwrap();
    xattr::set(at.join("noted"), "user.empty", b"").unwrap();
    xattr::set(at.join("noted"), "trusted.note", &[b'x'; 1000]).unwrap();
    symlink("noted", at.join("link")).unwrap();
    xattr::set(at.join("link"), "trusted.link", b"the link's own").unwrap();
    fs::write(at.join("acl"), "").unwrap();
    xattr::set(at.join("acl"), "system.posix_acl_access", &acl()).unwrap();
    // What is made in it later would inherit; what is in it already must not.
    fs::write(at.join("default-acl/older"), "").unwrap();
    xattr::set(at.join("default-acl"), "system.posix_acl_default", &acl()).unwrap();
}

/// `u::rw-,u:1000:rwx,g::r--,m::rwx,o::---` as the kernel takes it.
fn acl() -> Vec<u8> {
    const NO_ID: u32 = u32::MAX;
    let entries: [(u16, u16, u32); 5] =
        [(1, 6, NO_ID), (2, 7, 1000), (4, 4, NO_ID), (0x10, 7, NO_ID), (0x20, 0, NO_ID)];
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(permissions.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

fn links(root: &Path) {
    fs::create_dir_all(root.join("links/elsewhere")).unwrap();
    let at = root.join("links");
    fs::write(at.join("z-first-made"), "shared").unwrap();
    xattr::set(at.join("z-first-made"), "user.shared", b"1").unwrap();
    fs::hard_link(at.join("z-first-made"), at.join("a")).unwrap();
    fs::hard_link(at.join("z-first-made"), at.join("elsewhere/b")).unwrap();
    for (name, target) in [
        ("absolute", "/etc/passwd"),
        ("dangling", "../../nowhere"),
        ("loop", "loop"),
        ("directory", "elsewhere"),
    ] {
        symlink(target, at.join(name)).unwrap();
    }
    symlink("x".repeat(3000), at.join("long")).unwrap();
    lchown(at.join("absolute"), Some(1000), Some(1001)).unwrap();
    fs::hard_link(at.join("dangling"), at.join("dangling-too")).unwrap();
}

fn specials(root: &Path) {
    let at = root.join("specials");
    fs::create_dir(&at).unwrap();
    for (name, kind, mode, device) in [
        ("null", SFlag::S_IFCHR, 0o666, makedev(1, 3)),
        ("high", SFlag::S_IFCHR, 0o600, makedev(300, 70000)),
        ("loop", SFlag::S_IFBLK, 0o660, makedev(7, 200)),
        ("fifo", SFlag::S_IFIFO, 0o622, 0),
    ] {
        mknod(&at.join(name), kind, Mode::empty(), device).unwrap();
        chown(at.join(name), Some(0), Some(6)).unwrap();
        fs::set_permissions(at.join(name), Permissions::from_mode(mode)).unwrap();
    }
}

fn contents(root: &Path) {
    let at = root.join("contents");
    fs::create_dir(&at).unwrap();
    fs::write(at.join("empty"), "").unwrap();
    // Around the sizes of the buffer and of a block.
    for size in [1, 4095, 4096, 4097, 131_071, 131_072, 262_143, 262_144, 262_145, 3_000_000] {
        let bytes: Vec<u8> = (0..size).map(|at: usize| (at % 251) as u8).collect();
        fs::write(at.join(size.to_string()), bytes).unwrap();
    }
    let sparse = File::create(at.join("sparse")).unwrap();
    sparse.write_all_at(&[1; 5000], HOLE).unwrap();
    sparse.write_all_at(&[2; 300_000], 4 * HOLE).unwrap();
    sparse.set_len(8 * HOLE + 1).unwrap();
    File::create(at.join("only-a-hole")).unwrap().set_len(100 * HOLE).unwrap();
}

/// Gives every entry times of its own, before 1970 and with nanoseconds among them.
fn set_times(root: &Path) {
    let mut paths = walk(root);
    paths.reverse();
    for (number, path) in paths.iter().enumerate() {
        let seconds = number as i64 * 1_000_003 - 1000;
        let (accessed, modified) =
            (TimeSpec::new(seconds + 77, 123_456_789), TimeSpec::new(seconds, 987_654_321));
        let here = nix::fcntl::AT_FDCWD;
        utimensat(here, path, &accessed, &modified, UtimensatFlags::NoFollowSymlink).unwrap();
    }
}

/// All that can be seen of an entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    mode: u32,
    owner: (u32, u32),
    device: u64,
    size: u64,
    times: [(i64, i64); 2],
    target: Option<PathBuf>,
    attributes: BTreeMap<OsString, Vec<u8>>,
    content: Vec<u8>,
    extents: Vec<(i64, i64)>,
    /// The first name of the file, where it has several.
    same_as: Option<PathBuf>,
}

/// Everything in a tree by path; file systems mounted with `noatime` keep their access times.
pub(crate) fn see(root: &Path) -> BTreeMap<PathBuf, Seen> {
    let mut first = BTreeMap::new();
    let mut seen = BTreeMap::new();
    for path in walk(root) {
        let name = path.strip_prefix(root).unwrap().to_owned();
        let metadata = path.symlink_metadata().unwrap();
        let linked = !metadata.is_dir() && metadata.nlink() > 1;
        let same_as = linked.then(|| first.entry(metadata.ino()).or_insert(name.clone()).clone());
        seen.insert(name, look(&path, same_as));
    }
    seen
}

fn look(path: &Path, same_as: Option<PathBuf>) -> Seen {
    let metadata = path.symlink_metadata().unwrap();
    let is_file = metadata.is_file();
    let names = xattr::list(path).unwrap();
    Seen {
        mode: metadata.mode(),
        owner: (metadata.uid(), metadata.gid()),
        device: metadata.rdev(),
        size: if metadata.is_dir() { 0 } else { metadata.size() },
        times: [(metadata.atime(), metadata.atime_nsec()), (metadata.mtime(), metadata.mtime_nsec())],
        target: metadata.is_symlink().then(|| fs::read_link(path).unwrap()),
        attributes: names.map(|name| (name.clone(), xattr::get(path, name).unwrap().unwrap())).collect(),
        content: if is_file { fs::read(path).unwrap() } else { Vec::new() },
        extents: if is_file { extents(path) } else { Vec::new() },
        same_as,
    }
}

/// The stretches of a file that are no holes.
fn extents(path: &Path) -> Vec<(i64, i64)> {
    let file = File::open(path).unwrap();
    let mut found = Vec::new();
    let mut at = 0;
    while let Ok(start) = lseek64(file.as_fd(), at, Whence::SeekData) {
        at = lseek64(file.as_fd(), start, Whence::SeekHole).unwrap();
        found.push((start, at));
    }
    found
}

/// All paths of a tree, its root first, in a fixed order.
fn walk(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![root.to_owned()];
    if root.symlink_metadata().unwrap().is_dir() {
        let mut names: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        found.extend(names.iter().flat_map(|path| walk(path)));
    }
    found
}
