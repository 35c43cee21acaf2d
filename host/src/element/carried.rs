//! What a self-contained component carries of its element's folder.
//!
//! It carries what the element declares: maps and lists of packages and
//! services, disk layouts, files for the image. Sources, tests and what
//! compilers leave stay behind. So do scripts, which run with the rights of
//! whoever builds: a component can do what it was granted, and no more. An
//! element with scripts is used as a folder; its component says so.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::sync::Arc;

use blankslate_element_build::{CarriedFile, CarriedKind, pack_files, unpack_files};

use super::declared::{is_disk_layout, package_list, source_repository};
use super::hook_name::ENVIRONMENT;
use super::{Content, ElementFile, Phase, directory};

/// Files that declare something.
const DECLARATIONS: [&str; 9] = [
    "README",
    "README.md",
    "README.rst",
    "element-deps",
    "element-provides",
    "package-installs.json",
    "package-installs.yaml",
    "pkg-map",
    "svc-map",
];

/// Folders whose files go into the image.
const FOR_IMAGE: [&str; 2] = ["init-scripts", "static"];

/// Folders of scripts and programs that are no phases.
const OF_SCRIPTS: [&str; 2] = ["bin", ENVIRONMENT];

const EXECUTABLE: u32 = 0o111;

/// What becomes of a file when its element becomes one component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is carried.
    Carried,
    /// It is not, and the element does less without it.
    Needed,
    /// It is not, and nothing is lost.
    Left,
}

fn fate(path: &str, mode: u32) -> Fate {
    let Some((folder, name)) = path.split_once('/') else {
        return match path {
            path if path.starts_with(source_repository::PREFIX) => Fate::Needed,
            path if is_disk_layout(path) || DECLARATIONS.contains(&path) => Fate::Carried,
            _ => Fate::Left,
        };
    };
    let is_program = mode & EXECUTABLE != 0;
    match Phase::from_directory(folder) {
        _ if FOR_IMAGE.contains(&folder) => Fate::Carried,
        _ if OF_SCRIPTS.contains(&folder) => Fate::Needed,
        Some(_) if is_program => Fate::Needed,
        Some(_) if name.starts_with(package_list::PREFIX) && !name.contains('/') => Fate::Carried,
        _ => Fate::Left,
    }
}

/// The section's content for an element's folder; absent if there is nothing to carry.
///
/// # Errors
///
/// Fails with the reason if a file cannot be read or there is too much.
pub fn pack_folder(folder: &Path) -> Result<Option<Vec<u8>>, String> {
    pack(&directory::list(folder).map_err(|error| error.to_string())?)
}

/// Whether a component carries what its element's folder has now, its README aside.
///
/// # Errors
///
/// Fails with the reason if either cannot be read.
pub(crate) fn is_current(of_element: &[ElementFile], carried: Option<&[u8]>) -> Result<bool, String> {
    let files = |packed: Option<&[u8]>| {
        let mut files = packed.map(unpack_files).transpose()?.unwrap_or_default();
        files.retain(|file| !file.path.starts_with("README"));
        Ok::<_, String>(files)
    };
    Ok(files(pack(of_element)?.as_deref())? == files(carried)?)
}

fn pack(of_element: &[ElementFile]) -> Result<Option<Vec<u8>>, String> {
    let mut files = Vec::new();
    for file in of_element {
        match fate(&file.path, file.mode) {
            Fate::Carried => files.push(carried(file)?),
            Fate::Needed => files.push(missing(file)),
            Fate::Left => {}
        }
    }
    if files.is_empty() {
        return Ok(None);
    }
    pack_files(&files).map(Some).map_err(|problem| format!("the element's files: {problem}"))
}

/// The files without which a packed element is not whole.
///
/// # Errors
///
/// Fails with the reason if the bytes are none of the format.
pub fn missing_in(packed: &[u8]) -> Result<Vec<String>, String> {
    let files = unpack_files(packed)?.into_iter().filter(|file| file.kind == CarriedKind::Missing);
    Ok(files.map(|file| file.path).collect())
}

