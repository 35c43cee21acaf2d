//! The export stage: from the raw disk to complete outputs.
//!
//! 1. Open a temporary file beside each output ([`output`]): a directory that
//!    is missing or cannot be written shows before any conversion.
//! 2. Convert to all formats at once: disk formats with qemu-img ([`disk`]),
//!    formats of the tree from the mounted image ([`tree`], [`docker`], [`aci`]).
//! 3. Compute the digests of each in one reading ([`digest`]).
//! 4. Only when all are complete, give them their names, and write the digests
//!    beside them. What was there before stays until then, and stays for good
//!    if anything fails; an operator may have it kept under another name ([`old`]).

use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow};
use jiff::Zoned;

use crate::assemble::RawImage;
use crate::build::Site;
use crate::plan::{Plan, PlannedOutput};
use crate::report::{StageScope, WRITING_OUTPUT};
use crate::spec::{Format, FormatSource};
use crate::sys::signals;

mod aci;
mod archive;
mod digest;
mod disk;
mod docker;
mod old;
mod output;
mod tree;

pub use digest::Digests;
pub(crate) use disk::arguments as qemu_img_arguments;
use output::PendingOutput;
use tree::MountedTree;

/// A complete output under its final name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its format.
    pub format: Format,
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Those of its digests that were asked for; each stands in a file beside it.
    pub digests: Digests,
}

/// Converts `image` to all planned formats.
///
/// # Errors
///
/// Fails if one output cannot be written, and when a signal asks to stop; then
/// none appears.
pub fn export(image: RawImage, site: &Site) -> Result<Vec<Artifact>> {
    let stage = site.report.stage("export");
    let partials = site.workspace.partials();
    let pending = image.plan.outputs.iter().map(|planned| PendingOutput::create(&planned.path, &partials));
    let pending = pending.collect::<Result<Vec<_>>>()?;
    let mounted = mount(&image, site)?;

    let tree = image.mounted.as_deref().or(mounted.as_ref().map(MountedTree::path));
    let job = Job { image: &image, tree, stage: &stage };
    let written = job.run_all(&pending);
    if let Some(mounted) = mounted {
        mounted.close()?;
    }
    let written = written?;
    signals::check()?;
    let artifacts = publish(&image, pending, written, site)?;
    if site.options.load_docker {
        let of_docker = artifacts.iter().find(|artifact| artifact.format == Format::Docker);
        of_docker.map(|artifact| docker::load(&artifact.path, &image.plan, &stage)).transpose()?;
    }
    stage.finish();
    Ok(artifacts)
}

/// Mounts the image where a format needs its tree and it is not mounted yet.
fn mount(image: &RawImage, site: &Site) -> Result<Option<MountedTree>> {
    let needed = image.plan.outputs.iter().any(|output| output.format.source() == FormatSource::Tree);
    let (root, scratch) = (site.workspace.mount_point(), site.workspace.scratch());
    (needed && image.mounted.is_none()).then(|| MountedTree::mount(image, &root, &scratch)).transpose()
}

/// What a conversion needs.
#[derive(Clone, Copy)]
struct Job<'a> {
    image: &'a RawImage,
    tree: Option<&'a Path>,
    stage: &'a StageScope,
}

impl Job<'_> {
    /// Writes all outputs side by side.
    fn run_all(self, pending: &[PendingOutput]) -> Result<Vec<Digests>> {
        thread::scope(|scope| {
            let jobs = self.image.plan.outputs.iter().zip(pending);
            let threads: Vec<_> =
                jobs.map(|(planned, pending)| scope.spawn(move || self.run(planned, pending))).collect();
            let results = threads.into_iter().map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err(anyhow!("a conversion panicked; this is a defect of slate")))
            });
            // All are awaited before the first failure is reported.
            results.collect::<Vec<_>>().into_iter().collect()
        })
    }

    fn run(self, planned: &PlannedOutput, pending: &PendingOutput) -> Result<Digests> {
        let format = planned.format;
        let step = self.stage.step(&format!("writing {format}"));
        let result = match (format.source(), self.tree) {
            (FormatSource::Disk, _) => disk::convert(self.image, format, pending.path(), &step),
            (FormatSource::Tree, Some(tree)) => tree::archive(tree, format, &self.image.plan, pending.path()),
            (FormatSource::Tree, None) => Err(anyhow!("the image is not mounted")),
        };
        result.with_context(|| format!("{WRITING_OUTPUT} {}", planned.path.display()))?;
        step.finish();
        let checksums = &self.image.plan.checksums;
        if checksums.is_empty() {
            return Ok(Digests::default());
        }
        let step = self.stage.step(&format!("digests of {format}"));
        let mut progress = |done, total| step.bytes(done, Some(total));
        let digests = Digests::of(pending.path(), checksums, &mut progress)?;
        step.finish();
        Ok(digests)
    }
}

/// Gives complete outputs their names.
fn publish(
    image: &RawImage,
    pending: Vec<PendingOutput>,
    digests: Vec<Digests>,
    site: &Site,
) -> Result<Vec<Artifact>> {
    let mut artifacts = Vec::new();
    for ((planned, pending), digests) in image.plan.outputs.iter().zip(pending).zip(digests) {
        if site.options.keep_old_outputs {
            old::set_aside(&planned.path, &Zoned::now())?;
        }
        Digests::remove_beside(&planned.path)?;
        let size = pending.publish()?;
        let whole = site.options.digest_paths.then_some(planned.path.as_os_str());
        let name = whole.or(planned.path.file_name()).unwrap_or_default();
        digests.write_beside(&planned.path, &name.to_string_lossy(), &site.workspace.partials())?;
        site.report.artifact(planned.format.as_str(), &planned.path, size);
        artifacts.push(Artifact { format: planned.format, path: planned.path.clone(), size, digests });
    }
    Ok(artifacts)
}

/// The image's name for those who allow small letters, digits and single
/// separators between them.
fn plain_name(plan: &Plan) -> String {
    plain(&plan.image_name)
}

fn plain(image: &str) -> String {
    let base = image.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let words = base.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "image".to_owned() } else { words.join("-") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_become_plain_names() {
        for (image, name) in [
            ("/out/debian-12.5", "debian-12-5"),
            ("My_Image", "my-image"),
            ("--x--", "x"),
            ("/out/é", "image"),
        ] {
            assert_eq!(plain(image), name, "{image}");
        }
    }
}
