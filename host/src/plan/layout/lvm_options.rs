//! Values of LVM's nodes, and what is understood of options for its tools.
//!
//! Volume groups are written without those tools, and without the kernel's
//! device mapper. What an option asks for is therefore done here, or the
//! option is refused.

use super::nodes::LogicalNode;
use super::read::size_of;
use super::{Human, LayoutError, Percent, VolumeSize};

/// LVM's own default, and what DIB rounds sizes to.
const DEFAULT_EXTENT_SIZE: u64 = 4 << 20;

/// What LVM takes as an extent, in bytes; always a power of two.
const EXTENT_SIZES: std::ops::RangeInclusive<u64> = 128 << 10..=16 << 30;

/// Options that answer the tools' questions, which nobody asks here.
const WITHOUT_EFFECT: [&str; 10] =
    ["--force", "-f", "-ff", "--yes", "-y", "--quiet", "-q", "-qq", "-Wy", "-Zy"];

/// What is understood, for messages.
const KNOWN: &str = "--force, --yes, --quiet and, for vgs, --physicalextentsize";

/// Refuses options that ask for something.
pub(super) fn no_options(kind: &'static str, node: &str, options: &[String]) -> Result<(), LayoutError> {
    match options.iter().find(|option| !WITHOUT_EFFECT.contains(&option.as_str())) {
        Some(option) => Err(unknown(kind, node, option)),
        None => Ok(()),
    }
}

/// The size of a group's extents, from `--physicalextentsize` or `-s`.
pub(super) fn extent_size(group: &str, options: &[String]) -> Result<u64, LayoutError> {
    let mut size = DEFAULT_EXTENT_SIZE;
    let mut words = options.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let given = match word {
            "-s" | "--physicalextentsize" => Some(words.next().unwrap_or_default()),
            _ => word.strip_prefix("--physicalextentsize="),
        };
        match given {
            Some(given) => size = parse_extent_size(group, given)?,
            None if WITHOUT_EFFECT.contains(&word) => {}
            None => return Err(unknown("vgs", group, word)),
        }
    }
    Ok(size)
}

/// LVM's own notation: a number and a letter, all of them powers of 1024;
/// mebibytes where there is no letter.
fn parse_extent_size(group: &str, given: &str) -> Result<u64, LayoutError> {
    let end = given.find(|c: char| !c.is_ascii_digit()).unwrap_or(given.len());
    let shift = match given[end..].to_ascii_lowercase().as_str() {
        "k" => 10,
        "" | "m" => 20,
        "g" => 30,
        _ => 64,
    };
    let number = given[..end].parse::<u64>().ok().filter(|number| *number < 1 << 30);
    let bytes = number.and_then(|number| number.checked_shl(shift)).unwrap_or(0);
    match bytes.is_power_of_two() && EXTENT_SIZES.contains(&bytes) {
        true => Ok(bytes),
        false => Err(LayoutError::ExtentSize { group: group.to_owned(), given: given.to_owned() }),
    }
}

/// The size of a volume in extents. A size in bytes is rounded down, as DIB has it.
pub(super) fn volume_size(node: &LogicalNode, extent_size: u64) -> Result<VolumeSize, LayoutError> {
    let name = || node.name.clone();
    match node.kind.as_deref() {
        None | Some("linear") if node.thin_pool.is_none() => {}
        None | Some("thin" | "thin-pool") => return Err(LayoutError::ThinPool(name())),
        Some(given) => return Err(LayoutError::VolumeKind { volume: name(), given: given.to_owned() }),
    }
    no_options("lvs", &node.name, &node.options)?;
    let size = match (&node.size, &node.extents) {
        (Some(size), _) => VolumeSize::Extents(size_of(&node.name, size)? / extent_size),
        (None, Some(extents)) => parse_extents(extents)
            .ok_or_else(|| LayoutError::Extents { volume: name(), given: extents.clone() })?,
        (None, None) => return Err(LayoutError::MissingKey { kind: "lvs", node: name(), key: "size" }),
    };
    match size {
        VolumeSize::Extents(0) => {
            Err(LayoutError::VolumeTooSmall { volume: name(), extent: Human(extent_size).to_string() })
        }
        size => Ok(size),
    }
}

/// `250`, `28%VG`, `100%FREE`. All physical volumes of a group are its own,
/// so that `%PVS` is `%VG`.
fn parse_extents(text: &str) -> Option<VolumeSize> {
    let Some((number, of)) = text.trim().split_once('%') else {
        return text.trim().parse().ok().map(VolumeSize::Extents);
    };
    let percent: Percent =
        format!("{number}%").parse().ok().filter(|percent: &Percent| percent.is_share())?;
    match of {
        "VG" | "PVS" => Some(VolumeSize::PercentOfGroup(percent)),
        "FREE" => Some(VolumeSize::PercentOfFree(percent)),
        _ => None,
    }
}

fn unknown(kind: &'static str, node: &str, option: &str) -> LayoutError {
    LayoutError::LvmOption { kind, node: node.to_owned(), option: option.to_owned(), known: KNOWN }
}
