//! Parameters of every type, and the environment.
use blankslate_sdk::{Element, Result, params, rootfs};

struct Params;

impl Element for Params {
    fn install(hook: &str) -> Result {
        match hook {
            "typed" => {
                let text: String = params::get("text")?;
                let number: i64 = params::get("number")?;
                let truth: bool = params::get("truth")?;
                let items: Vec<String> = params::get("items")?;
                let unset: Option<String> = params::find("unset")?;
                rootfs::write("/params", format!("{text} {number} {truth} {items:?} {unset:?}"))?;
            }
            "all" => rootfs::write("/all", format!("{:?}", params::all()))?,
            "environment" => {
                rootfs::write("/environment", format!("{:?}", params::environment("GIVEN")?))?;
            }
            "undeclared" => drop(params::find::<String>("nothing")?),
            "undeclared-environment" => drop(params::environment("PATH")?),
            "unset" => drop(params::get::<String>("unset")?),
            _ => drop(params::get::<i64>("text")?),
        }
        Ok(())
    }
}

blankslate_sdk::register!(Params);
