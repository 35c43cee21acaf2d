//! `packages`: packages by generic names, through the distribution.

use std::sync::Arc;

use anyhow::anyhow;

use super::is_name;
use crate::plugin::bindings::wit::packages::{self, Error, Host};
use crate::plugin::context::{Distribution, Identity};
use crate::plugin::failure;
use crate::plugin::packaging::{self, Unmapped};
use crate::plugin::state::State;

/// Signs in the names of packages.
const SIGNS: &str = "+-._:/=@~";

impl Host for State {
    fn describe(&mut self) -> Result<packages::Distribution, Error> {
        let Identity { name, family, release } =
            self.manager().and_then(|it| it.describe()).map_err(error)?;
        Ok(packages::Distribution { name, family, release })
    }

    fn install(&mut self, names: Vec<String>) -> Result<(), Error> {
        let packages = self.translate(&names)?.concat();
        if packages.is_empty() {
            return Ok(());
        }
        self.manager().and_then(|it| it.install(&packages)).map_err(error)
    }

    fn remove(&mut self, names: Vec<String>) -> Result<(), Error> {
        let packages = self.translate(&names)?.concat();
        if packages.is_empty() {
            return Ok(());
        }
        self.manager().and_then(|it| it.remove(&packages)).map_err(error)
    }

    fn installed(&mut self, names: Vec<String>) -> Result<Vec<bool>, Error> {
        let packages = self.translate(&names)?;
        let answers = self.manager().and_then(|it| it.installed(&packages.concat())).map_err(error)?;
        let mut answers = answers.into_iter();
        let all_of = |group: &Vec<String>| {
            answers.by_ref().take(group.len()).filter(|yes| *yes).count() == group.len()
        };
        Ok(packages.iter().map(all_of).collect())
    }

    fn resolve(&mut self, names: Vec<String>) -> Result<Vec<String>, Error> {
        Ok(self.translate(&names)?.concat())
    }
}

impl State {
    /// The distribution, unless this instance is the one that manages it.
    pub(super) fn manager(&self) -> anyhow::Result<Arc<dyn Distribution>> {
        if self.managing {
            return Err(anyhow!("a distribution's managers cannot ask for packages or services themselves"));
        }
        let missing = || anyhow!("the image has no distribution that manages packages and services");
        self.shared.distribution(&self.context).ok_or_else(missing)
    }

    fn translate(&self, names: &[String]) -> Result<Vec<Vec<String>>, Error> {
        if let Some(bad) = names.iter().find(|name| !is_name(name, SIGNS)) {
            return Err(Error::Invalid(format!("'{bad}' is not the name of a package")));
        }
        let element = self.shared.plan.source(&self.facts.name);
        let element =
            element.ok_or_else(|| error(anyhow!("the plan lacks element '{}'", self.facts.name)))?;
        let identity = self.manager().and_then(|it| it.describe()).map_err(error)?;
        packaging::packages(element, names, &identity).map_err(error)
    }
}

fn error(error: anyhow::Error) -> Error {
    match error.downcast_ref::<Unmapped>() {
        Some(unmapped) => Error::Unmapped(unmapped.name.clone()),
        None => Error::Failed(failure::to_guest(&error)),
    }
}
