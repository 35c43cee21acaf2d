//! Writes without end: in one file, in many, by appending, into the scratch directory.
use blankslate_sdk::{Element, Result, rootfs};

mod wasi {
    wit_bindgen::generate!({ path: "wasi.wit", world: "scratch", generate_all });
}

use wasi::wasi::filesystem::preopens::get_directories;
use wasi::wasi::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};

struct FileSize;

static PIECE: [u8; 64 * 1024] = [7; 64 * 1024];

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
            "many" => {
                for number in 0u32.. {
                    rootfs::write(&format!("/many/{number}"), PIECE)?;
                }
                Ok(())
            }
            _ => {
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
        }
    }
}

blankslate_sdk::register!(FileSize);
