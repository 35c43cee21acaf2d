//! Who uses a directory, for the message about a mount that stays busy.

use std::fs;
use std::path::Path;

/// The processes with their root, working directory or an open file under `target`, by name and number.
///
/// A process that ends meanwhile is left out, as is one that may not be read.
pub(in crate::sys) fn holders(target: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let mut found: Vec<_> = entries.flatten().filter_map(|entry| holder(&entry.path(), target)).collect();
    found.sort();
    found
}

/// The name and number of the process at `/proc/<pid>`, if it uses `target`.
fn holder(process: &Path, target: &Path) -> Option<String> {
    let pid: u32 = process.file_name()?.to_str()?.parse().ok()?;
    let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten().map(|fd| fd.path());
    let uses = [process.join("root"), process.join("cwd")].into_iter().chain(open);
    let under = |link: &Path| fs::read_link(link).is_ok_and(|file| file.starts_with(target));
    uses.into_iter().any(|link| under(&link)).then(|| {
        let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
        format!("{} ({pid})", name.trim_end())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_file_names_its_process() {
        let scratch = tempfile::tempdir().unwrap();
        assert_eq!(holders(scratch.path()), Vec::<String>::new());
        let _open = fs::File::create(scratch.path().join("file")).unwrap();
        let me = format!("({})", std::process::id());
        assert!(holders(scratch.path()).iter().any(|holder| holder.ends_with(&me)));
    }
}
