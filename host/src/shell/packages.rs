//! Packages of apt, kept for the next build of upstream's own distributions.
//!
//! Upstream's element `dpkg` binds `DIB_IMAGE_CACHE/apt/NAME` over the directory
//! that apt downloads to, but `debian-minimal` calls `apt-get clean` in each
//! build, so that nothing is ever found there. So whatever arrives in those
//! directories is linked into a directory beside, and what has gone is linked
//! back, by a thread, since both happen while one hook runs. apt checks what it
//! finds against the archive's index, as it checks what it downloads.
//!
//! The bootstrap downloads elsewhere; its tools are told of the directory by the
//! variables in which upstream's elements take further arguments ([`arguments`]).

mod bootstrap;
mod shelf;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};

pub(super) use bootstrap::arguments;
use shelf::Shelves;

/// Where upstream's element has apt's downloads, in the cache of images.
const DOWNLOADS: &str = "apt";

/// Where they are kept, in the cache of images.
const KEPT: &str = "apt-kept";

/// How often the directories are looked at: apt takes longer from `clean` to its next download.
const TICK: Duration = Duration::from_millis(200);

/// Keeps packages for as long as it lives.
#[derive(Debug)]
pub(super) struct Keeper {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Keeps the packages below the cache of images from now on.
    ///
    /// # Errors
    ///
    /// Fails if no thread can be started.
    pub(super) fn start(image_cache: &Path) -> Result<Keeper> {
        let mut shelves = Shelves::new(image_cache.join(DOWNLOADS), kept(image_cache));
        shelves.forget_old();
        let (stop, stopped) = channel();
        let keep = move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                shelves.look();
            }
            shelves.look();
        };
        let thread = thread::Builder::new().name("packages".to_owned()).spawn(keep);
        let thread = thread.context("starting the thread that keeps packages")?;
        Ok(Keeper { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::warn!("the thread that keeps packages has panicked");
        }
    }
}

fn kept(image_cache: &Path) -> PathBuf {
    image_cache.join(KEPT)
}
