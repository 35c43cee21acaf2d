//! diskimage-builder's commands, as names of the one binary.
//!
//! | name | module |
//! | --- | --- |
//! | `disk-image-create`, `ramdisk-image-create` | [`request`], with [`options`] and [`outputs`] |
//! | `diskimage-builder` | [`definition`] |
//! | `element-info` | [`element_info`] |
//!
//! [`declared`] reads what shell elements declare in files.

pub mod declared;
pub mod definition;
pub mod getopt;
pub mod installed;
pub mod options;
pub mod outputs;
pub mod request;
pub mod words;

/// The two commands that make images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creator {
    /// `disk-image-create`.
    Disk,
    /// `ramdisk-image-create`: adds the ramdisk element; the elements write the results.
    Ramdisk,
}

impl Creator {
    /// The command's name.
    pub fn name(self) -> &'static str {
        match self {
            Creator::Disk => "disk-image-create",
            Creator::Ramdisk => "ramdisk-image-create",
        }
    }
}
