//! Elements from their sources, by the SDKs' own recipes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex};

use blankslate_element_build::{Guests, Route, componentize, embed_manifest, embed_world};
use sha2::{Digest, Sha256};

/// The languages; the others are compared with the first one.
pub(crate) const LANGUAGES: [&str; 5] = ["rust", "c", "go", "js", "python"];

/// Taken while elements are made: two tests that want the same one share it.
static MAKING: Mutex<()> = Mutex::new(());

/// What is compiled from Rust: the conformance element and the system.
static GUESTS: LazyLock<BTreeMap<String, PathBuf>> = LazyLock::new(guests);

/// The folder of these tests.
pub(crate) fn tests() -> PathBuf {
    repository().join("tests/languages")
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the host is in the workspace").to_owned()
}

/// Where these tests keep what they need again.
pub(crate) fn kept() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("languages");
    fs::create_dir_all(&directory).expect("making a directory");
    directory
}

/// The conformance element in a language.
pub(crate) fn conformance(language: &str) -> PathBuf {
    match language {
        "rust" => GUESTS["conformance"].clone(),
        _ => make(language, &tests().join(language), "conformance"),
    }
}

/// The element that an SDK's template is.
pub(crate) fn template(language: &str) -> PathBuf {
    make(language, &repository().join("sdk").join(language).join("template"), "hello")
}

/// The operating system for the images: an element with a shell hook and a component.
pub(crate) fn os() -> PathBuf {
    GUESTS["os"].parent().expect("an element has a directory").to_owned()
}

/// Compiles an element unless that was done with the same sources.
fn make(language: &str, source: &Path, name: &str) -> PathBuf {
    let _making = MAKING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let sdk = repository().join("sdk");
    let inputs = [source, &sdk.join(language), &sdk.join("toolchains.sh"), &sdk.join("build/src"), &wit()];
    let output = kept().join(format!("{name}-{language}-{}.wasm", digest(&inputs)));
    if output.exists() {
        return output;
    }
    let module = kept().join(format!("{name}-{language}.module"));
    let recipe = sdk.join(language).join("build.sh");
    let result = Command::new("sh").arg(&recipe).args([source, &module]).output().expect("running a recipe");
    let errors = String::from_utf8_lossy(&result.stderr);
    assert!(result.status.success(), "{} of {}:\n{errors}", recipe.display(), source.display());
    finish(&module, &source.join("element.toml"), &output);
    output
}

fn wit() -> PathBuf {
    repository().join("wit")
}

/// Writes a compiled module as a self-contained element.
fn finish(module: &Path, manifest: &Path, output: &Path) {
    let bytes = fs::read(module).expect("reading a module");
    let text = fs::read_to_string(manifest).expect("reading a manifest");
    let component = embed_world(bytes, &wit(), "element").and_then(componentize).expect("making a component");
    let partial = output.with_extension("partial");
    fs::write(&partial, embed_manifest(component, &text)).expect("writing an element");
    fs::rename(&partial, output).expect("putting an element in its place");
}

/// A digest of files and of all files below directories, with their names.
fn digest(inputs: &[&Path]) -> String {
    let mut hash = Sha256::new();
    inputs.iter().for_each(|input| absorb(input, &mut hash));
    hash.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}

fn absorb(path: &Path, hash: &mut Sha256) {
    hash.update(path.file_name().map_or(&b""[..], |name| name.as_encoded_bytes()));
    if path.is_dir() {
        let entries =
            fs::read_dir(path).expect("listing sources").map(|entry| entry.expect("listing").path());
        let mut entries: Vec<_> = entries.collect();
        entries.sort();
        entries.iter().for_each(|entry| absorb(entry, hash));
    } else {
        hash.update(fs::read(path).expect("reading a source"));
    }
}

fn guests() -> BTreeMap<String, PathBuf> {
    let route = Route::find().expect("a way to compile Rust to WebAssembly");
    // Beside the host's profiles, where the standard library was compiled for the built-in elements.
    let slate = Path::new(env!("CARGO_BIN_EXE_slate"));
    let target = slate.ancestors().nth(2).expect("slate is in a profile's directory").join("guests");
    let guests = Guests::new(tests().join("rust/Cargo.toml"), target).build(&route).expect("compiling Rust");
    guests
        .iter()
        .map(|guest| (guest.name.clone(), guest_element(&guest.folder, &guest.name, &guest.module)))
        .collect()
}

/// A guest's directory as an element: its manifest, its shell hooks, its component.
fn guest_element(folder: &Path, name: &str, module: &Path) -> PathBuf {
    let directory = kept().join(name);
    let hooks = directory.join("root.d");
    fs::create_dir_all(&hooks).expect("making an element");
    fs::copy(folder.join("element.toml"), directory.join("element.toml")).expect("copying a manifest");
    if folder.join("root.d").exists() {
        fs::copy(folder.join("root.d/10-tree"), hooks.join("10-tree")).expect("copying a hook");
    }
    let output = directory.join(format!("{name}.wasm"));
    finish(module, &folder.join("element.toml"), &output);
    output
}
