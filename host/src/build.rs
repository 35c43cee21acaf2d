//! The build stage: runs the hooks that precede the disk, up to a finished tree.
//!
//! 1. Merge all elements into the hooks directory and start both runners
//!    ([`crew`]).
//! 2. Run `root`: an element makes the tree. It must not be empty afterwards.
//! 3. Lend the host's `resolv.conf` ([`resolv`]), mount `/proc`, `/sys` and a
//!    minimal `/dev` in the tree, bind the package caches ([`caches`]).
//! 4. Run `extra-data`, `pre-install`, `install` with the packages that the
//!    operator asked for, `post-install`, `post-root` ([`phase`]). Where the
//!    distribution is a component, the host does what shell elements declare
//!    (`served`).
//! 5. End what hooks left running, take the mounts away: the [`BuiltTree`].

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use cap_std::fs::Dir;

use crate::element::Phase;
use crate::plan::Plan;
use crate::sys;
use crate::sys::chroot::ChrootMounts;
use crate::sys::foreign::MountSet;

pub mod breaks;
pub mod bridge;
pub mod caches;
pub mod caller;
pub mod crew;
mod ground;
mod late;
mod loader;
pub mod phase;
pub mod pipeline;
pub mod ramdisk;
pub mod resolv;
mod served;
pub mod shell_distribution;
pub mod site;
pub mod tidy;

pub use crew::Crew;
pub use ground::{Ground, PhaseOutcome};
pub use pipeline::pipeline;
pub use site::{BuildOptions, Site};

/// A finished tree, and what the later stages need to go on with it.
#[derive(Debug)]
pub struct BuiltTree {
    /// What was built.
    pub plan: Plan,
    /// The tree, at [`crate::workspace::Workspace::built`].
    pub tree: PathBuf,
    /// The runners, for the hooks that run in the mounted image.
    pub crew: Crew,
}

/// The phases in which packages are installed, so that their caches are bound.
const PACKAGE_PHASES: [Phase; 4] = [Phase::ExtraData, Phase::PreInstall, Phase::Install, Phase::PostInstall];

/// Builds the tree of `plan`.
///
/// # Errors
///
/// Fails with the first hook that fails, and when the tree cannot be prepared.
pub fn build(plan: Plan, site: &Site) -> Result<BuiltTree> {
    let stage = site.report.stage("build");
    let mut crew = Crew::muster(&plan, site)?;
    let mut ground = Ground::tree(site.workspace.mount_point());

    crew.run(&plan, Phase::Root, &ground, site)?;
    ensure_not_empty(&ground)?;
    with_resolver(&ground, resolv::lend)?;
    crew.tell_install_type()?;
    run_in_tree(&plan, &crew, &mut ground, site)?;

    let built = site.workspace.built();
    fs::rename(&ground.tree, &built).context("setting the finished tree aside")?;
    fs::create_dir(&ground.tree).context("making the mount point of the image")?;
    remove_lost_and_found(&built)?;
    stage.finish();
    Ok(BuiltTree { plan, tree: built, crew })
}

fn run_in_tree(plan: &Plan, crew: &Crew, ground: &mut Ground, site: &Site) -> Result<()> {
    let of_hooks = MountSet::below(&ground.tree)?;
    let mounts = ChrootMounts::mount(&ground.tree)?;
    let caches = caches::bind(plan, &ground.tree, site)?;
    let own = MountSet::below(&ground.tree)?.without(&of_hooks);
    for phase in PACKAGE_PHASES {
        with_resolver(ground, resolv::lend_again)?;
        crew.run(plan, phase, ground, site)?;
    }
    // What tidies up in `post-root` sees the tree's own directories, and cannot empty a cache.
    caches::release(caches)?;
    crew.run(plan, Phase::PostRoot, ground, site)?;
    sys::process::kill_all()?;
    sys::foreign::release(&ground.tree, &own)?;
    mounts.close()
}

fn ensure_not_empty(ground: &Ground) -> Result<()> {
    // Elements may leave things for others in /tmp; that is no system yet.
    let counts = |entry: &fs::DirEntry| !["tmp", "lost+found"].iter().any(|name| entry.file_name() == *name);
    let entries = fs::read_dir(&ground.tree).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    ensure!(
        entries.context("listing the tree after the root phase")?.iter().any(counts),
        "the root phase left the tree empty: no element made a root file system (the hooks in root.d of the \
         distribution element make one)"
    );
    Ok(())
}

/// Lends the tree's `/etc` the build host's resolver in one of two ways.
fn with_resolver(ground: &Ground, lend: fn(&Dir, Option<&[u8]>) -> Result<()>) -> Result<()> {
    let root =
        Dir::open_ambient_dir(&ground.tree, cap_std::ambient_authority()).context("opening the tree")?;
    if !root.is_dir("etc") {
        return Ok(());
    }
    let host = fs::read("/etc/resolv.conf").ok();
    lend(&root.open_dir("etc").context("opening /etc of the tree")?, host.as_deref())
}

/// A `lost+found` copied into a new file system would not be the one mkfs made.
fn remove_lost_and_found(tree: &std::path::Path) -> Result<()> {
    let path = tree.join("lost+found");
    if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        fs::remove_dir_all(&path).context("removing lost+found of the tree")?;
    }
    Ok(())
}
