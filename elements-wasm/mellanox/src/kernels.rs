//! The modules that the image's kernels have.

use std::collections::BTreeSet;

use blankslate_sdk::{Result, rootfs};

/// What lists a kernel's modules, each by its path.
const LISTS: [&str; 2] = ["/lib/modules/*/modules.dep", "/lib/modules/*/modules.builtin"];

/// Sorts modules into those that a kernel of the image has and those that none has.
/// An image without a kernel may get any later.
pub(crate) fn sort(modules: &[&'static str]) -> Result<(Vec<&'static str>, Vec<&'static str>)> {
    let mut known = BTreeSet::new();
    for path in LISTS.map(rootfs::glob) {
        for path in path? {
            known.extend(names(&rootfs::read_to_string(&path)?));
        }
    }
    Ok(modules.iter().partition(|module| known.is_empty() || known.contains(**module)))
}

/// The modules of a list, by the names that programs give them.
fn names(list: &str) -> Vec<String> {
    let name = |line: &str| {
        let path = line.split(':').next()?;
        let (name, _) = path.rsplit('/').next()?.split_once(".ko")?;
        Some(name.replace('-', "_"))
    };
    list.lines().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_named_without_path_and_ending() {
        let list = "kernel/drivers/infiniband/core/ib_umad.ko.xz: kernel/drivers/infiniband/core/ib_core.ko.xz\n\
                    kernel/drivers/net/dummy-net.ko:\n\
                    kernel/fs/ext4/ext4.ko\n";
        assert_eq!(names(list), ["ib_umad", "dummy_net", "ext4"]);
    }
}
