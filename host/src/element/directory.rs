//! Lists the files of an element on disk.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Content, ElementError, ElementFile};

/// Directories that are no part of an element: its tests, and what tools leave.
const IGNORED_DIRECTORIES: [&str; 3] = ["tests", "__pycache__", ".git"];

/// Marks a directory that a tool can make again, such as cargo's `target`.
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// Directories whose content goes into the image as it is, links too.
const VERBATIM: [&str; 2] = ["static/", "init-scripts/"];

/// What every link has on Linux.
const LINK_MODE: u32 = 0o777;

/// How deep directories may be nested: bounds a symbolic link to a directory above.
const MAX_DEPTH: usize = 16;

/// All files below `root`, sorted by path. Symbolic links are followed but
/// where they are meant for the image.
pub(super) fn list(root: &Path) -> Result<Vec<ElementFile>, ElementError> {
    let mut files = Vec::new();
    walk(root, "", 0, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn walk(
    directory: &Path,
    prefix: &str,
    depth: usize,
    files: &mut Vec<ElementFile>,
) -> Result<(), ElementError> {
    let read = |source| ElementError::Read { path: directory.to_owned(), source };
    for entry in fs::read_dir(directory).map_err(read)? {
        let entry = entry.map_err(read)?;
        let name = entry.file_name().into_string().map_err(|_| not_text(&entry.path()))?;
        let (path, relative) = (entry.path(), format!("{prefix}{name}"));
        if entry.file_type().map_err(read)?.is_symlink() && is_verbatim(&relative) {
            let target = fs::read_link(&path).map_err(read)?;
            files.push(ElementFile { path: relative, mode: LINK_MODE, content: Content::Link(target) });
            continue;
        }
        let Some(metadata) = target(&path)? else { continue };
        if metadata.is_dir() {
            if depth < MAX_DEPTH && !is_ignored(&name, &path) {
                walk(&path, &format!("{relative}/"), depth + 1, files)?;
            }
        } else if metadata.is_file() && !name.ends_with(".pyc") {
            let mode = metadata.permissions().mode() & 0o7777;
            files.push(ElementFile { path: relative, mode, content: Content::Path(path) });
        }
    }
    Ok(())
}

/// What a path leads to. A link that leads nowhere is nothing to the planner:
/// it may point at a path of the image.
fn target(path: &Path) -> Result<Option<fs::Metadata>, ElementError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ElementError::Read { path: path.to_owned(), source }),
    }
}

fn is_verbatim(relative: &str) -> bool {
    VERBATIM.iter().any(|directory| relative.starts_with(directory))
}

fn is_ignored(name: &str, path: &Path) -> bool {
    IGNORED_DIRECTORIES.contains(&name) || path.join(CACHE_TAG).exists()
}

fn not_text(path: &Path) -> ElementError {
    ElementError::NotText(format!("the name of {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn lists_what_belongs_to_an_element() {
        let root = tempfile::tempdir().unwrap();
        let put = |path: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        for path in [
            "b",
            "install.d/10-a",
            "static/etc/x",
            "tests/t",
            "__pycache__/c",
            "x.pyc",
            "target/CACHEDIR.TAG",
            "target/y",
        ] {
            put(path);
        }
        symlink("b", root.path().join("a-link")).unwrap();
        symlink("install.d", root.path().join("pre-install.d")).unwrap();
        symlink("/nowhere/at/all", root.path().join("dangling")).unwrap();
        let files = list(root.path()).unwrap();
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a-link", "b", "install.d/10-a", "pre-install.d/10-a", "static/etc/x"]);
    }

    #[test]
    fn links_for_the_image_stay_links() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("static")).unwrap();
        symlink("/run/x", root.path().join("static/x")).unwrap();
        let files = list(root.path()).unwrap();
        assert_eq!(files.len(), 1);
        assert!(matches!(&files[0].content, Content::Link(target) if target == Path::new("/run/x")));
    }

    #[test]
    fn a_link_to_a_directory_above_ends() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("x"), "").unwrap();
        symlink(".", root.path().join("loop")).unwrap();
        assert_eq!(list(root.path()).unwrap().len(), MAX_DEPTH + 1);
    }
}
