//! App Container images: a tar of a manifest and the tree as `rootfs`.

use std::fs::OpenOptions;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;

use super::archive;
use crate::plan::Plan;
use crate::spec::Arch;

/// The version of the specification that plain manifests are written to.
const VERSION: &str = "0.8.11";

/// Writes the tree as an image to the existing, empty file `output`.
pub(super) fn write(tree: &Path, plan: &Plan, output: &Path) -> Result<()> {
    let manifest = plan.conversion.aci_manifest.clone().unwrap_or_else(|| plain(plan));
    let mut file = OpenOptions::new().write(true).open(output).context("opening the archive")?;
    archive::write_member(&mut file, "manifest", manifest.as_bytes())?;
    archive::append_tree(tree, plan, output, &["--transform=s,^\\.,rootfs,S"])
}

/// A manifest that says no more than an image must.
fn plain(plan: &Plan) -> String {
    // By the names of the App Container specification, as it lists them under `arch`.
    let arch = match plan.arch {
        Arch::Arm64 => "aarch64",
        Arch::Armhf => "armv7l",
        Arch::Ppc64el => "ppc64le",
        other => other.as_str(),
    };
    let manifest = json!({
        "acKind": "ImageManifest",
        "acVersion": VERSION,
        "name": super::plain_name(plan),
        "labels": [{ "name": "os", "value": "linux" }, { "name": "arch", "value": arch }],
    });
    format!("{manifest:#}\n")
}
