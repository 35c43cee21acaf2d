//! Compiles an element's folder to one self-contained component.
//!
//! 1. Read `element.toml`, so that a mistake there costs no compilation.
//! 2. Compile by the way of the folder's [`Language`]: cargo for Rust, the
//!    SDK's recipe for the others, which installs the toolchain where it is
//!    not there yet.
//! 3. Make a component of what the compiler made, with the manifest inside and
//!    the files that a component carries.
//! 4. Look at it as a build would, and put it into its place.

use std::env;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use blankslate_element_build::{
    Guest, Guests, Route, componentize, embed_files, embed_manifest, embed_world,
};

use super::kit::Kit;
use super::language::Language;
use crate::element::{Manifest, carried};
use crate::plugin;
use crate::sys::process::Program;

/// The manifest of a component element.
const MANIFEST: &str = "element.toml";

/// The world of `wit/` that elements implement whose language cannot say so itself.
const WORLD: &str = "element";

/// A folder that there is no element to compile in.
#[derive(Debug, thiserror::Error)]
pub enum NoElement {
    /// It does not exist.
    #[error("there is no folder {}", .0.display())]
    Folder(PathBuf),
    /// It has no manifest.
    #[error("{} has no {MANIFEST}", .0.display())]
    Manifest(PathBuf),
}

impl NoElement {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            NoElement::Folder(_) => "`slate element new` makes the folder of a new element",
            NoElement::Manifest(_) => {
                "`slate element manifest` prints what it holds; `slate element new` makes a new element"
            }
        }
    }
}

/// An element's folder, to be compiled.
#[derive(Clone, Debug)]
pub struct Build {
    folder: PathBuf,
    output: Option<PathBuf>,
    cache: PathBuf,
}

impl Build {
    /// The element in `folder`. What compilers can use again is kept in `cache`.
    pub fn new(folder: impl Into<PathBuf>, cache: impl Into<PathBuf>) -> Build {
        Build { folder: folder.into(), output: None, cache: cache.into() }
    }

    /// Writes the component there instead of beside the manifest.
    #[must_use]
    pub fn output(self, output: Option<PathBuf>) -> Build {
        Build { output, ..self }
    }

    /// Compiles it and gives the component's path; says to `note` by which way.
    ///
    /// # Errors
    ///
    /// Fails if the manifest is wrong, there is no way to compile it, which
    /// then says what to install, and if it does not compile or load.
    pub fn run(&self, note: &mut dyn FnMut(&str)) -> Result<PathBuf> {
        let (text, manifest) = self.manifest()?;
        let language = Language::of(&self.folder)?;
        let component = match language {
            Language::Rust => self.rust(note)?,
            _ => self.by_recipe(language, note)?,
        };
        let element = self.with_files(embed_manifest(component, &text), note)?;
        plugin::inspect(&element).with_context(|| format!("the component of {}", manifest.name))?;
        let file = manifest.component.unwrap_or_else(|| format!("{}.wasm", manifest.name));
        let output = self.output.clone().unwrap_or_else(|| self.folder.join(file));
        put(&output, &element)?;
        Ok(output)
    }

    fn manifest(&self) -> Result<(String, Manifest)> {
        let path = self.folder.join(MANIFEST);
        ensure!(self.folder.is_dir(), NoElement::Folder(self.folder.clone()));
        ensure!(path.exists(), NoElement::Manifest(self.folder.clone()));
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let manifest = Manifest::parse(&text).with_context(|| path.display().to_string())?;
        Ok((text, manifest))
    }

    /// Adds the element's other files; tells of those that cannot be carried and are missed.
    fn with_files(&self, component: Vec<u8>, note: &mut dyn FnMut(&str)) -> Result<Vec<u8>> {
        let packed = carried::pack_folder(&self.folder).map_err(anyhow::Error::msg)?;
        let Some(packed) = packed else { return Ok(component) };
        for path in carried::missing_in(&packed).map_err(anyhow::Error::msg)? {
            note(&format!(
                "warning: the component works in its folder alone: it cannot carry {path}, since scripts and what they use run with the rights of whoever builds"
            ));
        }
        Ok(embed_files(component, &packed))
    }

    fn rust(&self, note: &mut dyn FnMut(&str)) -> Result<Vec<u8>> {
        let route = Route::find()?;
        note(&format!("compiling {} by {route}", self.folder.display()));
        let guests = Guests::new(self.folder.join("Cargo.toml"), self.cargo_target(&route)).build(&route)?;
        let folder = fs::canonicalize(&self.folder)?;
        let own = |guest: &&Guest| fs::canonicalize(&guest.folder).is_ok_and(|found| found == folder);
        match guests.iter().filter(own).collect::<Vec<_>>().as_slice() {
            [guest] => guest.component(),
            [] => {
                bail!("{} has no library of crate-type \"cdylib\"", self.folder.join("Cargo.toml").display())
            }
            _ => bail!("{} has several libraries", self.folder.join("Cargo.toml").display()),
        }
    }

    /// Where cargo compiles: in the element's folder, unless the caller or the
    /// compilation of the standard library wants a place that elements share.
    fn cargo_target(&self, route: &Route) -> PathBuf {
        match (env::var_os("CARGO_TARGET_DIR").filter(|path| !path.is_empty()), route) {
            (Some(path), _) => path.into(),
            (None, Route::Target(_)) => self.folder.join("target"),
            (None, Route::BuildStd { .. }) => self.cache.join("cargo-target"),
        }
    }

    fn by_recipe(&self, language: Language, note: &mut dyn FnMut(&str)) -> Result<Vec<u8>> {
        let kit = Kit::unpacked(&self.cache)?;
        let scratch = tempfile::tempdir().context("making a temporary directory")?;
        let module = scratch.path().join("module.wasm");
        let recipe = kit.path(format!("sdk/{language}/build.sh"));
        let folder = fs::canonicalize(&self.folder)?;
        // What it writes is told while it runs, and need not be told again.
        let recipe = Program::new("sh").arg(recipe).args([folder.as_path(), &module]).tail_lines(0);
        let exit = recipe.run(&mut |_, line| note(&String::from_utf8_lossy(line)))?;
        exit.check().with_context(|| format!("compiling {}", self.folder.display()))?;
        let module = fs::read(&module).context("reading what the compiler made")?;
        embed_world(module, &kit.path("wit"), WORLD).and_then(componentize).context("making a component")
    }
}

/// Writes a file that is whole whenever somebody looks.
fn put(output: &Path, bytes: &[u8]) -> Result<()> {
    let context = || format!("writing {}", output.display());
    let parent = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    ensure!(parent.is_dir(), "{}: there is no folder {}", context(), parent.display());
    // The error would name the temporary file.
    let part = tempfile::NamedTempFile::new_in(parent).map_err(|error| io::Error::from(error.kind()));
    let mut part = part.with_context(context)?;
    part.write_all(bytes).with_context(context)?;
    part.as_file().set_permissions(Permissions::from_mode(0o644)).with_context(context)?;
    part.persist(output).with_context(context)?;
    Ok(())
}
