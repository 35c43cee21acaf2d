//! Services by generic names.
use blankslate_sdk::{Element, Result, services};

struct Services;

impl Element for Services {
    fn install(hook: &str) -> Result {
        if hook == "unmapped" {
            return Ok(services::enable(["nowhere"])?);
        }
        services::enable(["ssh"])?;
        services::disable(["ssh"])?;
        Ok(())
    }
}

blankslate_sdk::register!(Services);
