//! `services`: services by generic names, through the distribution.

use anyhow::anyhow;

use super::is_name;
use crate::plugin::bindings::wit::services::{Error, Host};
use crate::plugin::failure;
use crate::plugin::packaging::{self, Unmapped};
use crate::plugin::state::State;

/// Signs in the names of services.
const SIGNS: &str = "-._:@\\";

impl Host for State {
    fn enable(&mut self, names: Vec<String>) -> Result<(), Error> {
        let services = self.service_names(&names)?;
        self.manager().and_then(|it| it.enable(&services)).map_err(error)
    }

    fn disable(&mut self, names: Vec<String>) -> Result<(), Error> {
        let services = self.service_names(&names)?;
        self.manager().and_then(|it| it.disable(&services)).map_err(error)
    }
}

impl State {
    fn service_names(&self, names: &[String]) -> Result<Vec<String>, Error> {
        check_names(names)?;
        let element = self.shared.plan.source(&self.facts.name);
        let element =
            element.ok_or_else(|| error(anyhow!("the plan lacks element '{}'", self.facts.name)))?;
        let identity = self.manager().and_then(|it| it.describe()).map_err(error)?;
        let services = packaging::services(element, names, &identity).map_err(error)?.concat();
        // The map is the element's too.
        check_names(&services)?;
        Ok(services)
    }
}

fn check_names(names: &[String]) -> Result<(), Error> {
    match names.iter().find(|name| !is_name(name, SIGNS)) {
        Some(bad) => Err(Error::Invalid(format!("'{bad}' is not the name of a service"))),
        None => Ok(()),
    }
}

fn error(error: anyhow::Error) -> Error {
    match error.downcast_ref::<Unmapped>() {
        Some(unmapped) => Error::Unmapped(unmapped.name.clone()),
        None => Error::Failed(failure::to_guest(&error)),
    }
}
