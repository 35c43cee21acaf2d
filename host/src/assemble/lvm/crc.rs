//! LVM's checksum: CRC-32 with a start value of its own, and not inverted.

const START: u32 = 0xF597_A6CF;
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// The checksum of some bytes.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(START, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            let carry = if crc & 1 == 1 { POLYNOMIAL } else { 0 };
            crc >> 1 ^ carry
        })
    })
}
