//! The directories in which hooks are rehearsed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::case::Case;
use crate::plan::{Plan, PlannedCache};
use crate::plugin::{Limits, Setting};

/// What hooks find where a case brings no tree.
const DIRECTORIES: [&str; 7] = ["etc", "home", "root", "srv", "tmp", "usr/bin", "var/lib"];

/// The same for files.
const FILES: [(&str, &str); 2] =
    [("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"), ("etc/group", "root:x:0:\n")];

/// Directories that go away with this value.
pub(super) struct Stage {
    scratch: TempDir,
    /// The tree that the hooks change.
    pub(super) tree: PathBuf,
    compiled: PathBuf,
    caches: BTreeMap<(String, String), PathBuf>,
    image_name: String,
    root_label: String,
    limits: Limits,
}

impl Stage {
    /// Makes them, the tree as the case has it.
    pub(super) fn set(case: &Case, plan: &Plan, limits: &Limits, cache: &Path) -> Result<Stage> {
        let scratch = tempfile::Builder::new().prefix("slate-test-").tempdir();
        let scratch = scratch.context("making a temporary directory")?;
        let tree = scratch.path().join("tree");
        match case.tree() {
            Some(given) => copy(&given, &tree).with_context(|| format!("copying {}", given.display()))?,
            None => usual(&tree).context("making a tree")?,
        }
        let cached = |name: &str| scratch.path().join("caches").join(name);
        let key = |cache: &PlannedCache| (cache.element.clone(), cache.name.clone());
        let caches: BTreeMap<_, _> =
            plan.caches.iter().map(|cache| (key(cache), cached(&cache.name))).collect();
        let downloads = scratch.path().join("downloads");
        for directory in caches.values().chain([&downloads]) {
            fs::create_dir_all(directory).context("making a cache")?;
        }
        Ok(Stage {
            tree,
            compiled: cache.join("compiled"),
            caches,
            image_name: plan.image_name.clone(),
            root_label: plan.layout.root().map(|root| root.label.clone()).unwrap_or_default(),
            limits: limits.clone(),
            scratch,
        })
    }

    /// What the runner of components needs to know.
    pub(super) fn setting(&self) -> Setting {
        Setting {
            compiled: self.compiled.clone(),
            downloads: self.scratch.path().join("downloads"),
            scratch: self.scratch.path().join("scratch"),
            caches: self.caches.clone(),
            image_name: self.image_name.clone(),
            root_label: self.root_label.clone(),
            home: Some(PathBuf::from("/root")),
            offline: false,
            limits: self.limits.clone(),
        }
    }
}

fn usual(tree: &Path) -> std::io::Result<()> {
    DIRECTORIES.iter().try_for_each(|directory| fs::create_dir_all(tree.join(directory)))?;
    FILES.iter().try_for_each(|(path, text)| fs::write(tree.join(path), text))
}

/// Copies a tree of files, directories and links.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        let copied = if kind.is_dir() {
            copy(&from, &to)
        } else if kind.is_symlink() {
            fs::read_link(&from).and_then(|target| symlink(target, &to)).map_err(Into::into)
        } else {
            fs::copy(&from, &to).map(drop).map_err(Into::into)
        };
        copied.with_context(|| from.display().to_string())?;
    }
    Ok(())
}
