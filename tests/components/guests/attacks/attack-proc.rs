//! Goes through what the kernel shows of processes and of itself.
use blankslate_sdk::{Element, Result, rootfs};

struct Proc;

impl Element for Proc {
    fn install(hook: &str) -> Result {
        match hook {
            "environ" => drop(rootfs::read("/proc/self/environ")?),
            "root" => drop(rootfs::read("/proc/self/root/etc/hostname")?),
            "descriptor" => rootfs::append("/proc/self/fd/3", "attacked")?,
            "kernel" => rootfs::append("/proc/sys/kernel/domainname", "attacked")?,
            "link" => {
                rootfs::symlink("/proc/self", "/link")?;
                rootfs::read("/link/environ").map(drop)?
            }
            "create" => rootfs::write("/proc/sys/kernel/new", "attacked")?,
            "copy" => rootfs::copy(&rootfs::Source::Image("/proc/self/environ".into()), "/copied")?,
            "mode" => rootfs::set_attributes("/", &mode(), true)?,
            _ => {
                let below: Vec<String> = rootfs::walk("/")?.into_iter().map(|entry| entry.path).collect();
                rootfs::write("/walked", below.join("\n"))?
            }
        }
        Ok(())
    }
}

fn mode() -> rootfs::Attributes {
    rootfs::Attributes { mode: Some(0o755), ..rootfs::unchanged() }
}

blankslate_sdk::register!(Proc);
