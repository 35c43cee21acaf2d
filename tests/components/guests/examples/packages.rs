//! Packages by generic names.
use blankslate_sdk::{Element, Result, bail, packages};

struct Packages;

impl Element for Packages {
    fn install(hook: &str) -> Result {
        match hook {
            "unmapped" => packages::install(["nowhere"])?,
            "option" => packages::install(["--force"])?,
            "file" => packages::install(["web", "/tmp/web.deb"])?,
            "url" => packages::install(["https://127.0.0.1:1/web"])?,
            "removed-file" => packages::remove(["./web.deb"])?,
            "mapped-url" => packages::install(["elsewhere"])?,
            _ => {
                let system = packages::distribution()?;
                if (system.name.as_str(), system.release.as_str()) != ("example", "one") {
                    bail!("{system:?}");
                }
                packages::install(["web", "nothing"])?;
                packages::remove(["web"])?;
                if !packages::installed(["web"])? || packages::installed(["other"])? {
                    bail!("what is installed is known");
                }
                if packages::resolve(["web", "nothing"])? != ["nginx", "nginx-extras"] {
                    bail!("names are resolved");
                }
            }
        }
        Ok(())
    }
}

blankslate_sdk::register!(Packages);
