//! The whole recipe, and what happens when it fails.

use anyhow::{Context, Result};

use super::site::{BuildOptions, Site, tell_forgotten};
use crate::assemble::assemble;
use crate::build::build;
use crate::export::{Artifact, export};
use crate::plan::Plan;
use crate::plan::layout::Human;
use crate::report::Report;
use crate::sys;
use crate::workspace::{AreaKind, Workspace};

/// Memory, in bytes, that a build in memory leaves to the programs that it and
/// the machine run: what is too large then fails for want of space, with advice,
/// before the machine runs out of memory.
const RESERVE: u64 = 512 << 20;

/// Makes the images of `plan`. Whatever happens, nothing but the outputs, or
/// the logs of a failure, stays behind.
///
/// # Errors
///
/// Fails as the first failing stage does.
pub fn pipeline(plan: Plan, options: BuildOptions, report: Report) -> Result<Vec<Artifact>> {
    let workspace = Workspace::create(&options.work_directory, area_kind(&options)?)?;
    report.log_hooks_to(&workspace.logs()).context("opening the directory of the hooks' logs")?;
    let mut site = Site { workspace, report, options };
    let result = stages(plan, &site);
    if result.is_err() || site.options.keep_logs {
        site.workspace.keep_logs();
    }
    let ended = sys::process::kill_all().and_then(|_| site.workspace.close());
    let ended = ended.map(|forgotten| tell_forgotten(&site.report, &forgotten));
    match (result, ended) {
        (Ok(artifacts), Ok(())) => Ok(artifacts),
        (Ok(_), Err(error)) => Err(error).context("cleaning up behind a build that went well"),
        (Err(error), Ok(())) => Err(error),
        (Err(error), Err(also)) => {
            site.report.warn(&format!("cleaning up: {also:#}"));
            Err(error)
        }
    }
}

fn stages(plan: Plan, site: &Site) -> Result<Vec<Artifact>> {
    try_size(&plan, &site.workspace)?;
    let tree = build(plan, site)?;
    let image = assemble(tree, site)?;
    export(image, site)
}

/// Finds before all work whether a file can be as large as the disk is to be.
fn try_size(plan: &Plan, workspace: &Workspace) -> Result<()> {
    let Some(size) = plan.layout.size.or(plan.disk.image_size) else { return Ok(()) };
    let file = tempfile::tempfile_in(workspace.image()).context("creating a file for the disk")?;
    let context = || {
        let place = workspace.image();
        format!("no file in {} can have the {} of the disk (--image-size)", place.display(), Human(size))
    };
    file.set_len(size).with_context(context)
}

fn area_kind(options: &BuildOptions) -> Result<AreaKind> {
    let available = sys::sysinfo::available_memory()?;
    let fits = !options.no_tmpfs && available >= options.min_tmpfs;
    let size = available.saturating_sub(RESERVE);
    Ok(if fits && size > 0 { AreaKind::Tmpfs { size } } else { AreaKind::Disk })
}
