//! What takes the most of a tree, for those who want their image smaller.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::report::{self, Report};

/// Tells sizes at all; and those of small files and directories too.
const VARIABLES: [&str; 2] = ["DIB_SHOW_IMAGE_USAGE", "DIB_SHOW_IMAGE_USAGE_FULL"];

/// What is told unless all is, in bytes.
const LARGE: u64 = 10 << 20;

/// The unit of `st_blocks`.
const STAT_BLOCK: u64 = 512;

/// Tells the sizes of what is in the tree, the largest first, if the caller's
/// variables ask for it.
///
/// # Errors
///
/// Fails if part of the tree cannot be read.
pub(in crate::assemble) fn tell(
    tree: &Path,
    environment: &BTreeMap<String, String>,
    report: &Report,
) -> Result<()> {
    let [asked, all] =
        VARIABLES.map(|name| environment.get(name).is_some_and(|value| !["", "0"].contains(&value.as_str())));
    if !asked {
        return Ok(());
    }
    let least = if all { 0 } else { LARGE };
    let what = if all { "all of it" } else { "files and directories of 10 MiB or more" };
    report.info(&format!("sizes in the image, {what}:"));
    for (size, path) in largest(tree, least)? {
        report.info(&format!("{:>9}  /{}", report::size(size), path.display()));
    }
    Ok(())
}

/// The files and directories that take at least so many bytes, the largest
/// first, with paths relative to the tree. Other mounted file systems are left
/// out, and further names of a file take nothing.
fn largest(tree: &Path, least: u64) -> Result<Vec<(u64, PathBuf)>> {
    let top = tree.symlink_metadata().with_context(|| format!("measuring {}", tree.display()))?;
    let mut walk = Walk { tree, device: top.dev(), least, linked: HashSet::new(), found: Vec::new() };
    walk.weigh(tree, &top)?;
    let mut found = walk.found;
    found.sort_by(|(size, path), (other_size, other)| other_size.cmp(size).then_with(|| path.cmp(other)));
    Ok(found)
}

struct Walk<'a> {
    tree: &'a Path,
    device: u64,
    least: u64,
    linked: HashSet<u64>,
    found: Vec<(u64, PathBuf)>,
}

impl Walk<'_> {
    /// What a path takes, with all below it.
    fn weigh(&mut self, path: &Path, metadata: &Metadata) -> Result<u64> {
        if !metadata.is_dir() && metadata.nlink() > 1 && !self.linked.insert(metadata.ino()) {
            return Ok(0);
        }
        let mut size = metadata.blocks() * STAT_BLOCK;
        if metadata.is_dir() {
            let context = || format!("measuring {}", path.display());
            for entry in fs::read_dir(path).with_context(context)? {
                let entry = entry.with_context(context)?;
                let metadata = entry.metadata().with_context(context)?;
                if metadata.dev() == self.device {
                    size += self.weigh(&entry.path(), &metadata)?;
                }
            }
        }
        if size >= self.least {
            self.found.push((size, path.strip_prefix(self.tree).unwrap_or(path).to_owned()));
        }
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_come_first_and_hard_links_count_once() {
        let tree = tempfile::tempdir().unwrap();
        let at = |name: &str| tree.path().join(name);
        fs::create_dir_all(at("usr/lib")).unwrap();
        fs::write(at("usr/lib/large"), vec![1; 300_000]).unwrap();
        fs::write(at("usr/small"), vec![1; 200_000]).unwrap();
        fs::hard_link(at("usr/small"), at("other")).unwrap();
        let found = largest(tree.path(), 250_000).unwrap();
        let paths: Vec<&str> = found.iter().map(|(_, path)| path.to_str().unwrap()).collect();
        assert_eq!(paths, ["", "usr", "usr/lib", "usr/lib/large"]);
        assert!(found[0].0 < 600_000, "{found:?}");
        assert_eq!(largest(tree.path(), 0).unwrap().len(), 5);
    }
}
