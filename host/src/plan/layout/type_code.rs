//! Partition types: MBR's byte, GPT's GUID by gdisk's four digits.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

use super::TableLabel;

/// gdisk's codes with GPT's type GUIDs, those that images use.
const GPT_CODES: [(u16, Uuid); 16] = [
    (0x0700, uuid!("EBD0A0A2-B9E5-4433-87C0-68B6B72699C7")),
    (0x0C01, uuid!("E3C9E316-0B5C-4DB8-817D-F92DF00215AE")),
    (0x4100, uuid!("9E1A2D38-C612-4316-AA26-8B49521E5A8B")),
    (0x8200, uuid!("0657FD6D-A4AB-43C4-84E5-0933C84B4F4F")),
    (0x8300, uuid!("0FC63DAF-8483-4772-8E79-3D69D8477DE4")),
    (0x8301, uuid!("8DA63339-0007-60C0-C436-083AC8230908")),
    (0x8302, uuid!("933AC7E1-2EB4-4F13-B844-0E14E2AEF915")),
    (0x8303, uuid!("44479540-F297-41B2-9AF7-D131D5F0458A")),
    (0x8304, uuid!("4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709")),
    (0x8305, uuid!("B921B045-1DF0-41C3-AF44-4C6F280D3FAE")),
    (0x8306, uuid!("3B8F8425-20E0-4F3B-907F-1A25A76F98E8")),
    (0x8E00, uuid!("E6D6D379-F507-44C2-A23C-238F2A3DF928")),
    (0xEA00, uuid!("BC13C2FF-59E6-4262-A352-B275FD6F7172")),
    (0xEF00, uuid!("C12A7328-F81F-11D2-BA4B-00A0C93EC93B")),
    (0xEF02, uuid!("21686148-6449-6E6F-744E-656564454649")),
    (0xFD00, uuid!("A19D880F-05FC-4D3B-A006-743F0F84911E")),
];

/// A partition's type: `0x83`, `EF02`, or a GUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum TypeCode {
    /// MBR's type byte.
    Mbr(u8),
    /// A type of GPT.
    Gpt(Uuid),
}

impl TypeCode {
    /// An extended partition of MBR, addressed by LBA.
    pub const MBR_EXTENDED: u8 = 0x0F;
    /// The EFI system partition of MBR.
    const MBR_EFI_SYSTEM: u8 = 0xEF;
    /// The EFI system partition of GPT.
    pub const EFI_SYSTEM: TypeCode = TypeCode::Gpt(uuid!("C12A7328-F81F-11D2-BA4B-00A0C93EC93B"));
    /// Where a GPT disk keeps GRUB's core image for BIOS.
    pub const BIOS_BOOT: TypeCode = TypeCode::Gpt(uuid!("21686148-6449-6E6F-744E-656564454649"));

    /// Whether it is the EFI system partition, of either table.
    pub fn is_efi_system(self) -> bool {
        self == TypeCode::EFI_SYSTEM || self == TypeCode::Mbr(TypeCode::MBR_EFI_SYSTEM)
    }

    /// What a partition is where nothing is said: Linux data.
    pub fn default_for(table: TableLabel) -> TypeCode {
        match table {
            TableLabel::Mbr => TypeCode::Mbr(0x83),
            TableLabel::Gpt => TypeCode::Gpt(uuid!("0FC63DAF-8483-4772-8E79-3D69D8477DE4")),
        }
    }

    /// What a type must look like in such a table.
    pub fn expected(table: TableLabel) -> &'static str {
        match table {
            TableLabel::Mbr => "a hexadecimal byte, such as 0x83",
            TableLabel::Gpt => "gdisk's four digits, such as 8300, EF00 or EF02, or a GUID",
        }
    }

    /// Reads a type as it is written for such a table.
    pub fn parse(text: &str, table: TableLabel) -> Option<TypeCode> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        match table {
            TableLabel::Mbr => {
                u8::from_str_radix(digits, 16).ok().filter(|byte| *byte != 0).map(TypeCode::Mbr)
            }
            TableLabel::Gpt => match u16::from_str_radix(digits, 16) {
                Ok(code) => {
                    GPT_CODES.iter().find(|(known, _)| *known == code).map(|(_, guid)| TypeCode::Gpt(*guid))
                }
                Err(_) => Uuid::try_parse(text).ok().map(TypeCode::Gpt),
            },
        }
    }
}

impl fmt::Display for TypeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypeCode::Mbr(byte) => write!(f, "{byte:#04x}"),
            TypeCode::Gpt(guid) => match GPT_CODES.iter().find(|(_, known)| known == guid) {
                Some((code, _)) => write!(f, "{code:04X}"),
                None => write!(f, "{guid}"),
            },
        }
    }
}

impl From<TypeCode> for String {
    fn from(code: TypeCode) -> String {
        code.to_string()
    }
}

impl TryFrom<String> for TypeCode {
    type Error = String;

    /// The inverse of `Display`, whose two forms differ in the prefix `0x`.
    fn try_from(text: String) -> Result<TypeCode, String> {
        let table = if text.starts_with("0x") { TableLabel::Mbr } else { TableLabel::Gpt };
        TypeCode::parse(&text, table).ok_or_else(|| format!("'{text}' is no partition type"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read() {
        use TableLabel::{Gpt, Mbr};
        let table = [
            ("0x83", Mbr, "0x83"),
            ("83", Mbr, "0x83"),
            ("0x0c", Mbr, "0x0c"),
            ("EF00", Gpt, "EF00"),
            ("ef02", Gpt, "EF02"),
            ("0x4100", Gpt, "4100"),
            ("8300", Gpt, "8300"),
            ("21686148-6449-6e6f-744e-656564454649", Gpt, "EF02"),
            ("2a2a2a2a-0000-4000-8000-000000000001", Gpt, "2a2a2a2a-0000-4000-8000-000000000001"),
        ];
        for (text, label, shown) in table {
            let code = TypeCode::parse(text, label).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(code.to_string(), shown);
            assert_eq!(TypeCode::try_from(code.to_string()), Ok(code));
        }
        for (text, label) in [("0x100", Mbr), ("0", Mbr), ("linux", Mbr), ("9999", Gpt), ("", Gpt)] {
            assert_eq!(TypeCode::parse(text, label), None, "{text}");
        }
    }
}
