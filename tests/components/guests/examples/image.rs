//! What is being built.
use blankslate_sdk::{Element, Result, image, rootfs};

struct Image;

impl Element for Image {
    fn install(_hook: &str) -> Result {
        rootfs::write("/image", format!("{:?}", image::describe()))?;
        Ok(())
    }
}

blankslate_sdk::register!(Image);
