//! Services by generic names.
use blankslate_sdk::{Element, Result, services};

struct Services;

impl Element for Services {
    fn install(hook: &str) -> Result {
        match hook {
            "unmapped" => return Ok(services::enable(["nowhere"])?),
            "mapped-options" => return Ok(services::enable(["elsewhere"])?),
            _ => {}
        }
        services::enable(["ssh"])?;
        services::disable(["ssh"])?;
        Ok(())
    }
}

blankslate_sdk::register!(Services);
