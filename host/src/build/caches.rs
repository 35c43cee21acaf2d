//! Package caches of the build host, bound into the tree while it is built.
//!
//! A cache is used by one build at a time, since package managers lock their
//! download directory; a second build meanwhile goes without.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use cap_std::fs::Dir;

use super::Site;
use crate::plan::Plan;
use crate::sys::lock::DirectoryLock;
use crate::sys::mount::Mount;

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
    for (element, cache) in plan.caches() {
        let inner = cache.path.trim_start_matches('/');
        if !root.is_dir(inner) {
            continue;
        }
        let directory = site.options.cache_directory.join(&cache.name);
        fs::create_dir_all(&directory)
            .with_context(|| format!("creating the cache {}", directory.display()))?;
        let Some(lock) = DirectoryLock::try_claim(&directory)? else {
            site.report.info(&format!(
                "cache {} of {element} is in use by another build; going without",
                cache.name
            ));
            continue;
        };
        bound.push(BoundCache { mount: Mount::bind(&directory, &tree.join(inner))?, _lock: lock });
    }
    Ok(bound)
}

/// Takes the caches out of the tree, last one first.
///
/// # Errors
///
/// Fails if one cannot be unmounted.
pub fn release(bound: Vec<BoundCache>) -> Result<()> {
    bound.into_iter().rev().try_for_each(|cache| cache.mount.close())
}
