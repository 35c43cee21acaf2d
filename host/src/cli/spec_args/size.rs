//! Sizes as they are typed. Plain numbers keep the units that they have in
//! diskimage-builder's options of the same names.

use crate::plan::layout::parse_size;

const GIBIBYTE: u64 = 1 << 30;

/// A file system block.
const BLOCK: u64 = 4096;

/// A size in bytes, where a number without a unit counts GiB.
pub(in crate::cli) fn gibibytes(text: &str) -> Result<u64, String> {
    size(text, GIBIBYTE)
}

/// A size in bytes, where a number without a unit counts blocks.
pub(in crate::cli) fn blocks(text: &str) -> Result<u64, String> {
    size(text, BLOCK)
}

fn size(text: &str, unit: u64) -> Result<u64, String> {
    if text.trim().is_empty() || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err("expected a number with a unit, such as 10GiB".to_owned());
    }
    if let Ok(number) = text.parse::<u64>() {
        return number.checked_mul(unit).ok_or_else(|| "too large".to_owned());
    }
    parse_size(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_have_their_unit() {
        assert_eq!(gibibytes("10"), Ok(10 << 30));
        assert_eq!(gibibytes("512MiB"), Ok(512 << 20));
        assert_eq!(blocks("274877906944"), Ok(1 << 50));
        assert_eq!(blocks("1TiB"), Ok(1 << 40));
        assert_eq!(gibibytes("GiB"), Err("expected a number with a unit, such as 10GiB".to_owned()));
        assert_eq!(gibibytes("99999999999"), Err("too large".to_owned()));
    }
}
