//! The text that describes a volume group.

use std::fmt::Write;

use uuid::Uuid;

use crate::plan::layout::{Identity, PlacedGroup, PlacedVolume, VolumeGroup};

/// The text counts in these.
const SECTOR: u64 = 512;

/// How LVM groups the 32 characters of an identifier.
const GROUPS: [usize; 7] = [6, 4, 4, 4, 4, 4, 6];

/// Describes a group. No time and no host stand in it: the same plan gives
/// the same bytes.
pub(super) fn group(group: &VolumeGroup, placed: &PlacedGroup, identity: &Identity) -> String {
    let mut text = format!(
        "{} {{\nid = \"{}\"\nseqno = 1\nformat = \"lvm2\"\nstatus = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\n\
         flags = []\nextent_size = {}\nmax_lv = 0\nmax_pv = 0\nmetadata_copies = 0\n\n",
        group.name,
        id(identity, &format!("volume group {}", group.name)),
        group.extent_size / SECTOR,
    );
    text += "physical_volumes {\n";
    for (index, (volume, place)) in group.physical.iter().zip(&placed.physical).enumerate() {
        let id = physical_id(&volume.name, identity);
        let (size, start) = (place.extent.length / SECTOR, place.metadata / SECTOR);
        text += &format!(
            "\npv{index} {{\nid = \"{id}\"\nstatus = [\"ALLOCATABLE\"]\nflags = []\ndev_size = {size}\n\
             pe_start = {start}\npe_count = {}\n}}\n",
            place.extents
        );
    }
    text += "}\n\n";
    if !group.logical.is_empty() {
        text += "logical_volumes {\n";
        for (volume, place) in group.logical.iter().zip(&placed.volumes) {
            let id = id(identity, &format!("logical volume {} {}", group.name, volume.name));
            text += &logical(&volume.name, &id, place);
        }
        text += "}\n\n";
    }
    text + "}\ncontents = \"Text Format Volume Group\"\nversion = 1\ndescription = \"\"\n"
}

/// The identifier of a physical volume.
pub(super) fn physical_id(volume: &str, identity: &Identity) -> String {
    id(identity, &format!("physical volume {volume}"))
}

fn logical(name: &str, id: &str, place: &PlacedVolume) -> String {
    let mut text = format!(
        "\n{name} {{\nid = \"{id}\"\nstatus = [\"READ\", \"WRITE\", \"VISIBLE\"]\nflags = []\n\
         segment_count = {}\n",
        place.runs.len()
    );
    let mut start = 0;
    for (number, run) in (1..).zip(&place.runs) {
        let _ = write!(
            text,
            "\nsegment{number} {{\nstart_extent = {start}\nextent_count = {}\n\ntype = \"striped\"\n\
             stripe_count = 1\n\nstripes = [\n\"pv{}\", {}\n]\n}}\n",
            run.count, run.physical, run.first
        );
        start += run.count;
    }
    text + "}\n"
}

/// An identifier as LVM writes them, of the digits of a derived UUID.
fn id(identity: &Identity, part: &str) -> String {
    let uuid: Uuid = identity.uuid(part);
    let digits = uuid.simple().to_string();
    let mut rest = digits.as_str();
    let parts = GROUPS.map(|length| {
        let (part, left) = rest.split_at(length);
        rest = left;
        part
    });
    parts.join("-")
}
