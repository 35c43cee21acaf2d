//! The lines of `/etc/fstab`.

use std::path::PathBuf;

use super::{FileSystem, FsKind, Layout};

impl Layout {
    /// The lines of `/etc/fstab`, parents before children, swap last.
    pub fn fstab(&self) -> String {
        let mut entries: Vec<_> =
            self.file_systems().into_iter().filter_map(|(_, fs)| fs.fstab_entry()).collect();
        entries.sort();
        entries.into_iter().map(|(_, _, line)| line).collect()
    }
}

impl FileSystem {
    /// The line in `/etc/fstab` behind what it is sorted by.
    fn fstab_entry(&self) -> Option<(bool, PathBuf, String)> {
        let mount = self.mount.as_ref()?;
        let fstab = mount.fstab.as_ref()?;
        let swap = self.kind == FsKind::Swap;
        let (point, options, dump, pass) = if swap {
            ("none".into(), "sw", 0, 0)
        } else {
            (mount.point.display().to_string(), fstab.options.as_str(), fstab.dump_freq, fstab.fsck_passno)
        };
        // A blank ends a field.
        let label = self.label.replace(' ', "\\040");
        let line = format!("LABEL={label} {point} {} {options} {dump} {pass}\n", self.kind);
        Some((swap, mount.point.clone(), line))
    }
}
