//! The start of a physical volume, as bytes (LVM's `layout.h` and `label.h`).
//!
//! | at | what |
//! | --- | --- |
//! | 512 | label: checksum, and the header of the physical volume: identifier, size, where data and metadata lie |
//! | 4096 | header of the metadata area: checksum, and where in the area the valid text lies |
//! | 4608 | the text that describes the volume group |
//! | 1 MiB | the first extent |

use anyhow::{Result, ensure};

use super::crc::checksum;
use crate::plan::layout::PlacedPhysical;

const SECTOR: usize = 512;
/// The label stands in the second sector.
const LABEL: usize = SECTOR;
/// Where the header follows in the label's sector, and where its checksum begins.
const HEADER: u32 = 32;
const CHECKED_FROM: usize = 20;
/// Where the metadata area begins; text follows a sector later.
const AREA: usize = 4096;
const TEXT: usize = SECTOR;
/// The version of the header's extension, and its flag for a volume that a group uses.
const EXTENSION: u32 = 2;
const IN_USE: u32 = 1;

/// The first bytes of a physical volume, up to the end of the text.
pub(super) fn head(id: &str, place: &PlacedPhysical, text: &str) -> Result<Vec<u8>> {
    let area = place.metadata - AREA as u64;
    let mut content = text.as_bytes().to_vec();
    content.push(0);
    // A later change of the group writes beside the valid text, never over it.
    ensure!(content.len() as u64 * 2 + 2 * TEXT as u64 <= area, "its description does not fit");

    let mut head = vec![0; AREA + TEXT + content.len()];
    head[LABEL..LABEL + SECTOR].copy_from_slice(&label(id, place, area));
    head[AREA..AREA + TEXT].copy_from_slice(&area_header(area, &content));
    head[AREA + TEXT..].copy_from_slice(&content);
    head.resize(head.len().next_multiple_of(SECTOR), 0);
    Ok(head)
}

fn label(id: &str, place: &PlacedPhysical, area: u64) -> [u8; SECTOR] {
    let mut header = Vec::new();
    header.extend(b"LABELONE");
    header.extend((LABEL as u64 / SECTOR as u64).to_le_bytes());
    header.extend([0; 4]);
    header.extend(HEADER.to_le_bytes());
    header.extend(b"LVM2 001");
    header.extend(id.bytes().filter(|byte| *byte != b'-'));
    header.extend(place.extent.length.to_le_bytes());
    // Data from the first extent on, as far as the volume reaches; then none.
    let areas = [place.metadata, 0, 0, 0, AREA as u64, area, 0, 0];
    header.extend(areas.iter().flat_map(|number| number.to_le_bytes()));
    header.extend(EXTENSION.to_le_bytes());
    header.extend(IN_USE.to_le_bytes());
    let mut sector = [0; SECTOR];
    sector[..header.len()].copy_from_slice(&header);
    let checksum = checksum(&sector[CHECKED_FROM..]);
    sector[16..20].copy_from_slice(&checksum.to_le_bytes());
    sector
}

fn area_header(area: u64, content: &[u8]) -> [u8; TEXT] {
    let mut header = vec![0; 4];
    header.extend(b" LVM2 x[5A%r0N*>");
    header.extend(1u32.to_le_bytes());
    header.extend((AREA as u64).to_le_bytes());
    header.extend(area.to_le_bytes());
    header.extend((TEXT as u64).to_le_bytes());
    header.extend((content.len() as u64).to_le_bytes());
    header.extend(checksum(content).to_le_bytes());
    let mut sector = [0; TEXT];
    sector[..header.len()].copy_from_slice(&header);
    let checksum = checksum(&sector[4..]);
    sector[..4].copy_from_slice(&checksum.to_le_bytes());
    sector
}
