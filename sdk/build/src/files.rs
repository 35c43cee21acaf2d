//! The files of an element that its component carries in a custom section.
//!
//! The format uses WebAssembly's own encoding of numbers, names and vectors:
//!
//! ```text
//! files := 0x01  vec(file)                       version 1
//! file  := path:name  kind:byte  mode:u32  content:vec(byte)
//! kind  := 0x00  a regular file                  content is what is in it
//!        | 0x01  a symbolic link                 content is what it points to
//!        | 0x02  a directory                     no content
//!        | 0x03  a file that is not carried      no content
//! ```
//!
//! Paths are relative, of plain names, in ascending order of their bytes, and
//! lead through directories alone: nothing lies below a file or a link. So what
//! is unpacked stays where it is unpacked, and equal files are equal bytes.

use std::collections::BTreeMap;
use std::fmt::Display;

use wasm_encoder::Encode;
use wasmparser::BinaryReader;

/// Name of the custom section that holds an element's files.
pub const FILES_SECTION: &str = "blankslate:element-files";

/// The format's version.
const VERSION: u8 = 1;

/// The most files that a component carries.
const MAX_FILES: usize = 10_000;

/// The most bytes that the section has.
const MAX_BYTES: usize = 64 << 20;

/// The permission bits of a mode.
const PERMISSIONS: u32 = 0o7777;

/// What a carried file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarriedKind {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A directory.
    Directory,
    /// A file that stays in the element's folder, without which the element is not whole.
    Missing,
}

/// A file of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedFile {
    /// Its path in the element's folder.
    pub path: String,
    /// What it is.
    pub kind: CarriedKind,
    /// Its permission bits.
    pub mode: u32,
    /// What is in it, or what a link points to.
    pub content: Vec<u8>,
}

const KINDS: [CarriedKind; 4] =
    [CarriedKind::File, CarriedKind::Link, CarriedKind::Directory, CarriedKind::Missing];

/// The content of the section, of files in the order of their paths.
///
/// # Errors
///
/// Fails with the reason for what [`unpack_files`] would refuse.
pub fn pack_files(files: &[CarriedFile]) -> Result<Vec<u8>, String> {
    let mut bytes = vec![VERSION];
    let length = |len: usize, what: &str| u32::try_from(len).map_err(|_| format!("too many {what}"));
    length(files.len(), "files")?.encode(&mut bytes);
    for file in files {
        file.path.as_str().encode(&mut bytes);
        bytes.push(KINDS.iter().position(|kind| *kind == file.kind).unwrap_or_default() as u8);
        file.mode.encode(&mut bytes);
        length(file.content.len(), "bytes")?.encode(&mut bytes);
        bytes.extend_from_slice(&file.content);
    }
    unpack_files(&bytes).map(|_| bytes)
}

/// The files in the section's content.
///
/// # Errors
///
/// Fails with the reason for what is not of the format or above its bounds, and
/// for paths that could lead out of the folder that they are unpacked in.
pub fn unpack_files(bytes: &[u8]) -> Result<Vec<CarriedFile>, String> {
    if bytes.len() > MAX_BYTES {
        return Err(format!("{} bytes, and {MAX_BYTES} is the most", bytes.len()));
    }
    let mut reader = BinaryReader::new(bytes, 0);
    match reader.read_u8().map_err(cut)? {
        VERSION => {}
        other => return Err(format!("version {other} of the format, and {VERSION} is known")),
    }
    let count = reader.read_var_u32().map_err(cut)? as usize;
    if count > MAX_FILES {
        return Err(format!("{count} files, and {MAX_FILES} is the most"));
    }
    let mut kinds = BTreeMap::new();
    let mut files: Vec<CarriedFile> = Vec::new();
    for _ in 0..count {
        let file = read(&mut reader)?;
        check(&file, files.last(), &kinds).map_err(|problem| format!("'{}' {problem}", file.path))?;
        kinds.insert(file.path.clone(), file.kind);
        files.push(file);
    }
    if reader.eof() { Ok(files) } else { Err("something follows the last file".to_owned()) }
}

fn read(reader: &mut BinaryReader<'_>) -> Result<CarriedFile, String> {
    let path = reader.read_string().map_err(cut)?.to_owned();
    let kind = reader.read_u8().map_err(cut)?;
    let kind = *KINDS.get(usize::from(kind)).ok_or_else(|| format!("'{path}' is of unknown kind {kind}"))?;
    let mode = reader.read_var_u32().map_err(cut)?;
    let length = reader.read_var_u32().map_err(cut)? as usize;
    let content = reader.read_bytes(length).map_err(cut)?.to_vec();
    Ok(CarriedFile { path, kind, mode, content })
}

