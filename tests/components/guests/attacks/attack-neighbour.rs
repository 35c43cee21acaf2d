//! Looks for what another element keeps: in its memory, in its scratch directory.
use blankslate_sdk::{Element, Error, Result, bail, rootfs};

mod wasi {
    wit_bindgen::generate!({ path: "wasi.wit", world: "scratch", generate_all });
}

use std::sync::atomic::{AtomicBool, Ordering};
use wasi::wasi::filesystem::preopens::get_directories;
use wasi::wasi::filesystem::types::{Descriptor, DescriptorFlags, OpenFlags, PathFlags};

struct Neighbour;

static TOUCHED: AtomicBool = AtomicBool::new(false);

fn scratch() -> Result<Descriptor> {
    let mut all = get_directories();
    match (all.pop(), all.len()) {
        (Some((directory, path)), 0) if path == "/scratch" => Ok(directory),
        _ => bail!("there is not one scratch directory"),
    }
}

fn open(path: &str, how: OpenFlags) -> Result<Descriptor> {
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    let opened = scratch()?.open_at(PathFlags::SYMLINK_FOLLOW, path, how, flags);
    opened.map_err(|code| Error::new(format!("opening {path}: {}", code.name())))
}

impl Element for Neighbour {
    fn install(hook: &str) -> Result {
        if TOUCHED.swap(true, Ordering::Relaxed) {
            bail!("the memory of an earlier hook is still there");
        }
        match hook {
            "own" => {
                let file = open("own", OpenFlags::CREATE)?;
                file.write(b"own", 0).map_err(|code| Error::new(format!("{code:?}")))?;
                rootfs::copy(&rootfs::Source::Scratch("/scratch/own".into()), "/own")?;
            }
            "dots" => drop(open("../other/secret", OpenFlags::empty())?),
            "absolute" => drop(open("/etc/passwd", OpenFlags::empty())?),
            "link" => {
                let made = scratch()?.symlink_at("../other/secret", "link");
                made.map_err(|code| Error::new(format!("linking: {}", code.name())))?;
                drop(open("link", OpenFlags::empty())?);
            }
            _ => rootfs::copy(&rootfs::Source::Scratch("../other/secret".into()), "/stolen")?,
        }
        Ok(())
    }
}

blankslate_sdk::register!(Neighbour);
