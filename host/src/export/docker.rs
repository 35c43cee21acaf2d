//! Docker images: an archive as `docker save` writes them, with one layer.
//!
//! ```text
//! layer.tar       the tree
//! config.json     architecture, and the layer's digest
//! manifest.json   names of these two, and the image's name
//! ```
//!
//! The layer goes straight into the archive: its header is written when its
//! size is known. No engine is needed to make one.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::archive::{self, BLOCK, Header};
use super::digest;
use crate::plan::Plan;
use crate::report::StageScope;
use crate::sys::process::Program;

/// The same for every build.
const CREATED: &str = "1970-01-01T00:00:00Z";

const LAYER: &str = "layer.tar";
const CONFIG: &str = "config.json";
const MANIFEST: &str = "manifest.json";

/// Writes the tree as an image to the existing, empty file `output`.
pub(super) fn write(tree: &Path, plan: &Plan, output: &Path) -> Result<()> {
    let mut archive =
        OpenOptions::new().read(true).write(true).open(output).context("opening the archive")?;
    archive.write_all(&[0; BLOCK]).context("leaving room for the layer's header")?;
    archive::append_tree(tree, plan, output, &[])?;

    let layer = archive.seek(SeekFrom::End(0))? - BLOCK as u64;
    let digest = digest_from(&mut archive, BLOCK as u64)?;
    let config = json!({
        "created": CREATED,
        "architecture": plan.arch.as_str(),
        "os": "linux",
        "config": {},
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{digest}")] },
        "history": [{ "created": CREATED, "created_by": "slate" }],
    });
    let manifest = json!([{ "Config": CONFIG, "RepoTags": [name(plan)], "Layers": [LAYER] }]);
    archive.seek(SeekFrom::End(0))?;
    archive::pad(&mut archive, layer)?;
    archive::write_member(&mut archive, CONFIG, config.to_string().as_bytes())?;
    archive::write_member(&mut archive, MANIFEST, manifest.to_string().as_bytes())?;
    // Two empty blocks end an archive.
    archive.write_all(&[0; 2 * BLOCK])?;
    archive.seek(SeekFrom::Start(0))?;
    archive.write_all(&Header::new(LAYER, layer).bytes()).context("writing the layer's header")
}

/// Gives the image at `path` to the docker of this machine.
pub(super) fn load(path: &Path, plan: &Plan, stage: &StageScope) -> Result<()> {
    let step = stage.step(&format!("loading {} into docker", name(plan)));
    let program = Program::new("docker").args(["load", "--input"]).arg(path);
    program.execute().with_context(|| {
        format!("loading the image into docker; it is complete in {}, for a docker that runs", path.display())
    })?;
    step.finish();
    Ok(())
}

/// `repository:tag`, as the caller has it or by the image's name.
fn name(plan: &Plan) -> String {
    let given = plan.conversion.docker_target.clone();
    let name = given.unwrap_or_else(|| super::plain_name(plan));
    let has_tag = name.rsplit('/').next().is_some_and(|last| last.contains(':'));
    if has_tag { name } else { format!("{name}:latest") }
}

fn digest_from(file: &mut File, start: u64) -> Result<String> {
    file.seek(SeekFrom::Start(start))?;
    let mut sha256 = Sha256::new();
    std::io::copy(file, &mut sha256).context("computing the layer's digest")?;
    Ok(digest::hex(&sha256.finalize()))
}
