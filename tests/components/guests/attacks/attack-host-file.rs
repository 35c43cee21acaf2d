//! Reads files of the build host beside those that are granted.
use blankslate_sdk::{Element, Result, host_files, params, rootfs};

struct HostFile;

impl Element for HostFile {
    fn install(hook: &str) -> Result {
        let granted: String = params::get("granted")?;
        match hook {
            "undeclared" => drop(host_files::read("/etc/shadow")?),
            "ungranted" => drop(host_files::read("/root/.ssh/id_ed25519")?),
            "dots" => drop(host_files::read(&format!("{granted}/../secret"))?),
            "sibling" => drop(host_files::read(&format!("{granted}-not/file"))?),
            "link" => drop(host_files::read(&format!("{granted}/link"))?),
            "link-list" => drop(host_files::list(&format!("{granted}/up"))?),
            "link-copy" => rootfs::copy(&rootfs::Source::HostFile(format!("{granted}/link")), "/stolen")?,
            "pipe" => drop(host_files::read(&format!("{granted}/pipe"))?),
            _ => rootfs::copy(&rootfs::Source::HostFile("/etc/shadow".into()), "/stolen")?,
        }
        Ok(())
    }
}

blankslate_sdk::register!(HostFile);
