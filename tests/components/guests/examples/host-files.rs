//! Files of the build host.
use blankslate_sdk::{Element, Result, bail, host_files, params, rootfs};

struct HostFiles;

impl Element for HostFiles {
    fn install(hook: &str) -> Result {
        let granted: String = params::get("granted")?;
        match hook {
            "read" => {
                let names = host_files::list(&granted)?.unwrap_or_default();
                let names: Vec<String> = names.into_iter().map(|entry| entry.name).collect();
                let keys = host_files::read_to_string("~/.ssh/authorized_keys")?;
                let text = host_files::read_to_string(&format!("{granted}/sources.list"))?;
                if names != ["parts", "sources.list"]
                    || host_files::read(&format!("{granted}/absent"))?.is_some()
                {
                    bail!("{names:?}");
                }
                rootfs::write("/read", format!("{keys:?} {text:?}"))?;
                rootfs::copy(&rootfs::Source::HostFile(format!("{granted}/sources.list")), "/copied")?;
            }
            "dots" => drop(host_files::read(&format!("{granted}/../secret"))?),
            _ => drop(host_files::read("/etc/shadow")?),
        }
        Ok(())
    }
}

blankslate_sdk::register!(HostFiles);
