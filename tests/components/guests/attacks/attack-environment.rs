//! Reads the caller's environment.
use blankslate_sdk::{Element, Result, bail, params};

struct Environment;

impl Element for Environment {
    fn install(hook: &str) -> Result {
        match hook {
            "undeclared" => drop(params::environment("SECRET")?),
            "ungranted" => drop(params::environment("TOKEN")?),
            // Nor has the process any.
            _ => {
                if let Some((name, _)) = std::env::vars().next() {
                    bail!("{name} is set");
                }
            }
        }
        Ok(())
    }
}

blankslate_sdk::register!(Environment);
