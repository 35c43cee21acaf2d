//! The way from a shell hook to the build host, where the distribution is a
//! component.
//!
//! Shell hooks call `install-packages`, `pkg-map` and `svc-map`. Where the
//! distribution is a component the chroot has no such programs, so the hooks
//! directory carries a client of these names ([`request::Program`]):
//!
//! ```text
//! client (in the chroot)                      server (a thread of the build)
//!   mkfifo reply
//!   requests <- count, reply, word ...      ->  read one request
//!   status, output <- reply                 <-  do it
//! ```
//!
//! Both FIFOs are reached from inside and outside of the chroot, need no
//! program beyond a shell and coreutils, and carry one field a line.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use cap_std::fs::{Dir, OpenOptionsExt as _};
use nix::sys::stat::Mode;

mod client;
pub mod request;

/// Directory of the bridge inside the hooks directory.
const DIRECTORY: &str = ".bridge";

/// How long a client may take from its request to waiting for the answer.
const CLIENT_WAIT: Duration = Duration::from_secs(10);

/// How often it is looked for meanwhile.
const CLIENT_POLL: Duration = Duration::from_millis(5);

/// What wakes and ends the server.
const STOP: &str = "stop";

/// What a client prints, and the status with which it exits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its exit status.
    pub status: u8,
    /// What it prints.
    pub output: String,
}

/// A running server. Ends when dropped.
#[derive(Debug)]
pub struct Bridge {
    directory: PathBuf,
    stopping: Arc<AtomicBool>,
    server: Option<JoinHandle<()>>,
}

impl Bridge {
    /// Puts the client into `hooks`, which the chroot `tree` sees as
    /// `seen_as`, and answers its requests with `answer`, which gets the words of each command line.
    ///
    /// # Errors
    ///
    /// Fails if the client or its FIFO cannot be made.
    pub fn open(
        hooks: &Path,
        seen_as: &Path,
        tree: &Path,
        answer: impl Fn(Vec<String>) -> Answer + Send + 'static,
    ) -> Result<Bridge> {
        let directory = hooks.join(DIRECTORY);
        client::write(&directory, &seen_as.join(DIRECTORY))?;
        let requests = directory.join("requests");
        nix::unistd::mkfifo(&requests, Mode::S_IRUSR | Mode::S_IWUSR)
            .context("making the FIFO of the bridge")?;
        // Open for reading and writing, so that neither side waits for the other.
        let fifo = OpenOptions::new().read(true).write(true).open(&requests).context("opening the bridge")?;
        let stopping = Arc::new(AtomicBool::new(false));
        let server = {
            let (stopping, tree) = (stopping.clone(), tree.to_owned());
            std::thread::spawn(move || serve(fifo, &tree, &stopping, &answer))
        };
        Ok(Bridge { directory, stopping, server: Some(server) })
    }

    /// The directory to put first into the chroot's search path.
    pub fn path_entry(seen_as: &Path) -> PathBuf {
        seen_as.join(DIRECTORY).join("bin")
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        let woken = OpenOptions::new()
            .write(true)
            .open(self.directory.join("requests"))
            .and_then(|mut fifo| fifo.write_all(format!("0\n{STOP}\n").as_bytes()));
        let ended = woken.map(|()| self.server.take().map(JoinHandle::join));
        if !matches!(ended, Ok(Some(Ok(())))) {
            tracing::warn!("the server of the bridge did not end well");
        }
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            tracing::warn!(%error, directory = %self.directory.display(), "removing the bridge");
        }
    }
}

fn serve(fifo: File, tree: &Path, stopping: &AtomicBool, answer: &dyn Fn(Vec<String>) -> Answer) {
    let mut lines = BufReader::new(fifo).lines();
    while let Some((reply, arguments)) = read_request(&mut lines) {
        if stopping.load(Ordering::SeqCst) {
            return;
        }
        let answer = answer(arguments);
        if let Err(error) = send(tree, &reply, &answer) {
            tracing::warn!(%error, "answering a hook");
        }
    }
}

/// One request: the path of its reply FIFO and the arguments.
fn read_request(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> Option<(String, Vec<String>)> {
    let mut next = || lines.next()?.ok();
    let count: usize = next()?.parse().ok()?;
    let reply = next()?;
    let arguments = (0..count).map(|_| next()).collect::<Option<Vec<_>>>()?;
    Some((reply, arguments))
}

/// Writes the answer where the client waits for it, or is about to.
fn send(tree: &Path, reply: &str, answer: &Answer) -> Result<()> {
    let root = Dir::open_ambient_dir(tree, cap_std::ambient_authority()).context("opening the tree")?;
    let mut options = cap_std::fs::OpenOptions::new();
    options.write(true).custom_flags(libc::O_NONBLOCK);
    let deadline = Instant::now() + CLIENT_WAIT;
    loop {
        match root.open_with(reply.trim_start_matches('/'), &options) {
            Ok(fifo) => return write_answer(fifo.into_std(), answer).context("writing the answer"),
            // The client has not opened its end yet.
            Err(error) if error.raw_os_error() == Some(libc::ENXIO) && Instant::now() < deadline => {
                std::thread::sleep(CLIENT_POLL);
            }
            Err(error) => return Err(error).with_context(|| format!("opening {reply} of the tree")),
        }
    }
}

fn write_answer(mut fifo: File, answer: &Answer) -> Result<()> {
    // Opened without waiting; what is written may wait for the client to read.
    let flags = nix::fcntl::OFlag::empty();
    nix::fcntl::fcntl(&fifo, nix::fcntl::FcntlArg::F_SETFL(flags))?;
    Ok(write!(fifo, "{}\n{}", answer.status, answer.output)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::process::{Program, Stream};

    #[test]
    fn hooks_ask_by_several_names_and_get_status_and_output() {
        let tree = tempfile::tempdir().unwrap();
        let (hooks, tmp) = (tree.path().join("hooks"), tree.path().join("tmp"));
        fs::create_dir(&hooks).unwrap();
        fs::create_dir(&tmp).unwrap();
        let bridge = Bridge::open(&hooks, &hooks, Path::new("/"), |words| Answer {
            status: 7,
            output: format!("{}\n", words.join("|")),
        })
        .unwrap();
        for name in ["install-packages", "pkg-map", "svc-map"] {
            for arguments in [vec!["-m", "my element", "a"], vec![]] {
                let client = Program::new(Bridge::path_entry(&hooks).join(name)).args(&arguments);
                let mut printed = String::new();
                let exit = client.run(&mut |stream, line| {
                    assert_eq!(stream, Stream::Stdout);
                    printed.push_str(&String::from_utf8_lossy(line));
                });
                assert_eq!(exit.unwrap().status(), 7);
                assert_eq!(printed, [&[name], arguments.as_slice()].concat().join("|"));
            }
        }
        drop(bridge);
        assert_eq!(fs::read_dir(&hooks).unwrap().count(), 0, "nothing of the bridge stays");
    }
}
