//! The arguments that describe the disk.

use std::collections::BTreeMap;

use clap::Parser;

use super::size;
use crate::cli::caller;
use crate::spec::DiskSpec;

/// What the contract calls the type of the root file system.
const FS_TYPE: &str = "FS_TYPE";

/// Size and root file system of the image.
#[derive(Debug, Default, Parser)]
pub(in crate::cli) struct DiskArgs {
    /// Make the image this large, such as 10GiB (a plain number counts GiB); else just large enough
    #[arg(long, value_name = "SIZE", value_parser = size::gibibytes)]
    pub(in crate::cli) image_size: Option<u64>,

    /// Leave this much room beyond what the tree needs (a plain number counts GiB)
    #[arg(long, value_name = "SIZE", value_parser = size::gibibytes)]
    pub(in crate::cli) extra_size: Option<u64>,

    /// Label the root file system so
    #[arg(long, value_name = "LABEL")]
    pub(in crate::cli) root_label: Option<String>,

    /// Type of the root file system where the layout names none [env: FS_TYPE]
    #[arg(long, value_name = "TYPE")]
    pub(in crate::cli) root_fs: Option<String>,

    /// Pass these options to mkfs of the root file system, separated by blanks
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true)]
    pub(in crate::cli) mkfs_options: Option<String>,

    /// Let the root be grown online up to this size (a plain number counts 4 KiB blocks)
    #[arg(long, value_name = "SIZE", value_parser = size::blocks)]
    pub(in crate::cli) max_online_resize: Option<u64>,

    /// Journal of the root file system, in MiB
    #[arg(long, value_name = "MIB")]
    pub(in crate::cli) mkfs_journal_size: Option<u32>,
}

impl DiskArgs {
    /// What these say, and the others where these do not.
    pub(super) fn or(self, other: DiskArgs) -> DiskArgs {
        DiskArgs {
            image_size: self.image_size.or(other.image_size),
            extra_size: self.extra_size.or(other.extra_size),
            root_label: self.root_label.or(other.root_label),
            root_fs: self.root_fs.or(other.root_fs),
            mkfs_options: self.mkfs_options.or(other.mkfs_options),
            max_online_resize: self.max_online_resize.or(other.max_online_resize),
            mkfs_journal_size: self.mkfs_journal_size.or(other.mkfs_journal_size),
        }
    }

    pub(super) fn spec(self, environment: &BTreeMap<String, String>) -> DiskSpec {
        let options = self.mkfs_options.unwrap_or_default();
        DiskSpec {
            image_size: self.image_size,
            extra_size: self.extra_size.unwrap_or_default(),
            root_file_system: self.root_fs.or_else(|| caller::variable(environment, FS_TYPE)),
            root_label: self.root_label,
            mkfs_options: options.split_whitespace().map(str::to_owned).collect(),
            max_online_resize: self.max_online_resize,
            journal_size: self.mkfs_journal_size,
        }
    }
}
