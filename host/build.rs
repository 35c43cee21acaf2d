//! Puts the built-in elements, and what authors of elements need, into `slate`.
//!
//! 1. Compiles `elements-wasm` to components, each with its manifest inside.
//! 2. Gathers every element's files, `elements-shell` included.
//! 3. Writes the table that `src/element/builtin.rs` includes.
//! 4. Gathers the WIT package and the SDKs for `src/authoring/kit.rs`.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use blankslate_element_build::{Guest, Guests, Route, embed_manifest};

/// What belongs to the source of a component and not to the element.
const SOURCES: [&str; 4] = ["Cargo.toml", "Cargo.lock", "src", "tests"];

/// What authors of elements need, as paths in the repository.
const KIT: [&str; 8] =
    ["sdk/c", "sdk/go", "sdk/js", "sdk/python", "sdk/rust", "sdk/template", "sdk/toolchains.sh", "wit"];

/// An element's files: path within the element, and where it is now.
type Files = BTreeMap<String, PathBuf>;

fn main() -> Result<()> {
    // Of this clone, not of the one in which this script was compiled: they may share a target folder.
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").context("CARGO_MANIFEST_DIR is not set")?);
    let workspace = package.parent().context("finding the workspace")?.to_owned();
    println!("cargo::rerun-if-env-changed=CARGO_MANIFEST_DIR");
    let out = PathBuf::from(env::var_os("OUT_DIR").context("OUT_DIR is not set")?);
    for input in ["elements-wasm", "elements-shell"].iter().chain(&KIT) {
        println!("cargo::rerun-if-changed=../{input}");
    }
    let mut elements = shell_elements(&workspace.join("elements-shell"))?;
    elements.extend(component_elements(&workspace.join("elements-wasm"), &out)?);
    write_if_changed(&out.join("builtin.rs"), table(&elements)?.as_bytes())?;
    write_if_changed(&out.join("kit.rs"), file_table(&kit(&workspace)?)?.as_bytes())
}

fn kit(workspace: &Path) -> Result<Files> {
    let mut files = Files::new();
    for part in KIT {
        let path = workspace.join(part);
        if path.is_dir() {
            gather(&path, &format!("{part}/"), &mut files)?;
        } else {
            files.insert(part.to_owned(), path);
        }
    }
    // What Python leaves where its modules were imported.
    files.retain(|path, _| !path.contains("__pycache__"));
    Ok(files)
}

fn component_elements(folder: &Path, out: &Path) -> Result<BTreeMap<String, Files>> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.exists() {
        return Ok(BTreeMap::new());
    }
    let route = Route::find()?;
    eprintln!("compiling {} by {route}", folder.display());
    let guests = Guests::new(manifest, guest_target(out)?).build(&route)?;
    guests.iter().map(|guest| component_element(guest, out)).collect()
}

fn component_element(guest: &Guest, out: &Path) -> Result<(String, Files)> {
    let folder = &guest.folder;
    let name =
        folder.file_name().and_then(|name| name.to_str()).context("an element's folder has no name")?;
    let manifest = folder.join("element.toml");
    let text = fs::read_to_string(&manifest).with_context(|| format!("reading {}", manifest.display()))?;
    let component = out.join(format!("{name}.wasm"));
    write_if_changed(&component, &embed_manifest(guest.component()?, &text))?;

    let mut files = Files::new();
    gather(folder, "", &mut files)?;
    files.retain(|path, _| !SOURCES.contains(&path.split('/').next().unwrap_or_default()));
    files.insert(format!("{name}.wasm"), component);
    Ok((name.to_owned(), files))
}

fn shell_elements(folder: &Path) -> Result<BTreeMap<String, Files>> {
    let mut elements = BTreeMap::new();
    if !folder.exists() {
        return Ok(elements);
    }
    for entry in read_dir(folder)?.into_iter().filter(|path| path.is_dir()) {
        let mut files = Files::new();
        gather(&entry, "", &mut files)?;
        elements.insert(file_name(&entry)?, files);
    }
    Ok(elements)
}

/// Adds all files below a folder.
fn gather(folder: &Path, prefix: &str, files: &mut Files) -> Result<()> {
    for path in read_dir(folder)? {
        let name = format!("{prefix}{}", file_name(&path)?);
        if path.is_dir() {
            gather(&path, &format!("{name}/"), files)?;
        } else {
            files.insert(name, path);
        }
    }
    Ok(())
}

fn table(elements: &BTreeMap<String, Files>) -> Result<String> {
    let mut table = String::from("&[\n");
    for (name, files) in elements {
        writeln!(table, "BuiltinElement {{ name: {name:?}, files: {} }},", file_table(files)?)?;
    }
    table.push(']');
    Ok(table)
}

fn file_table(files: &Files) -> Result<String> {
    let mut table = String::from("&[\n");
    for (path, source) in files {
        let mode =
            fs::metadata(source).with_context(|| format!("reading {}", source.display()))?.permissions();
        let mode = if mode.mode() & 0o111 == 0 { 0o644 } else { 0o755 };
        let bytes = format!("include_bytes!({source:?})");
        writeln!(table, "    BuiltinFile {{ path: {path:?}, mode: 0o{mode:o}, bytes: {bytes} }},")?;
    }
    table.push(']');
    Ok(table)
}

/// The guests' target directory: beside the host's profiles, shared by them.
fn guest_target(out: &Path) -> Result<PathBuf> {
    // OUT_DIR is <target>/<profile>/build/<package>/out.
    let target = out.ancestors().nth(4).context("OUT_DIR is too short")?;
    Ok(target.join("guests"))
}

fn read_dir(folder: &Path) -> Result<Vec<PathBuf>> {
    let context = || format!("listing {}", folder.display());
    let entries = fs::read_dir(folder).with_context(context)?;
    let mut paths =
        entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>().with_context(context)?;
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> Result<String> {
    let name = path.file_name().and_then(|name| name.to_str());
    Ok(name.with_context(|| format!("the name of {} is not UTF-8", path.display()))?.to_owned())
}

fn write_if_changed(path: &Path, contents: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == contents) {
        return Ok(());
    }
    fs::write(path, contents).with_context(|| format!("writing {}", path.display()))
}
