//! Values of nodes, read one by one.

use super::{LayoutError, TableLabel, TypeCode, check, parse_size};

/// Sector size where the configuration names none.
pub(super) const DEFAULT_BLOCK_SIZE: u32 = 512;

/// Alignment where the configuration names none: a multiple of every erase
/// block and stripe in use, and room for a boot loader behind the MBR.
pub(super) const DEFAULT_ALIGN: u64 = 1 << 20;

pub(super) fn size_of(node: &str, text: &str) -> Result<u64, LayoutError> {
    parse_size(text).map_err(|error| LayoutError::Size { node: format!("'{node}'"), error })
}

pub(super) fn block_size(disk: &str, given: &str) -> Result<u32, LayoutError> {
    match given {
        "512" => Ok(512),
        "4096" => Ok(4096),
        _ => Err(LayoutError::BlockSize { disk: disk.to_owned(), given: given.to_owned() }),
    }
}

pub(super) fn table_label(disk: &str, given: &str) -> Result<TableLabel, LayoutError> {
    match given {
        "mbr" => Ok(TableLabel::Mbr),
        "gpt" => Ok(TableLabel::Gpt),
        _ => Err(LayoutError::TableLabel { disk: disk.to_owned(), given: given.to_owned() }),
    }
}

/// The flags `boot` and `primary`.
pub(super) fn flags(
    partition: &str,
    flags: &[String],
    table: TableLabel,
) -> Result<(bool, bool), LayoutError> {
    let (mut boot, mut primary) = (false, table == TableLabel::Gpt);
    for flag in flags {
        match (flag.as_str(), table) {
            ("boot", _) => boot = true,
            ("primary", TableLabel::Mbr) => primary = true,
            ("primary", TableLabel::Gpt) => return Err(LayoutError::PrimaryInGpt(partition.to_owned())),
            _ => {
                let partition = partition.to_owned();
                return Err(LayoutError::UnknownFlag { partition, flag: flag.clone() });
            }
        }
    }
    Ok((boot, primary))
}

pub(super) fn type_code(
    partition: &str,
    given: Option<&str>,
    table: TableLabel,
) -> Result<TypeCode, LayoutError> {
    let Some(given) = given else { return Ok(TypeCode::default_for(table)) };
    TypeCode::parse(given, table).ok_or_else(|| LayoutError::TypeCode {
        partition: partition.to_owned(),
        given: given.to_owned(),
        table: check::table_name(table),
        expected: TypeCode::expected(table),
    })
}
