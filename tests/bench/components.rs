//! How long component elements take: loading, a hook, a call, many files.
//!
//! ```text
//! TMPDIR=/dev/shm cargo bench --bench components
//! ```
//!
//! In memory, as builds are: ext4 looks long for an inode where many files were
//! removed within the last minutes, and that says nothing of either program.
//!
//! Every figure stands beside what it is to be compared with, taken in the
//! same run: a hook in bash that does nothing, `tar` on the same files.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

#[path = "../components/trial.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod trial;

#[path = "../tooling/mod.rs"]
mod tooling;

use trial::{Loaded, Trial};

const MANIFEST: &str = "parameters.number = { type = 'integer', default = 7 }";
/// Calls into the host that the guest program makes in one hook.
const CALLS: u32 = 100_000;

fn main() {
    if std::env::args().any(|arg| arg == "--list") {
        println!("components: benchmark");
        return;
    }
    let compiled = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    drop(load());
    fs::remove_dir_all(&compiled).expect("emptying the cache of compiled components");
    let first = time(|| drop(load()));
    let cached = best(10, || drop(load()));
    show("load, compiled for the first time", first, None);
    show("load, from the cache", cached, None);

    let element = load();
    let bash = best(50, || {
        assert!(Command::new("bash").args(["-c", ":"]).status().expect("running bash").success())
    });
    show(
        "hook that does nothing",
        best(200, || element.succeed("speed", "nothing")),
        Some(("in bash", bash)),
    );
    show("call into the host", best(5, || element.succeed("speed", "calls")) / CALLS, None);
    let write = best(3, || {
        let _ = fs::remove_dir_all(element.path("/files"));
        element.succeed("speed", "files");
    });
    show("10,000 small files", write, Some(("by tar", tar(&element))));
}

fn load() -> Loaded {
    Trial::new().element("speed", &["nothing", "calls", "files"], MANIFEST).start()
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
    black_box(work());
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
