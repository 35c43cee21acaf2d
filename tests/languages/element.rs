//! Elements from their sources, compiled as authors compile them.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, MutexGuard};

use sha2::{Digest, Sha256};

/// The languages; the others are compared with the first one.
pub(crate) const LANGUAGES: [&str; 5] = ["rust", "c", "go", "js", "python"];

/// Taken while elements are made: two tests that want the same one share it.
static MAKING: Mutex<()> = Mutex::new(());

/// The folder of the operating system, made when the first test needs it.
static OS: LazyLock<PathBuf> = LazyLock::new(make_os);

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
    let source = if language == "rust" { "rust/conformance" } else { language };
    make("conformance", language, &tests().join(source))
}

/// The folder of a new element in a language, compiled.
pub(crate) fn template(language: &str) -> PathBuf {
    let _making = making();
    let sdk = repository().join("sdk");
    let parts = ["template", "toolchains.sh", "build/src", language].map(|part| sdk.join(part));
    let wit = wit();
    let parts: Vec<&Path> = parts.iter().chain([&wit]).map(PathBuf::as_path).collect();
    let parent = kept().join(format!("new-{language}-{}", digest(&parts)));
    let folder = parent.join("hello");
    if !folder.join("hello.wasm").exists() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&parent).expect("making a directory");
        slate(&[&"element", &"new", &"--lang", &language, &folder]);
        slate(&[&"element", &"build", &folder]);
    }
    folder
}

/// The operating system for the images: an element with a shell hook and a component.
pub(crate) fn os() -> PathBuf {
    OS.clone()
}

fn make_os() -> PathBuf {
    let source = tests().join("rust/os");
    let component = make("os", "rust", &source);
    let folder = kept().join("os");
    fs::create_dir_all(folder.join("root.d")).expect("making an element");
    for file in ["element.toml", "root.d/10-tree"] {
        fs::copy(source.join(file), folder.join(file)).expect("copying the element");
    }
    fs::copy(component, folder.join("os.wasm")).expect("copying the component");
    folder
}

/// Compiles an element unless that was done with the same sources.
pub(crate) fn make(name: &str, language: &str, source: &Path) -> PathBuf {
    let _making = making();
    let sdk = repository().join("sdk");
    let inputs = [source, &sdk.join(language), &sdk.join("toolchains.sh"), &sdk.join("build/src"), &wit()];
    let output = kept().join(format!("{name}-{language}-{}.wasm", digest(&inputs)));
    if !output.exists() {
        slate(&[&"element", &"build", &source, &"-o", &output]);
    }
    output
}

fn making() -> MutexGuard<'static, ()> {
    MAKING.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Runs `slate` as an author does, and expects it to succeed.
pub(crate) fn slate(words: &[&dyn AsRef<OsStr>]) -> String {
    let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
    slate.args(words.iter().map(|word| word.as_ref())).current_dir(kept());
    slate.env("CARGO_TARGET_DIR", guest_target()).env("XDG_CACHE_HOME", kept().join("cache"));
    // Toolchains that took long to get are kept where authors have them.
    let toolchains = std::env::var_os("SLATE_TOOLCHAINS").map(PathBuf::from);
    let caches = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::home_dir().expect("there is a home directory").join(".cache");
    let usual = || caches.unwrap_or_else(home).join("blankslate/toolchains");
    slate.env("SLATE_TOOLCHAINS", toolchains.unwrap_or_else(usual));
    let output = slate.output().expect("running slate");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (printed, told) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{slate:?}:\n{printed}\n{told}");
    printed
}

/// Beside the host's profiles, where the standard library was compiled for the built-in elements.
fn guest_target() -> PathBuf {
    let slate = Path::new(env!("CARGO_BIN_EXE_slate"));
    slate.ancestors().nth(2).expect("slate is in a profile's directory").join("guests")
}

fn wit() -> PathBuf {
    repository().join("wit")
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
