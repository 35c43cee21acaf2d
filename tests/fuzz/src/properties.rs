//! What is true of every input. The fuzz targets look for one of which it is
//! not; a test of the host tries those that are kept in `corpus`.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use blankslate::element::capability::Grant;
use blankslate::element::{Manifest, section};
use blankslate::plugin::{inspect, pattern};
use blankslate::sys::root::Root;
use blankslate_element_build::{CarriedFile, CarriedKind, pack_files, unpack_files};

/// Each property by the name of its target and of its folder in `corpus`.
pub(crate) const ALL: [(&str, fn(&[u8])); 5] = [
    ("component", component),
    ("section", manifest_section),
    ("manifest", manifest),
    ("paths", paths),
    ("pattern", name_pattern),
];

/// A file is a component for this host, or is told why not.
pub(crate) fn component(bytes: &[u8]) {
    match inspect(bytes) {
        Ok(info) => assert!(info.exports("lifecycle")),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A file has a manifest inside, or is told why not; files inside stay where they are unpacked.
pub(crate) fn manifest_section(bytes: &[u8]) {
    match section::sections(bytes) {
        Ok(found) => {
            manifest(found.manifest.as_bytes());
            found.files.into_iter().for_each(files);
        }
        Err(error) => assert!(!error.is_empty()),
    }
}

fn files(packed: &[u8]) {
    let files = match unpack_files(packed) {
        Ok(files) => files,
        Err(error) => return assert!(!error.is_empty()),
    };
    for file in &files {
        let is_name = |name: &str| !["", ".", ".."].contains(&name) && !name.contains('\0');
        assert!(file.path.split('/').all(is_name), "{}", file.path);
        let is_above = |it: &&CarriedFile| file.path.starts_with(&format!("{}/", it.path));
        assert!(files.iter().filter(is_above).all(|it| it.kind == CarriedKind::Directory), "{}", file.path);
    }
    assert_eq!(pack_files(&files).and_then(|bytes| unpack_files(&bytes)), Ok(files));
}

/// A manifest is told what is wrong with it, or names nothing that leads
/// elsewhere and asks for grants that can be typed.
pub(crate) fn manifest(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let parsed = match Manifest::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let is_name = |name: &str| !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\0']);
    assert!(is_name(&parsed.name));
    assert!(parsed.component.iter().all(|file| is_name(file)));
    assert!(parsed.hooks.iter().all(|hook| is_name(&hook.name)));
    assert!(parsed.caches.iter().all(|cache| is_name(&cache.name) && cache.path.starts_with('/')));
    let full: BTreeSet<_> = parsed.hooks.iter().map(|hook| (hook.phase, hook.full_name())).collect();
    assert_eq!(full.len(), parsed.hooks.len());
    for grant in parsed.capabilities.grants() {
        assert_eq!(grant.to_string().parse::<Grant>(), Ok(grant.clone()));
        assert!(grant.covers(&grant));
    }
}

/// A tree beside a secret, for one input: a static one would outlive the process.
fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(folder.path().join("tree/a/b")).expect("a tree");
    fs::write(folder.path().join("tree/a/file"), "inside").expect("a file");
    fs::write(folder.path().join("secret"), "outside").expect("a secret");
    folder
}

/// A path leads nowhere outside of its root, whatever links are on its way.
/// The input's first lines are the targets of links.
pub(crate) fn paths(bytes: &[u8]) {
    let folder = tree();
    let tree = folder.path().join("tree");
    let mut lines = bytes.split(|byte| *byte == b'\n');
    for link in ["a/b/link", "a/link", "link"] {
        let target = lines.next().unwrap_or_default();
        let _ = symlink(std::ffi::OsStr::from_bytes(target), tree.join(link));
    }
    let path = Path::new(std::ffi::OsStr::from_bytes(lines.next().unwrap_or_default()));
    let root = Root::open(&tree).expect("the tree");
    let handles = [root.handle(path, true), root.handle(path, false)]
        .map(|handle| handle.and_then(|it| it.host_path()));
    let spots = [root.spot(path), root.followed_spot(path)].map(|spot| spot.and_then(|it| it.host_path()));
    for found in handles.into_iter().chain(spots).flatten().chain(root.host_path(path)) {
        assert!(found.starts_with(&tree), "{path:?} leads to {found:?}");
    }
}

/// A pattern of names matches what the regular expression does that means the same.
pub(crate) fn name_pattern(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some((given, name)) = text.split_once('\n') else { return };
    if given.contains(['[', '/', '\n']) || name.contains('\n') || given.len() > 200 {
        pattern::matches(given, name);
        return;
    }
    let mut expression = String::from("^(?s)");
    for c in given.chars() {
        match c {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            other => expression.push_str(&regex::escape(&other.to_string())),
        }
    }
    let expected = regex::Regex::new(&(expression + "$")).expect("an expression").is_match(name);
    let hidden = name.starts_with('.') && !given.starts_with('.');
    assert_eq!(pattern::matches(given, name), expected && !hidden, "{given:?} {name:?}");
}
