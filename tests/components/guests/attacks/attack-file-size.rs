//! Writes without end: in one file, in many, by appending, into the scratch directory,
//! and whatever else takes room: copies, links, files without content, attributes.
use blankslate_sdk::rootfs::{Node, Source};
use blankslate_sdk::{Element, Result, rootfs};

mod wasi {
    wit_bindgen::generate!({ path: "wasi.wit", world: "scratch", generate_all });
}

use wasi::wasi::filesystem::preopens::get_directories;
use wasi::wasi::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};

struct FileSize;

static PIECE: [u8; 64 * 1024] = [7; 64 * 1024];

/// Makes one file after another, as long as it is let.
fn without_end(hook: &str) -> Result {
    (0..u32::MAX).try_for_each(|number| {
        let path = format!("/{hook}-{number}");
        match hook {
            "many" => rootfs::write(&format!("/many/{number}"), PIECE)?,
            "empty" => rootfs::write(&path, "")?,
            "appended" => rootfs::append(&path, "")?,
            "streamed" => rootfs::file(&path).stream()?.finish()?,
            "copies" => rootfs::copy(&Source::Image("/source".into()), &path)?,
            "links" => rootfs::symlink(&"t".repeat(4000), &path)?,
            "names" => rootfs::hard_link("/source/piece", &path)?,
            "nodes" => rootfs::make_node(&path, Node::Fifo, 0o600)?,
            "directories" => rootfs::directory(&path).create()?,
            _ => rootfs::file("/attributed").extended("trusted.x", [7; 1000]).write("")?,
        }
        Ok(())
    })
}

impl Element for FileSize {
    fn install(hook: &str) -> Result {
        match hook {
            "stream" => {
                let mut writer = rootfs::file("/huge").stream()?;
                loop {
                    writer.write(&PIECE)?;
                }
            }
            "append" => loop {
                rootfs::append("/huge", PIECE)?;
            },
            "scratch" => {
                let (scratch, _) = get_directories().pop().expect("a scratch directory");
                let file = scratch.open_at(
                    PathFlags::empty(),
                    "huge",
                    OpenFlags::CREATE,
                    DescriptorFlags::READ | DescriptorFlags::WRITE,
                );
                let (file, mut at) = (file.expect("a file"), 0);
                loop {
                    at += file.write(&PIECE, at).expect("written");
                }
            }
            _ => without_end(hook),
        }
    }
}

blankslate_sdk::register!(FileSize);
