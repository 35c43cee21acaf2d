//! The way from a shell hook to a component's package manager.
//!
//! Shell hooks call `install-packages`. Where the distribution is a component,
//! the chroot has no such program, so the hooks directory carries a client of
//! that name which asks the build host:
//!
//! ```text
//! client (in the chroot)                      server (a thread of the build)
//!   mkfifo reply
//!   requests <- count, reply, argument ...  ->  read one request
//!   status   <- reply                       <-  install, remove or upgrade
//! ```
//!
//! Both FIFOs are reached from inside and outside of the chroot, need no
//! program beyond a shell and coreutils, and carry one field a line.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use cap_std::fs::{Dir, OpenOptionsExt as _};
use nix::sys::stat::Mode;

/// Directory of the bridge inside the hooks directory.
const DIRECTORY: &str = ".bridge";

/// How long a client may take from its request to waiting for the answer.
const CLIENT_WAIT: Duration = Duration::from_secs(10);

/// How often it is looked for meanwhile.
const CLIENT_POLL: Duration = Duration::from_millis(5);

/// What wakes and ends the server.
const STOP: &str = "stop";

/// The client. `%DIR%` is the bridge's directory as the chroot sees it.
const CLIENT: &str = r#"#!/bin/sh
# Asks the distribution's package manager, a component on the build host.
set -eu
reply=/tmp/.slate-reply.$$
mkfifo -m 600 "$reply"
trap 'rm -f "$reply"' EXIT
printf '%s\n' "$#" "$reply" "$@" > %DIR%/requests
read -r status < "$reply"
exit "$status"
"#;

/// What a shell hook asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// `install-packages [-m element] name ...`
    Install {
        /// Whose `pkg-map` translates the names.
        element: Option<String>,
        /// Packages, by generic names if an element is given.
        names: Vec<String>,
    },
    /// `install-packages -e [-m element] name ...`
    Remove {
        /// Whose `pkg-map` translates the names.
        element: Option<String>,
        /// Packages, by generic names if an element is given.
        names: Vec<String>,
    },
    /// `install-packages -u`
    Upgrade,
}

/// Reads the arguments of `install-packages`.
///
/// # Errors
///
/// Returns what is wrong with them.
pub fn parse(arguments: &[String]) -> Result<Request, String> {
    let (mut element, mut remove, mut upgrade, mut names) = (None, false, false, Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "-e" => remove = true,
            "-u" => upgrade = true,
            "-m" => element = Some(rest.next().ok_or("-m needs the name of an element")?.clone()),
            option if option.starts_with('-') => return Err(format!("unknown option {option}")),
            name => names.push(name.to_owned()),
        }
    }
    Ok(match (upgrade, remove) {
        (true, _) => Request::Upgrade,
        (false, true) => Request::Remove { element, names },
        (false, false) => Request::Install { element, names },
    })
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
    /// `seen_as`, and answers its requests with `answer`: an exit status.
    ///
    /// # Errors
    ///
    /// Fails if the client or its FIFO cannot be made.
    pub fn open(
        hooks: &Path,
        seen_as: &Path,
        tree: &Path,
        answer: impl Fn(Vec<String>) -> u8 + Send + 'static,
    ) -> Result<Bridge> {
        let directory = hooks.join(DIRECTORY);
        write_client(&directory, &seen_as.join(DIRECTORY))?;
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
            tracing::warn!("the server of install-packages did not end well");
        }
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            tracing::warn!(%error, directory = %self.directory.display(), "removing the bridge");
        }
    }
}

fn write_client(directory: &Path, seen_as: &Path) -> Result<()> {
    let bin = directory.join("bin");
    fs::create_dir_all(&bin).context("making the directory of the bridge")?;
    let client = bin.join("install-packages");
    let text = CLIENT.replace("%DIR%", &seen_as.to_string_lossy());
    let context = "writing install-packages for the chroot";
    fs::write(&client, text).context(context)?;
    fs::set_permissions(&client, fs::Permissions::from_mode(0o755)).context(context)
}

fn serve(fifo: File, tree: &Path, stopping: &AtomicBool, answer: &dyn Fn(Vec<String>) -> u8) {
    let mut lines = BufReader::new(fifo).lines();
    while let Some((reply, arguments)) = read_request(&mut lines) {
        if stopping.load(Ordering::SeqCst) {
            return;
        }
        let status = answer(arguments);
        if let Err(error) = send_status(tree, &reply, status) {
            tracing::warn!(%error, "answering install-packages");
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

/// Writes the status where the client waits for it, or is about to.
fn send_status(tree: &Path, reply: &str, status: u8) -> Result<()> {
    let root = Dir::open_ambient_dir(tree, cap_std::ambient_authority()).context("opening the tree")?;
    let mut options = cap_std::fs::OpenOptions::new();
    options.write(true).custom_flags(libc::O_NONBLOCK);
    let deadline = Instant::now() + CLIENT_WAIT;
    loop {
        match root.open_with(reply.trim_start_matches('/'), &options) {
            Ok(mut fifo) => return writeln!(fifo, "{status}").context("writing the status"),
            // The client has not opened its end yet.
            Err(error) if error.raw_os_error() == Some(libc::ENXIO) && Instant::now() < deadline => {
                std::thread::sleep(CLIENT_POLL);
            }
            Err(error) => return Err(error).with_context(|| format!("opening {reply} of the tree")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::process::Program;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_hook_asks_and_gets_the_status() {
        let tree = tempfile::tempdir().unwrap();
        let (hooks, tmp) = (tree.path().join("hooks"), tree.path().join("tmp"));
        fs::create_dir(&hooks).unwrap();
        fs::create_dir(&tmp).unwrap();
        let (asked, heard) = std::sync::mpsc::channel();
        let bridge = Bridge::open(&hooks, &hooks, Path::new("/"), move |arguments| {
            asked.send(arguments).unwrap();
            7
        })
        .unwrap();
        let client = Bridge::path_entry(&hooks).join("install-packages");
        for arguments in [vec!["-m", "my element", "a"], vec![]] {
            let exit = Program::new(&client).args(&arguments).run(&mut |_, _| {}).unwrap();
            assert_eq!(exit.status(), 7);
            assert_eq!(heard.recv().unwrap(), arguments);
        }
        drop(bridge);
        assert_eq!(fs::read_dir(&hooks).unwrap().count(), 0, "nothing of the bridge stays");
    }

    #[test]
    fn arguments_of_install_packages() {
        let element = || Some("vm".to_owned());
        let cases = [
            ("a b", Ok(Request::Install { element: None, names: words("a b") })),
            ("-m vm a", Ok(Request::Install { element: element(), names: words("a") })),
            ("-e -m vm a", Ok(Request::Remove { element: element(), names: words("a") })),
            ("-u", Ok(Request::Upgrade)),
            ("-m", Err("-m needs the name of an element".to_owned())),
            ("-z a", Err("unknown option -z".to_owned())),
        ];
        for (given, expected) in cases {
            assert_eq!(parse(&words(given)), expected, "{given}");
        }
    }
}
