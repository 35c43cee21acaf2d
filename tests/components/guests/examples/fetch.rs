//! Files by URL.
use blankslate_sdk::bindings::wit::fetch::Error as Kind;
use blankslate_sdk::fetch::{self, Error};
use blankslate_sdk::{Element, Result, bail, params, rootfs};

struct Fetch;

fn kind<T>(result: std::result::Result<T, Error>) -> Result<Kind> {
    match result {
        Ok(_) => bail!("it was fetched"),
        Err(error) => Ok(error.kind().clone()),
    }
}

impl Element for Fetch {
    fn install(hook: &str) -> Result {
        let url: String = params::get("url")?;
        let digest: String = params::get("digest")?;
        match hook {
            "get" => {
                let file = fetch::sha256(&url, &digest)?;
                rootfs::copy(&rootfs::Source::Fetched(file.digest.clone()), "/fetched")?;
                if fetch::read(&file)? != b"fetched" || file.size != 7 {
                    bail!("{file:?}");
                }
                fetch::unverified(&url)?;
            }
            "mismatch" => match kind(fetch::sha256(&url, &"0".repeat(64)))? {
                Kind::Mismatch(found) if found == digest => {}
                other => bail!("{other:?}"),
            },
            "absent" => match kind(fetch::unverified(&format!("{url}-absent")))? {
                Kind::NotFound => {}
                other => bail!("{other:?}"),
            },
            "offline" => match kind(fetch::unverified(&url))? {
                Kind::Offline => {}
                other => bail!("{other:?}"),
            },
            _ => drop(fetch::unverified("https://example.org/elsewhere")?),
        }
        Ok(())
    }
}

blankslate_sdk::register!(Fetch);
