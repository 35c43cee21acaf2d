//! The apt of the build host: where it installs from, and how it gets there.

use blankslate_sdk::{Result, host_files};

use crate::apt_conf;
use crate::sources::{self, Source};

/// What the build host's apt is configured to.
pub(crate) struct HostApt {
    pub(crate) sources: Vec<Source>,
    /// Settings of how the archive is reached, by name.
    pub(crate) settings: Vec<(String, String)>,
}

impl HostApt {
    /// Reads it.
    pub(crate) fn read() -> Result<HostApt> {
        let sources = read_all("/etc/apt/sources.list", &[".list", ".sources"])?;
        let settings = read_all("/etc/apt/apt.conf", &["", ".conf"])?;
        Ok(HostApt {
            sources: sources.iter().flat_map(|(name, text)| sources::parse(name, text)).collect(),
            settings: settings.iter().flat_map(|(_, text)| apt_conf::acquire(text)).collect(),
        })
    }
}

/// A file of the build host's, and those in its directory that end as apt
/// wants them to; an empty ending stands for a name without a dot.
fn read_all(file: &str, endings: &[&str]) -> Result<Vec<(String, String)>> {
    let directory = format!("{}.d", file.trim_end_matches(".d"));
    let entries = host_files::list(&directory)?.unwrap_or_default();
    let wanted = |name: &str| {
        endings.iter().any(|end| if end.is_empty() { !name.contains('.') } else { name.ends_with(end) })
    };
    let names = entries.iter().filter(|entry| !entry.directory && wanted(&entry.name));
    let paths = names.map(|entry| format!("{directory}/{}", entry.name));
    let mut files = Vec::new();
    for path in std::iter::once(file.to_owned()).chain(paths) {
        if let Some(text) = host_files::read_to_string(&path)? {
            files.push((path, text));
        }
    }
    Ok(files)
}
