//! How long component elements take: loading, a hook, a call, many files.
//!
//! ```text
//! TMPDIR=/dev/shm cargo bench --bench components
//! ```
//!
//! In memory, as builds are: ext4 looks long for an inode where many files were
//! removed within the last minutes, and that says nothing of either program.
//!
//! The first time it installs the toolchain for Python elements.
//!
//! Every figure stands beside what it is to be compared with, taken in the
//! same run: a hook in bash that does nothing, `tar` on the same files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[path = "../components/trial.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod trial;

#[path = "../tooling/mod.rs"]
mod tooling;

use trial::{Loaded, Trial};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const MANIFEST: &str = "parameters.number = { type = 'integer', default = 7 }";
/// Calls into the host that the guest program makes in one hook.
const CALLS: u32 = 100_000;

fn main() {
    if std::env::args().any(|arg| arg == "--list") {
        println!("components: benchmark");
        return;
    }
    loading();
    let element = speed().start();
    let bash = best(50, || {
        assert!(Command::new("bash").args(["-c", ":"]).status().expect("running bash").success())
    });
    let nothing = best(200, || element.succeed("speed", "nothing"));
    show("hook that does nothing", nothing, Some(("in bash", bash)));
    let calls = best(10, || element.succeed("speed", "calls")).saturating_sub(nothing);
    println!("{:<36}{:>12}", "call into the host", format!("{} ns", (calls / CALLS).as_nanos()));
    let write = best(5, || {
        let _ = fs::remove_dir_all(element.path("/files"));
        element.succeed("speed", "files");
    });
    show("10,000 small files", write, Some(("by tar", tar(&element))));
}

/// What it takes to load new elements, compiled anew and compiled before.
fn loading() {
    fs::remove_dir_all(trial::compiled()).or_else(absent).expect("emptying the cache of compiled components");
    for language in ["rust", "python"] {
        let component = made(language);
        let os = Path::new(REPOSITORY).join("tests/fixtures/elements/tiny-os");
        let element = Trial::new().path(&os).path(&component).prepare().expect("the element");
        show(&format!("load from {language}, compiled"), time(|| drop(element.runner())), None);
        show(&format!("load from {language}, from the cache"), best(20, || drop(element.runner())), None);
        fs::remove_file(component).expect("removing the element");
    }
}

fn absent(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn speed() -> Trial {
    Trial::new().element("speed", &["nothing", "calls", "files"], MANIFEST)
}

/// A new element in a language, made a component by its toolchain.
fn made(language: &str) -> PathBuf {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{language}.wasm"));
    slate(scratch.path(), &["new", "--lang", language, "hello"]);
    slate(scratch.path(), &["build", "hello", "-o", &output.display().to_string()]);
    output
}

fn slate(directory: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slate"));
    command.arg("element").args(arguments).current_dir(directory).stdout(Stdio::null());
    assert!(command.status().expect("running slate").success(), "{command:?}");
}

/// Time for `tar` to write the same files.
fn tar(element: &Loaded) -> Duration {
    let (archive, to) = (element.beside("files.tar"), element.beside("unpacked"));
    let run = |arguments: &[&Path]| {
        let status = Command::new("tar").args(arguments).status().expect("running tar");
        assert!(status.success());
    };
    run(&["-cf".as_ref(), &archive, "-C".as_ref(), &element.path("/"), "files".as_ref()]);
    best(3, || {
        let _ = fs::remove_dir_all(&to);
        fs::create_dir(&to).expect("making a directory");
        run(&["-xf".as_ref(), &archive, "-C".as_ref(), &to]);
    })
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// The shortest of several times: what the work costs where nothing disturbs it.
fn best(times: usize, mut work: impl FnMut()) -> Duration {
    (0..times).map(|_| time(&mut work)).min().unwrap_or_default()
}

fn show(what: &str, took: Duration, beside: Option<(&str, Duration)>) {
    print!("{what:<36}{:>12}", format!("{took:.1?}"));
    match beside {
        Some((other, theirs)) => {
            let ratio = theirs.as_secs_f64() / took.as_secs_f64();
            println!("   {other} {theirs:.1?}, {ratio:.1} times as long");
        }
        None => println!(),
    }
}
