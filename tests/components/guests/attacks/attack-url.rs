//! Fetches what it was not granted.
use blankslate_sdk::{Element, Result, fetch, params, rootfs};

struct Url;

impl Element for Url {
    fn install(hook: &str) -> Result {
        let granted: String = params::get("granted")?;
        match hook {
            "undeclared" => drop(fetch::unverified("http://127.0.0.1:1/")?),
            "ungranted" => drop(fetch::unverified("http://127.0.0.1:2/")?),
            "dots" => drop(fetch::unverified(&format!("{granted}%2e%2e/private"))?),
            "host" => drop(fetch::unverified(&granted.replace("/public/", "@127.0.0.1:1/"))?),
            "file" => drop(fetch::unverified("file:///etc/shadow")?),
            "redirect" => drop(fetch::unverified(&format!("{granted}redirect"))?),
            "silent" => drop(fetch::unverified(&format!("{granted}silent"))?),
            "broken" => {
                for _ in 0..10 {
                    let result = fetch::unverified(&format!("{granted}broken"));
                    if !result.as_ref().is_err_and(|error| error.to_string().contains("curl exited")) {
                        drop(result?);
                    }
                }
            }
            "endless" => drop(fetch::unverified(&format!("{granted}endless"))?),
            // A file in the shared cache that another element fetched.
            _ => rootfs::copy(&rootfs::Source::Fetched(params::get("digest")?), "/stolen")?,
        }
        Ok(())
    }
}

blankslate_sdk::register!(Url);
