//! The assemble stage: puts the tree onto a disk and makes it boot.
//!
//! 1. Run `block-device`: a shell hook may bring a disk of its own, mounted,
//!    which then takes the place of 2 to 4 ([`own_disk`]); a component may
//!    name a device for 3.
//! 2. Measure the tree, tell what is large in it if that is asked for, and plan the disk ([`crate::plan::layout::plan_disk`]),
//!    with room for what shell hooks make in it.
//! 3. Create the raw file, write the partition table, attach it, make the
//!    file systems, mount them in order ([`MountedImage`]).
//! 4. Write `/etc/fstab`, copy the tree; where it does not fit after all, go
//!    back to 3 with a larger disk.
//! 5. Mount `/proc`, `/sys` and a minimal `/dev` that shows the disk; run
//!    `pre-finalise`, `finalise`, where boot loaders are installed
//!    ([`bootloader`]), and `cleanup`.
//! 6. End what hooks left running, remove what the build left in the image,
//!    discard unused blocks, unmount, detach: the [`RawImage`].

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::build::resolv::keep_immutable;
use crate::build::site::tell_forgotten;
use crate::build::{BuiltTree, Crew, Ground, Site, tidy};
use crate::element::Phase;
use crate::plan::Plan;
use crate::plan::layout::{DiskPlan, Identity, plan_disk};
use crate::sys;
use crate::sys::chroot::ChrootMounts;
use crate::sys::foreign::MountSet;

pub mod bootloader;
mod device;
mod fat;
mod fill;
mod fstab;
mod journal;
mod lvm;
mod mounted;
mod mounts;
mod own_disk;
mod recipe;
mod table;
mod usage;
mod volume;

pub use fill::FilledImage;
pub use mounted::MountedImage;
pub use recipe::{Recipe, Target};
pub use table::DiskTable;
pub use usage::measure;
pub(crate) use volume::{Attachment, Volume};

/// A finished disk, not in any output format yet.
#[derive(Debug)]
pub struct RawImage {
    /// What was built.
    pub plan: Plan,
    /// The raw disk: a sparse file, or the block device that a hook brought.
    pub file: PathBuf,
    /// What lies where on it.
    pub disk: DiskPlan,
    /// Where it is mounted, for reading only; absent where exports mount it.
    pub mounted: Option<PathBuf>,
}

/// Makes the disk of `tree`.
///
/// # Errors
///
/// Fails if the tree does not fit, the block device cannot be made, or a hook fails.
pub fn assemble(tree: BuiltTree, site: &Site) -> Result<RawImage> {
    let stage = site.report.stage("assemble");
    let BuiltTree { mut plan, tree, crew } = tree;
    let identity = identity(&plan)?;
    usage::largest::tell(&tree, &plan.environment, &site.report)?;
    let usage = measure(&tree, &plan.layout)?;
    plan.disk.extra_size += usage::room(&plan, &usage);
    let planned = plan_disk(&plan.layout, &plan.disk, &usage, &identity)?;
    let target = match brought(&plan, &crew, &planned, site)? {
        Brought::Nothing => Target::File(site.workspace.image().join(format!("{}.raw", plan.layout.name))),
        Brought::Device(device) => {
            let size = own_disk::device_size(&device)?;
            Target::Device(device, size)
        }
        Brought::OwnDisk(device) => {
            let image = own_disk::assemble(BuiltTree { plan, tree, crew }, device, site, &stage)?;
            stage.finish();
            return Ok(image);
        }
    };

    let step = stage.step("copying the tree into the image");
    let recipe = Recipe {
        tree: &tree,
        mount_point: &site.workspace.mount_point(),
        scratch: &site.workspace.scratch(),
        target: &target,
        layout: &plan.layout,
        disk: &plan.disk,
        identity: &identity,
        arch: plan.arch,
        source_date: plan.source_date,
        threads: site.options.threads,
        progress: &|done, total| step.bytes(done, Some(total)),
    };
    let filled = recipe.fill(&usage)?;
    step.finish();
    remove(&tree, &filled.image.root)?;

    let mut ground = Ground::image(filled.image.clone());
    ground.variables.extend(filled.image.variables());
    ground.variables.extend([image_size(&filled.image.plan)]);
    run_phases(&plan, &crew, &ground, filled.image.nodes(), site)?;
    let step = stage.step("discarding unused blocks");
    let disk = filled.close()?;
    step.finish();
    stage.finish();
    Ok(RawImage { plan, file: target.path().to_owned(), disk, mounted: None })
}

/// Removes the tree, which is in the image now.
fn remove(tree: &Path, image: &Path) -> Result<()> {
    keep_immutable(tree, image)?;
    sys::root::remove_all(tree).context("removing the tree, which is in the image now")
}

/// What `block-device` brought to light.
enum Brought {
    /// Nothing: the planned disk is made.
    Nothing,
    /// A device of the build host that the planned layout goes onto.
    Device(PathBuf),
    /// A disk that a shell hook has made and mounted.
    OwnDisk(PathBuf),
}

/// Runs `block-device`.
fn brought(plan: &Plan, crew: &Crew, planned: &DiskPlan, site: &Site) -> Result<Brought> {
    let mut ground = Ground::tree(site.workspace.built());
    ground.variables.extend([image_size(planned)]);
    let of_hooks = crew.run(plan, Phase::BlockDevice, &ground, site)?.block_device.map(Brought::OwnDisk);
    let of_components = || crew.provided_device().map(Brought::Device);
    Ok(of_hooks.or_else(of_components).unwrap_or(Brought::Nothing))
}

/// `DIB_IMAGE_SIZE`, which is in KiB.
fn image_size(disk: &DiskPlan) -> (String, String) {
    ("DIB_IMAGE_SIZE".to_owned(), (disk.size / 1024).to_string())
}

/// Identifiers follow from what is in the image, not from where it is written.
fn identity(plan: &Plan) -> Result<Identity> {
    let Plan { arch, elements, phases, parameters, packages, layout, disk, .. } = plan;
    let content = serde_json::to_vec(&(arch, elements, phases, parameters, packages, layout, disk));
    Ok(Identity::new(&content.context("describing the plan")?))
}

/// Runs the phases of the mounted image, and ends what they leave running.
fn run_phases<'a>(
    plan: &Plan,
    crew: &Crew,
    ground: &Ground,
    mut nodes: impl Iterator<Item = &'a Path>,
    site: &Site,
) -> Result<()> {
    let mounts = ChrootMounts::mount(&ground.tree)?;
    nodes.try_for_each(|node| mounts.expose(node))?;
    let own = MountSet::below(&ground.tree)?;
    for phase in [Phase::PreFinalise, Phase::Finalise, Phase::Cleanup] {
        crew.run(plan, phase, ground, site)?;
    }
    sys::process::kill_all()?;
    sys::foreign::release(&ground.tree, &own)?;
    tell_forgotten(&site.report, &sys::loopdev::release_below(&ground.tree)?);
    mounts.close()?;
    tidy::tidy(&ground.tree)
}
