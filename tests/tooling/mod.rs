//! What several kinds of test share.
//!
//! A [`Scratch`] is a directory for one test. Its end asserts that nothing of
//! the test is left on the machine: no mount beneath it, no loop device on a
//! file of it, no process that works in it or was told of it.

#![allow(dead_code, reason = "no kind of test uses all of it")]

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub(crate) mod seed;
pub(crate) mod serial;

/// How long the kernel may take to undo what belonged to a killed process:
/// it unmounts and detaches after the process has gone.
const SETTLING: Duration = Duration::from_secs(10);

/// The directory of one test; its end asserts that nothing is left behind.
#[derive(Debug)]
pub(crate) struct Scratch {
    directory: Option<TempDir>,
}

impl Scratch {
    /// Makes an empty directory with a name of its own.
    pub(crate) fn new() -> Self {
        let directory = TempDir::with_prefix("slate-test-").expect("making a scratch directory");
        Self { directory: Some(directory) }
    }

    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        self.directory.as_ref().expect("a scratch directory lives until its end").path()
    }

    /// A path in the directory.
    pub(crate) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    /// Makes a directory in the directory.
    pub(crate) fn make_dir(&self, name: &str) -> PathBuf {
        let path = self.join(name);
        fs::create_dir_all(&path).expect("making a directory");
        path
    }

    /// What `slate` printed, without what differs between two runs: times, the
    /// directory, and the names of work directories.
    pub(crate) fn masked(&self, printed: &[u8]) -> String {
        let text = std::str::from_utf8(printed).expect("slate prints UTF-8");
        let text = text.replace(&self.path().display().to_string(), "SCRATCH");
        [(r"(?m)^ *\d+\.\ds  ", "TIME  "), (r"\b\d+\.\ds\b", "TIME"), (r"/slate-\w{6}/", "/slate-NAME/")]
            .into_iter()
            .fold(text, |text, (pattern, mask)| {
                regex::Regex::new(pattern).expect("an expression").replace_all(&text, mask).into_owned()
            })
    }

    /// Panics if a mount, loop device or process of this test is left.
    pub(crate) fn assert_nothing_left(&self) {
        let left = leftovers(self.path());
        assert!(left.is_empty(), "left behind:\n{}", left.join("\n"));
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let left = leftovers(self.path());
        if left.is_empty() {
            return;
        }
        // Removing what is beneath a mount would remove what is mounted.
        let kept = self.directory.take().map(TempDir::keep);
        let message = format!("left behind, with {kept:?}:\n{}", left.join("\n"));
        if std::thread::panicking() {
            eprintln!("{message}");
        } else {
            panic!("{message}");
        }
    }
}

/// What of a test is still there after the kernel has had time to settle.
fn leftovers(scratch: &Path) -> Vec<String> {
    let started = Instant::now();
    loop {
        let left = [mounts(scratch), loop_devices(scratch), processes(scratch)].concat();
        if left.is_empty() || started.elapsed() > SETTLING {
            return left;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The mounts at or beneath a directory.
pub(crate) fn mounts(scratch: &Path) -> Vec<String> {
    let table = fs::read_to_string("/proc/self/mountinfo").expect("reading the mounts");
    let target = |line: &&str| line.split(' ').nth(4).is_some_and(|at| Path::new(at).starts_with(scratch));
    table.lines().filter(target).map(|line| format!("mount: {line}")).collect()
}

/// The loop devices whose file is beneath a directory.
pub(crate) fn loop_devices(scratch: &Path) -> Vec<String> {
    let devices = fs::read_dir("/sys/block").expect("listing block devices").flatten();
    let backing = devices.filter_map(|device| {
        let file = fs::read_to_string(device.path().join("loop/backing_file")).ok()?;
        let name = device.file_name().to_string_lossy().into_owned();
        Path::new(&file).starts_with(scratch).then(|| format!("loop device: {name} on {}", file.trim_end()))
    });
    backing.collect()
}

/// The other processes that work beneath a directory, have a file of it open,
/// or were given its name in their arguments or environment.
pub(crate) fn processes(scratch: &Path) -> Vec<String> {
    let entries = fs::read_dir("/proc").expect("listing processes").flatten();
    entries.filter_map(|entry| process(&entry.path(), scratch)).collect()
}

fn process(directory: &Path, scratch: &Path) -> Option<String> {
    let pid: u32 = directory.file_name()?.to_str()?.parse().ok()?;
    if pid == std::process::id() {
        return None;
    }
    let named = |file: &str| {
        let needle = scratch.as_os_str().as_bytes();
        let text = fs::read(directory.join(file)).unwrap_or_default();
        text.windows(needle.len()).any(|window| window == needle)
    };
    let open = fs::read_dir(directory.join("fd")).into_iter().flatten().flatten().map(|fd| fd.path());
    let mut links = open.chain([directory.join("cwd"), directory.join("root")]);
    let uses = links.any(|link| fs::read_link(link).is_ok_and(|file| file.starts_with(scratch)))
        || named("cmdline")
        || named("environ");
    let name = fs::read_to_string(directory.join("comm")).unwrap_or_default();
    uses.then(|| format!("process: {} ({pid})", name.trim_end()))
}
