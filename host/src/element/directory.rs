//! Lists the files of an element on disk.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Content, ElementError, ElementFile};

/// A directory that is no part of its element.
const TESTS: &str = "tests";

/// Directories that tools leave.
const OF_TOOLS: [&str; 2] = ["__pycache__", ".git"];

/// Marks a directory that a tool can make again, such as cargo's `target`.
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// Directories whose content goes into the image as it is: links too, and
/// directories with their modes, empty ones among them.
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
            if is_verbatim(&relative) {
                let content = Content::Directory;
                files.push(ElementFile { path: relative.clone(), mode: mode(&metadata), content });
            } else if depth == MAX_DEPTH || is_ignored(&relative, &name, &path) {
                continue;
            }
            walk(&path, &format!("{relative}/"), depth + 1, files)?;
        } else if metadata.is_file() && (is_verbatim(&relative) || !name.ends_with(".pyc")) {
            files.push(ElementFile { path: relative, mode: mode(&metadata), content: Content::Path(path) });
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

fn is_ignored(relative: &str, name: &str, path: &Path) -> bool {
    relative == TESTS || OF_TOOLS.contains(&name) || path.join(CACHE_TAG).exists()
}

fn mode(metadata: &fs::Metadata) -> u32 {
    metadata.permissions().mode() & 0o7777
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
        let expected = ["a-link", "b", "install.d/10-a", "pre-install.d/10-a", "static/etc", "static/etc/x"];
        assert_eq!(paths, expected);
    }

    #[test]
    fn what_is_for_the_image_stays_as_it_is() {
        let root = tempfile::tempdir().unwrap();
        let deep = format!("static/{}", ["tests"; MAX_DEPTH + 2].join("/"));
        for path in ["static/empty", "static/secret", &deep] {
            fs::create_dir_all(root.path().join(path)).unwrap();
        }
        fs::write(root.path().join(&deep).join("module.pyc"), "").unwrap();
        fs::set_permissions(root.path().join("static/secret"), fs::Permissions::from_mode(0o700)).unwrap();
        symlink("/run/x", root.path().join("static/x")).unwrap();
        let files = list(root.path()).unwrap();
        let at = |path: &str| files.iter().find(|file| file.path == path).expect(path);
        assert!(matches!(&at("static/x").content, Content::Link(target) if target == Path::new("/run/x")));
        assert!(matches!(at("static/empty").content, Content::Directory));
        assert_eq!(at("static/secret").mode, 0o700);
        at(&format!("{deep}/module.pyc"));
        assert_eq!(files.len(), MAX_DEPTH + 2 + 4);
    }

    #[test]
    fn a_link_to_a_directory_above_ends() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("x"), "").unwrap();
        symlink(".", root.path().join("loop")).unwrap();
        assert_eq!(list(root.path()).unwrap().len(), MAX_DEPTH + 1);
    }
}
