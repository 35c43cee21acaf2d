//! The commands that make file systems other than ext, which [`super::ext4`] decides.

use super::{FileSystem, FsKind, Identity};

/// The UUID of a file system: as configured, else derived.
pub(super) fn uuid_of(fs: &FileSystem, identity: &Identity) -> String {
    fs.uuid.clone().unwrap_or_else(|| identity.uuid(&format!("file system {}", fs.name)).to_string())
}

/// The program with all arguments but the device.
pub(super) fn command(fs: &FileSystem, block_size: u32, identity: &Identity) -> Vec<String> {
    let uuid = uuid_of(fs, identity);
    let sector = block_size.to_string();
    let words: &[&str] = match fs.kind {
        FsKind::Xfs => &["mkfs.xfs", "-q", "-f", "-m"],
        FsKind::Vfat => &["mkfs.vfat", "-S", &sector, "-i"],
        FsKind::Swap => &["mkswap", "-q", "-U"],
        _ => &["mkfs.btrfs", "-q", "-f", "-U"],
    };
    let identifier = match fs.kind {
        FsKind::Xfs => format!("uuid={uuid}"),
        FsKind::Vfat => uuid.replace('-', "").chars().take(8).collect(),
        _ => uuid,
    };
    let label = if fs.kind == FsKind::Vfat { "-n" } else { "-L" };
    let mut args: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    args.extend([identifier, label.to_owned(), fs.label.clone()]);
    args.extend(fs.options.iter().cloned());
    args
}
