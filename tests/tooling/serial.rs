//! Machines of QEMU of which only the serial line is looked at.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How often the serial line is looked at.
const PAUSE: Duration = Duration::from_millis(500);

/// A PC without a display, to be started with more arguments.
#[derive(Debug)]
pub(crate) struct Pc {
    qemu: Command,
    log: PathBuf,
}

impl Pc {
    /// Writes what it says to a file. It ends with this program, and rather than to start again.
    pub(crate) fn new(log: &Path) -> Pc {
        let mut qemu = Command::new("setpriv");
        qemu.args(["--pdeathsig", "KILL", "qemu-system-x86_64", "-accel", "tcg", "-m", "512", "-no-reboot"]);
        qemu.args(["-display", "none", "-monitor", "none", "-parallel", "none"]);
        qemu.args(["-serial", &format!("file:{}", log.display())]).stdin(Stdio::null());
        Pc { qemu, log: log.to_owned() }
    }

    /// Adds arguments.
    pub(crate) fn with<S: AsRef<std::ffi::OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Pc {
        self.qemu.args(arguments);
        self
    }

    /// What it says until that is enough, or it ends, or the time is over.
    pub(crate) fn says(mut self, limit: Duration, is_enough: impl Fn(&str) -> bool) -> String {
        let mut machine = self.qemu.spawn().expect("starting QEMU: apt-get install qemu-system-x86");
        let deadline = Instant::now() + limit;
        let said = loop {
            let ended = machine.try_wait().expect("waiting for QEMU").is_some();
            let said = String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned();
            if ended || is_enough(&said) || Instant::now() > deadline {
                break said;
            }
            thread::sleep(PAUSE);
        };
        machine.kill().and_then(|()| machine.wait()).expect("ending QEMU");
        said
    }
}
