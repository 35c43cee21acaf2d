//! Makes the C and Go bindings of the element API that `sdk/c` and `sdk/go` keep.
//!
//! Both languages have their bindings in the repository, so that an author
//! needs no generator, and a test compares them with what this makes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use wit_bindgen_core::wit_parser::{Resolve, WorldId, WorldKey};
use wit_bindgen_core::{Files, WorldGenerator};

/// Import path of the Go module that holds the bindings.
pub const GO_MODULE: &str = "blankslate/sdk";

/// The world that the bindings are for.
const WORLD: &str = "element";

/// What the generator puts before the name of each interface.
const GO_PREFIX: &str = "blankslate_element_";

/// Generated files by their path below the `sdk` folder.
pub type Bindings = BTreeMap<PathBuf, Vec<u8>>;

/// All bindings of the WIT package in a directory.
///
/// # Errors
///
/// Fails if the package cannot be parsed, or has what a generator cannot express.
pub fn bindings(wit: &Path) -> Result<Bindings> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).with_context(|| format!("parsing {}", wit.display()))?;
    let world = resolve.select_world(&[package], Some(WORLD))?;
    let c = generate(c_generator(&resolve, world), resolve.clone(), world, "c/slate")?;
    let go = generate(go_generator(), resolve, world, "go")?;
    let go: Bindings = go.into_iter().map(adapt).collect::<Result<_>>()?;
    Ok(c.into_iter().chain(go).collect())
}

/// Names in C start with `slate_` instead of the package's long name.
fn c_generator(resolve: &Resolve, world: WorldId) -> Box<dyn WorldGenerator> {
    let world = &resolve.worlds[world];
    let keys = world.imports.keys().chain(world.exports.keys());
    let short = |key| (resolve.name_world_key(key), format!("slate_{}", interface_name(resolve, key)));
    let rename = keys.map(short).collect();
    wit_bindgen_c::Opts { rename, rename_world: Some("slate".to_owned()), ..Default::default() }.build()
}

fn interface_name(resolve: &Resolve, key: &WorldKey) -> String {
    let name = match key {
        WorldKey::Name(name) => Some(name),
        WorldKey::Interface(id) => resolve.interfaces[*id].name.as_ref(),
    };
    name.map(|name| name.replace('-', "_")).unwrap_or_default()
}

fn go_generator() -> Box<dyn WorldGenerator> {
    let unformatted = wit_bindgen_go::Format::False;
    let pkg_name = Some(GO_MODULE.to_owned());
    wit_bindgen_go::Opts { format: unformatted, pkg_name, ..Default::default() }.build()
}

/// Go packages have the interface's name alone, `rootfs` instead of
/// `blankslate_element_rootfs`, and use the SDK's own support packages, so that
/// building an element fetches nothing.
fn adapt((name, contents): (PathBuf, Vec<u8>)) -> Result<(PathBuf, Vec<u8>)> {
    let name = name.to_string_lossy().replace(GO_PREFIX, "");
    let contents = String::from_utf8_lossy(&contents)
        .replace(GO_PREFIX, "")
        .replace("go.bytecodealliance.org/pkg/wit/runtime", "blankslate/sdk/wit/runtime")
        .replace("go.bytecodealliance.org/pkg/wit/types", "blankslate/sdk/wit");
    let contents = if name.ends_with(".go") { gofmt(&contents)? } else { contents.into_bytes() };
    Ok((name.into(), contents))
}

fn gofmt(source: &str) -> Result<Vec<u8>> {
    let mut gofmt = Command::new("gofmt")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting gofmt, which formats the bindings; install Go")?;
    let mut input = gofmt.stdin.take().context("writing to gofmt")?;
    let output = thread::scope(|scope| {
        scope.spawn(move || input.write_all(source.as_bytes()));
        gofmt.wait_with_output()
    })?;
    ensure!(output.status.success(), "gofmt ended with {}", output.status);
    Ok(output.stdout)
}

fn generate(
    mut generator: Box<dyn WorldGenerator>,
    mut resolve: Resolve,
    world: WorldId,
    below: &str,
) -> Result<Bindings> {
    let mut files = Files::default();
    generator.generate(&mut resolve, world, &mut files)?;
    Ok(files.iter().map(|(name, contents)| (Path::new(below).join(name), contents.to_vec())).collect())
}

/// Writes the bindings below the `sdk` folder.
///
/// # Errors
///
/// Fails if a file cannot be written.
pub fn write(sdk: &Path, bindings: &Bindings) -> Result<()> {
    for (name, contents) in bindings {
        let path = sdk.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))?;
        }
        fs::write(&path, contents).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// Compares the bindings with those below the `sdk` folder.
///
/// # Errors
///
/// Fails if a file is missing or differs, and names all such files.
pub fn check(sdk: &Path, bindings: &Bindings) -> Result<()> {
    let differs = |(name, contents): &(&PathBuf, &Vec<u8>)| {
        fs::read(sdk.join(name)).map_or(true, |kept| kept != **contents)
    };
    let stale: Vec<_> = bindings.iter().filter(differs).map(|(name, _)| name.display().to_string()).collect();
    if !stale.is_empty() {
        bail!(
            "bindings in {} are not those of the WIT package: {}; run `cargo run --release -p blankslate-bindgen`",
            sdk.display(),
            stale.join(", ")
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kept_bindings_are_those_of_the_wit_package() {
        let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let bindings = bindings(&sdk.join("../wit")).unwrap();
        check(&sdk, &bindings).unwrap();
    }

    #[test]
    fn a_binding_that_differs_is_named() {
        let bindings = Bindings::from([(PathBuf::from("c/slate/slate.h"), b"other".to_vec())]);
        let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let error = check(&sdk, &bindings).unwrap_err().to_string();
        assert!(error.contains(": c/slate/slate.h; run `cargo run"), "{error}");
    }
}
