//! Runs cargo on a workspace of guests.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::Route;
use crate::component::componentize;

/// Guests to compile: the `cdylib`s of a package or a workspace.
#[derive(Clone, Debug)]
pub struct Guests {
    manifest: PathBuf,
    target_dir: PathBuf,
    examples: bool,
}

/// One compiled guest.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The crate's name, or the example's, with `-` for `_`.
    pub name: String,
    /// The folder of its `Cargo.toml`.
    pub folder: PathBuf,
    /// What the compiler made: a core module or a component.
    pub module: PathBuf,
}

impl Guests {
    /// Guests by their package's or workspace's `Cargo.toml`. The target
    /// directory is best shared by all profiles of a host: the standard
    /// library may have to be compiled into it.
    pub fn new(manifest: impl Into<PathBuf>, target_dir: impl Into<PathBuf>) -> Self {
        Guests { manifest: manifest.into(), target_dir: target_dir.into(), examples: false }
    }

    /// Compiles the package's examples instead of its library.
    #[must_use]
    pub fn examples(mut self) -> Self {
        self.examples = true;
        self
    }

    /// Compiles them, sorted by name.
    ///
    /// # Errors
    ///
    /// Fails if cargo cannot be run or does not succeed; what is wrong with
    /// the guest's code is on standard error.
    pub fn build(&self, route: &Route) -> Result<Vec<Guest>> {
        let mut cargo = self.command(route);
        let mut child = cargo
            .stdout(Stdio::piped())
            .spawn()
            .context("starting cargo, which comes with Rust (https://rustup.rs)")?;
        let output = child.stdout.take().context("reading cargo's output")?;
        let mut guests = Vec::new();
        for line in BufReader::new(output).lines() {
            let message = serde_json::from_str(&line?).context("reading a message of cargo")?;
            guests.extend(artifact(&message));
        }
        let status = child.wait().context("waiting for cargo")?;
        if !status.success() {
            bail!("compiling {} by {route} failed: cargo ended with {status}", self.manifest.display());
        }
        guests.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(guests)
    }

    fn command(&self, route: &Route) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        for (name, _) in env::vars_os().filter(|(name, _)| is_of_outer_build(&name.to_string_lossy())) {
            cargo.env_remove(name);
        }
        cargo.args(["build", "--release", "--message-format=json-render-diagnostics"]);
        cargo.arg("--manifest-path").arg(&self.manifest);
        cargo.arg("--target-dir").arg(&self.target_dir);
        cargo.args(self.examples.then_some("--examples"));
        route.prepare(&mut cargo);
        cargo
    }
}

impl Guest {
    /// The guest as a component.
    ///
    /// # Errors
    ///
    /// Fails if the compiler's output cannot be read or implements no world.
    pub fn component(&self) -> Result<Vec<u8>> {
        let module =
            std::fs::read(&self.module).with_context(|| format!("reading {}", self.module.display()))?;
        componentize(module).with_context(|| format!("making a component of {}", self.module.display()))
    }
}

/// What cargo sets for a build script, or a caller for the host's build, and
/// what must not reach the guests'.
fn is_of_outer_build(name: &str) -> bool {
    let flags = ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET"];
    let tools = ["RUSTC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "RUSTC_LINKER"];
    let profile = ["TARGET", "HOST", "OPT_LEVEL", "PROFILE", "DEBUG", "NUM_JOBS", "OUT_DIR"];
    let prefixes =
        ["CARGO_PROFILE_", "CARGO_CFG_", "CARGO_FEATURE_", "CARGO_PKG_", "CARGO_MANIFEST_", "DEP_"];
    [&flags[..], &tools, &profile].concat().contains(&name)
        || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// The guest of one of cargo's messages, if it is about one.
fn artifact(message: &Value) -> Option<Guest> {
    let target = message.get("target")?;
    let is_guest = target["crate_types"].as_array()?.iter().any(|kind| kind == "cdylib");
    let files = message.get("filenames")?.as_array()?;
    let module = files.iter().filter_map(Value::as_str).find(|file| file.ends_with(".wasm"))?;
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?;
    is_guest.then(|| Guest {
        name: target["name"].as_str().unwrap_or_default().replace('_', "-"),
        folder: folder.to_owned(),
        module: module.into(),
    })
}