/// The files that a component carries.
///
/// # Errors
///
/// Fails with the reason for what is malformed, for a file that no component
/// carries, and if there are files in the element's folder without which it is not whole.
pub(super) fn unpack(packed: &[u8]) -> Result<Vec<ElementFile>, String> {
    unpack_files(packed)?.into_iter().map(unpacked).collect()
}

fn unpacked(file: CarriedFile) -> Result<ElementFile, String> {
    let CarriedFile { path, kind, mode, content } = file;
    if kind == CarriedKind::Missing {
        return Err(format!("'{path}' is in the element's folder alone; give the folder instead"));
    }
    if fate(&path, mode) != Fate::Carried {
        return Err(format!("'{path}' is nothing that a component carries"));
    }
    let content = match kind {
        CarriedKind::Link if FOR_IMAGE.iter().any(|folder| path.starts_with(folder)) => {
            Content::Link(OsString::from_vec(content).into())
        }
        CarriedKind::Directory => Content::Directory,
        CarriedKind::Link => return Err(format!("'{path}' is a link, and must be a file")),
        CarriedKind::File | CarriedKind::Missing => Content::Memory(Arc::from(content)),
    };
    Ok(ElementFile { path, mode, content })
}

fn carried(file: &ElementFile) -> Result<CarriedFile, String> {
    let kind = match file.content {
        Content::Link(_) => CarriedKind::Link,
        Content::Directory => CarriedKind::Directory,
        Content::Embedded(_) | Content::Memory(_) | Content::Path(_) => CarriedKind::File,
    };
    let content = file.content.read().map_err(|error| format!("reading {}: {error}", file.path))?;
    Ok(CarriedFile { path: file.path.clone(), kind, mode: file.mode, content: content.into_owned() })
}

fn missing(file: &ElementFile) -> CarriedFile {
    let (path, mode) = (file.path.clone(), file.mode);
    CarriedFile { path, kind: CarriedKind::Missing, mode, content: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_carried_and_scripts_are_not() {
        let table = [
            ("pkg-map", 0o644, Fate::Carried),
            ("block-device-amd64.yaml", 0o644, Fate::Carried),
            ("static/usr/bin/tool", 0o755, Fate::Carried),
            ("install.d/package-installs-x", 0o644, Fate::Carried),
            ("install.d/package-installs-x", 0o755, Fate::Needed),
            ("install.d/10-x", 0o755, Fate::Needed),
            ("environment.d/10-x.bash", 0o644, Fate::Needed),
            ("bin/tool", 0o755, Fate::Needed),
            ("source-repository-x", 0o644, Fate::Needed),
            ("install.d/notes", 0o644, Fate::Left),
            ("src/lib.rs", 0o644, Fate::Left),
            ("Cargo.toml", 0o644, Fate::Left),
            ("hooks.py", 0o755, Fate::Left),
        ];
        for (path, mode, expected) in table {
            assert_eq!(fate(path, mode), expected, "{path}");
        }
    }

    #[test]
    fn only_what_would_be_carried_is_read() {
        let packed = |path: &str, kind, mode| {
            let content = if kind == CarriedKind::Link { b"x".to_vec() } else { Vec::new() };
            pack_files(&[CarriedFile { path: path.to_owned(), kind, mode, content }]).unwrap()
        };
        use CarriedKind::{Directory, File, Link, Missing};
        let table = [
            ("install.d/10-x", File, 0o755, "'install.d/10-x' is nothing that a component carries"),
            ("element.toml", File, 0o644, "'element.toml' is nothing that a component carries"),
            ("install.d", Directory, 0o755, "'install.d' is nothing that a component carries"),
            ("pkg-map", Link, 0o777, "'pkg-map' is a link, and must be a file"),
            (
                "install.d/10-x",
                Missing,
                0o755,
                "'install.d/10-x' is in the element's folder alone; give the folder instead",
            ),
        ];
        for (path, kind, mode, message) in table {
            assert_eq!(unpack(&packed(path, kind, mode)).unwrap_err(), message, "{path}");
        }
        assert_eq!(unpack(&packed("static/x", Link, 0o777)).unwrap().len(), 1);
    }
}