fn cut(error: impl Display) -> String {
    format!("not readable: {error}")
}

fn check(
    file: &CarriedFile,
    last: Option<&CarriedFile>,
    kinds: &BTreeMap<String, CarriedKind>,
) -> Result<(), String> {
    let is_plain = |name: &str| !name.is_empty() && name != "." && name != ".." && !name.contains('\0');
    if !file.path.split('/').all(is_plain) {
        return Err("is not a path of plain names below the element".to_owned());
    }
    if last.is_some_and(|last| last.path >= file.path) {
        return Err("is not in order".to_owned());
    }
    let above = file.path.match_indices('/').map(|(end, _)| &file.path[..end]);
    for path in above {
        if kinds.get(path).is_some_and(|kind| *kind != CarriedKind::Directory) {
            return Err(format!("lies below '{path}', which is no directory"));
        }
    }
    if file.mode & !PERMISSIONS != 0 {
        return Err(format!("has mode {:o}, which has bits that no permission has", file.mode));
    }
    match file.kind {
        CarriedKind::File => Ok(()),
        CarriedKind::Link if file.content.is_empty() || file.content.contains(&0) => {
            Err("is a link to nothing".to_owned())
        }
        CarriedKind::Link => Ok(()),
        CarriedKind::Directory | CarriedKind::Missing if !file.content.is_empty() => {
            Err("has content, and is no file".to_owned())
        }
        CarriedKind::Directory | CarriedKind::Missing => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, kind: CarriedKind, content: &str) -> CarriedFile {
        CarriedFile { path: path.to_owned(), kind, mode: 0o644, content: content.into() }
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let files = [
            file("pkg-map", CarriedKind::File, "{}"),
            file("static/etc", CarriedKind::Directory, ""),
            file("static/etc/link", CarriedKind::Link, "/run/x"),
            file("static/usr/bin/x", CarriedKind::File, &"x".repeat(300)),
            file("x.d/10-a", CarriedKind::Missing, ""),
        ];
        assert_eq!(unpack_files(&pack_files(&files).unwrap()).unwrap(), files);
        assert_eq!(unpack_files(&pack_files(&[]).unwrap()).unwrap(), []);
    }

    #[test]
    fn what_would_lead_elsewhere_is_refused() {
        use CarriedKind::{Directory, File, Link};
        let plain = "is not a path of plain names below the element";
        let table: [(&[CarriedFile], &str); 11] = [
            (&[file("/etc/passwd", File, "")], &format!("'/etc/passwd' {plain}")),
            (&[file("../x", File, "")], &format!("'../x' {plain}")),
            (&[file("a/../../x", File, "")], &format!("'a/../../x' {plain}")),
            (&[file("a//x", File, "")], &format!("'a//x' {plain}")),
            (&[file("", File, "")], &format!("'' {plain}")),
            (&[file("a\0", File, "")], &format!("'a\0' {plain}")),
            (
                &[file("a", Link, "/etc"), file("a-b", File, ""), file("a/x", File, "")],
                "'a/x' lies below 'a', which is no directory",
            ),
            (&[file("b", File, ""), file("a", File, "")], "'a' is not in order"),
            (&[file("a", File, ""), file("a", File, "")], "'a' is not in order"),
            (&[file("a", Link, "")], "'a' is a link to nothing"),
            (&[file("a", Directory, "x")], "'a' has content, and is no file"),
        ];
        for (files, message) in table {
            assert_eq!(pack_files(files).unwrap_err(), message);
        }
        let odd = CarriedFile { mode: 0o100_644, ..file("a", File, "") };
        assert!(pack_files(&[odd]).unwrap_err().starts_with("'a' has mode 100644"));
    }

    #[test]
    fn what_is_not_of_the_format_is_refused() {
        let whole = pack_files(&[file("a", CarriedKind::File, "content")]).unwrap();
        for end in 0..whole.len() {
            assert!(unpack_files(&whole[..end]).unwrap_err().starts_with("not readable: "), "{end}");
        }
        let more = [whole.as_slice(), b"x"].concat();
        let table: [(&[u8], &str); 4] = [
            (&more, "something follows the last file"),
            (b"\x02\0", "version 2 of the format, and 1 is known"),
            (b"\x01\xff\xff\xff\xff\x0f", "4294967295 files, and 10000 is the most"),
            (b"\x01\x01\x01a\x09\0\0", "'a' is of unknown kind 9"),
        ];
        for (bytes, message) in table {
            assert_eq!(unpack_files(bytes).unwrap_err(), message);
        }
    }
}
