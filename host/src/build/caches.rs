//! Caches of elements: directories of the build host, bound into the tree
//! while it is built.
//!
//! A cache is used by one build at a time, since package managers lock their
//! download directory; a second build meanwhile goes without.
//!
//! Programs of the image write what they like into a cache, with any mode.
//! So only root enters the directory that holds all caches, and what `slate`
//! itself keeps of one, its lock, stands beside the content and not in it.

mod unused;

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cap_std::fs::Dir;

use super::Site;
use crate::plan::{CACHES, Plan, PlannedCache};
use crate::sys::lock::DirectoryLock;
use crate::sys::mount::Mount;

pub use unused::{Removed, remove_unused};

/// What elements see of a cache, within its directory.
const CONTENT: &str = "content";

/// A cache bound into the tree. Fields stand in release order.
#[derive(Debug)]
pub struct BoundCache {
    mount: Mount,
    _lock: DirectoryLock,
}

/// Binds the planned caches whose directory exists in the tree.
///
/// # Errors
///
/// Fails if a cache directory cannot be made or bound.
pub fn bind(plan: &Plan, tree: &Path, site: &Site) -> Result<Vec<BoundCache>> {
    let root = Dir::open_ambient_dir(tree, cap_std::ambient_authority()).context("opening the tree")?;
    let mut bound = Vec::new();
    for cache in &plan.caches {
        let inner = cache.path.trim_start_matches('/');
        if !root.is_dir(inner) {
            continue;
        }
        let base = &site.options.cache_directory;
        let content = content(base, cache)?;
        let Some(lock) = DirectoryLock::try_claim(&base.join(&cache.directory))? else {
            site.report.info(&format!(
                "cache {} of {} is in use by another build; going without",
                cache.name, cache.element
            ));
            continue;
        };
        bound.push(BoundCache { mount: Mount::bind(&content, &tree.join(inner))?, _lock: lock });
    }
    Ok(bound)
}

/// The directory with a cache's content, which is made if it is missing.
pub(super) fn content(base: &Path, cache: &PlannedCache) -> Result<PathBuf> {
    let content = base.join(&cache.directory).join(CONTENT);
    let make = || {
        fs::create_dir_all(base)?;
        DirBuilder::new().recursive(true).mode(0o700).create(base.join(CACHES))?;
        fs::create_dir_all(&content)
    };
    make().with_context(|| format!("creating the cache {}", content.display()))?;
    Ok(content)
}

/// Takes the caches out of the tree, last one first.
///
/// # Errors
///
/// Fails if one cannot be unmounted.
pub fn release(bound: Vec<BoundCache>) -> Result<()> {
    bound.into_iter().rev().try_for_each(|cache| cache.mount.close())
}
