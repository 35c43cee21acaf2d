//! What a finished image must not carry: the last step after `cleanup.d`.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};
use cap_std::fs::Dir;

use super::resolv;

/// Restores `resolv.conf`, empties `/tmp`, truncates the logs below
/// `/var/log`, removes the logs (`*.log`) below `/root`. Follows no symbolic link out of `tree`.
///
/// # Errors
///
/// Fails if one of these cannot be read or changed.
pub fn tidy(tree: &Path) -> Result<()> {
    let root = Dir::open_ambient_dir(tree, cap_std::ambient_authority())
        .with_context(|| format!("opening the tree {}", tree.display()))?;
    if let Some(etc) = directory(&root, "etc")? {
        resolv::restore(&etc, &tree.join("etc"))?;
    }
    if let Some(tmp) = directory(&root, "tmp")? {
        empty(&tmp).context("emptying /tmp of the image")?;
    }
    if let Some(log) = directory(&root, "var")?.map(|var| directory(&var, "log")).transpose()?.flatten() {
        truncate_files(&log).context("truncating the logs in /var/log of the image")?;
    }
    if let Some(home) = directory(&root, "root")? {
        remove_logs(&home).context("removing the logs below /root of the image")?;
    }
    Ok(())
}

/// The directory of that name, unless there is none or it is a link.
fn directory(parent: &Dir, name: &str) -> Result<Option<Dir>> {
    match parent.symlink_metadata(name) {
        Ok(meta) if meta.is_dir() => {
            parent.open_dir(name).map(Some).with_context(|| format!("opening {name} of the image"))
        }
        Ok(_) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("examining {name} of the image")),
    }
}

fn empty(dir: &Dir) -> Result<()> {
    for entry in dir.entries()? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            dir.remove_dir_all(&name).with_context(|| format!("removing {}", name.display()))?;
        } else {
            dir.remove_file(&name).with_context(|| format!("removing {}", name.display()))?;
        }
    }
    Ok(())
}

fn truncate_files(dir: &Dir) -> Result<()> {
    for entry in dir.entries()? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            truncate_files(&entry.open_dir()?)?;
        } else if kind.is_file() {
            let mut options = cap_std::fs::OpenOptions::new();
            entry.open_with(options.write(true).truncate(true))?;
        }
    }
    Ok(())
}

fn remove_logs(dir: &Dir) -> Result<()> {
    for entry in dir.entries()? {
        let entry = entry?;
        let name = entry.file_name();
        let is_log = Path::new(&name).extension().is_some_and(|extension| extension == "log");
        if entry.file_type()?.is_dir() {
            remove_logs(&entry.open_dir()?)?;
        } else if is_log && entry.file_type()?.is_file() {
            dir.remove_file(&name).with_context(|| format!("removing {}", name.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn leftovers_of_the_build_go_and_the_rest_stays() {
        let tree = tempfile::tempdir().unwrap();
        let path = |name: &str| tree.path().join(name);
        for dir in ["etc", "tmp/deep/er", "var/log/apt", "root/deep"] {
            fs::create_dir_all(path(dir)).unwrap();
        }
        for file in [
            "tmp/a",
            "tmp/deep/er/b",
            "var/log/apt/term.log",
            "root/build.log",
            "root/deep/x.log",
            "root/notes",
        ] {
            fs::write(path(file), "text").unwrap();
        }
        tidy(tree.path()).unwrap();
        assert_eq!(fs::read_dir(path("tmp")).unwrap().count(), 0);
        assert_eq!(fs::read(path("var/log/apt/term.log")).unwrap(), b"");
        assert!(!path("root/build.log").exists() && !path("root/deep/x.log").exists());
        assert_eq!(fs::read(path("root/notes")).unwrap(), b"text");
    }

    #[test]
    fn links_are_not_followed_out_of_the_tree() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("precious.log"), "text").unwrap();
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir(tree.path().join("var")).unwrap();
        for link in ["tmp", "root", "var/log"] {
            symlink(outside.path(), tree.path().join(link)).unwrap();
        }
        tidy(tree.path()).unwrap();
        assert_eq!(fs::read(outside.path().join("precious.log")).unwrap(), b"text");
    }
}
