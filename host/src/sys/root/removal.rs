//! Removes trees of any depth.
//!
//! Each level on the way down holds a descriptor. What lies deeper than
//! [`MAX_DEPTH`] is renamed to the top first, and removed from there.

use std::cell::Cell;
use std::ffi::CString;

use nix::Result;
use nix::errno::Errno;
use nix::sys::stat::{SFlag, fstat};

use super::handle::kind_of;
use super::{Handle, MAX_DEPTH, Spot};
use crate::sys::stop::Stop;

/// Removes what has a name, with all below it; see [`Spot::remove_tree`].
pub(super) fn remove(spot: &Spot, stop: Stop) -> Result<()> {
    let device = fstat(spot.directory())?.st_dev;
    if kind_of(&spot.stat()?) != SFlag::S_IFDIR {
        return spot.remove_file();
    }
    let removal = Removal { top: spot.handle()?, device, stop, raised: Cell::new(0) };
    loop {
        let raised = removal.raised.get();
        match removal.level(spot, MAX_DEPTH) {
            Err(Errno::ENOTEMPTY) if removal.raised.get() > raised => {}
            result => return result,
        }
    }
}

struct Removal {
    top: Handle,
    device: u64,
    stop: Stop,
    /// How many directories were renamed to the top so far.
    raised: Cell<u64>,
}

impl Removal {
    fn level(&self, spot: &Spot, levels: usize) -> Result<()> {
        self.stop.cancelled()?;
        let stat = spot.stat()?;
        if kind_of(&stat) != SFlag::S_IFDIR {
            return spot.remove_file();
        }
        if stat.st_dev != self.device {
            return Err(Errno::EBUSY);
        }
        let Some(below) = levels.checked_sub(1) else { return self.raise(spot) };
        for entry in spot.handle()?.entries()? {
            self.level(&entry, below)?;
        }
        spot.remove_directory()
    }

    fn raise(&self, spot: &Spot) -> Result<()> {
        loop {
            let number = self.raised.get() + 1;
            self.raised.set(number);
            let name = CString::new(format!(".slate-raised-{number}")).map_err(|_| Errno::EINVAL)?;
            match spot.rename_beside(&self.top.child(name)) {
                Err(Errno::EEXIST) => {}
                result => return result,
            }
        }
    }
}
