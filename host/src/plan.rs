//! The planner: from what a caller asks for to everything a build will do.
//!
//! Planning is pure: the same [`ImageSpec`] and the same elements give the
//! same [`Plan`], byte for byte once serialised. It runs no guest code, needs
//! no root and changes nothing.
//!
//! 1. Choose the elements and put them into an order (`select`, `sequence`).
//! 2. Check what the elements declare; order the hooks of every phase (`hooks`), those among them that the
//!    host runs by what shell elements declare (`declared`).
//! 3. Decide parameters, grants, the places of caches and the variables a build
//!    sees (`parameters`, `grants`, `caches`, `environment`).
//! 4. Read and check the disk's layout ([`layout`], `disk`).
//! 5. Name the outputs and the programs that are needed (`outputs`, `tools`).

use crate::element::declared::check_maps;
use crate::element::{Element, Library};
use crate::spec::ImageSpec;

mod caches;
mod container_name;
mod declared;
mod disk;
mod environment;
mod error;
mod grants;
mod hooks;
pub mod layout;
mod outputs;
mod parameters;
pub mod secret;
mod select;
mod sequence;
#[cfg(test)]
mod tests;
mod tools;
mod types;

pub use caches::DIRECTORY as CACHES;
pub use environment::PASSED;
pub use error::PlanError;
pub use layout::{Layout, LayoutError};
pub(crate) use outputs::names_file;
pub use select::find;
pub use types::{
    GrantOrigin, ParameterOrigin, Plan, PlannedCache, PlannedElement, PlannedGrant, PlannedHook,
    PlannedOutput, PlannedParameter, PlannedPhase, Tool, WantedBy,
};

/// Plans an image.
///
/// # Errors
///
/// Fails with the first thing that keeps the image from being built, as far
/// as that can be known before.
pub fn plan(spec: ImageSpec, library: &Library) -> Result<Plan, PlanError> {
    let chosen = select::select(&spec, library)?;
    decide(spec, chosen, true)
}

/// Plans what one element does, as if there were no other: what it depends on,
/// the distribution too, is left out. For rehearsals, which build no image.
///
/// # Errors
///
/// Fails as [`plan`] does.
pub fn plan_alone(spec: ImageSpec, element: Element) -> Result<Plan, PlanError> {
    decide(spec, vec![sequence::Chosen { element, wanted_by: WantedBy::Caller }], false)
}

/// Plans with these elements, which are all that the image is to have or some of them.
fn decide(spec: ImageSpec, chosen: Vec<sequence::Chosen>, all: bool) -> Result<Plan, PlanError> {
    let elements = chosen.iter().map(PlannedElement::from).collect();
    let mut sources: Vec<_> = chosen.into_iter().map(|chosen| chosen.element).collect();

    sources.iter().try_for_each(check_maps)?;
    let of_host = declared::take_over(&mut sources)?;
    let phases = hooks::phases(&sources, &of_host)?;
    let parameters = parameters::resolve(&spec, &sources)?;
    let grants = grants::decide(&spec, &sources)?;
    let caches = caches::places(&sources);
    let environment = environment::passed_on(&spec, &parameters, &grants);
    let source_date = environment::source_date(&environment)?;
    let boots = all && disk::gets_boot_loader(&sources, &grants);
    let layout = disk::layout(&spec, &sources, boots)?;
    let outputs = outputs::outputs(&spec)?;
    container_name::check(&spec, outputs.iter().map(|output| output.format))?;
    let tools = tools::tools(&phases, &layout, &outputs, &sources, &environment);
    Ok(Plan {
        arch: spec.arch,
        elements,
        phases,
        parameters,
        grants,
        caches,
        packages: spec.packages,
        layout,
        disk: spec.disk,
        image_name: outputs::image_name(&outputs),
        outputs,
        checksums: spec.checksums,
        conversion: spec.conversion,
        tools,
        environment,
        source_date,
        sources,
    })
}

impl From<&sequence::Chosen> for PlannedElement {
    fn from(chosen: &sequence::Chosen) -> Self {
        let element = &chosen.element;
        PlannedElement {
            name: element.name.clone(),
            origin: element.origin.clone(),
            summary: element.summary.clone(),
            wanted_by: chosen.wanted_by.clone(),
            provides: element.provides.clone(),
        }
    }
}
