//! What guests give, looked at before anything is done: so that a message says
//! what is wrong, and a rehearsal refuses what a build does.

use std::path::{Component, Path};

use nix::errno::Errno;
use nix::sys::stat::SFlag;

use crate::plugin::bindings::wit::rootfs::Error;
use crate::plugin::pattern::has_open_set;

/// The largest major and minor number that the kernel takes.
const MAX_DEVICE: (u32, u32) = (0xfff, 0xf_ffff);

/// What stands for "leave it as it is" in the kernel's calls.
const NO_ID: u32 = u32::MAX;

/// The largest extended attribute (`XATTR_SIZE_MAX`) and name (`XATTR_NAME_MAX`).
const MAX_VALUE: usize = 64 << 10;
const MAX_NAME: usize = 255;

/// Namespaces in which names are free.
const NAMESPACES: [&str; 3] = ["user.", "trusted.", "security."];

const ACCESS_LIST: &str = "system.posix_acl_access";
const DEFAULT_LIST: &str = "system.posix_acl_default";
const CAPABILITIES: &str = "security.capability";

fn invalid<T>(text: String) -> Result<T, Error> {
    Err(Error::Invalid(text))
}

/// A path of whatever there is.
pub(super) fn path(given: &str) -> Result<&Path, Error> {
    match given {
        given if given.contains('\0') => invalid("the path has a zero byte".to_owned()),
        given => Ok(Path::new(given)),
    }
}

/// A path that ends in a name, of something to make, replace, rename or remove.
pub(super) fn name(given: &str) -> Result<&Path, Error> {
    let path = path(given)?;
    match path.components().next_back() {
        Some(Component::Normal(_)) => Ok(path),
        Some(Component::ParentDir) => invalid(format!("'{given}' ends in '..', which is no name")),
        _ if given.is_empty() => invalid("the path is empty".to_owned()),
        _ => invalid(format!("'{given}' is the root of the image")),
    }
}

/// A path of a regular file to write.
pub(super) fn file(given: &str) -> Result<&Path, Error> {
    match name(given)? {
        _ if given.ends_with('/') => invalid(format!("'{given}' ends in '/', as only a directory does")),
        path => Ok(path),
    }
}

/// A pattern of paths.
pub(super) fn pattern(given: &str) -> Result<(), Error> {
    path(given)?;
    match given.split('/').find(|part| has_open_set(part)) {
        _ if given.split('/').any(|part| part == "..") => invalid("a pattern has no '..'".to_owned()),
        Some(part) => invalid(format!("the pattern '{part}' has a '[' without its ']'")),
        None => Ok(()),
    }
}

/// The number of a user or a group.
pub(super) fn owner(id: u32) -> Result<u32, Error> {
    match id {
        NO_ID => invalid(format!("{NO_ID} is the number of no user and no group")),
        id => Ok(id),
    }
}

/// The numbers of a device.
pub(super) fn device((major, minor): (u32, u32)) -> Result<(u32, u32), Error> {
    if major > MAX_DEVICE.0 || minor > MAX_DEVICE.1 {
        let (most_major, most_minor) = MAX_DEVICE;
        return invalid(format!("device {major}:{minor} is out of range (up to {most_major}:{most_minor})"));
    }
    Ok((major, minor))
}

/// The name of an extended attribute.
pub(super) fn attribute_name(name: &str) -> Result<(), Error> {
    let is_free =
        NAMESPACES.iter().any(|space| name.strip_prefix(space).is_some_and(|rest| !rest.is_empty()));
    if name.contains('\0') || name.len() > MAX_NAME {
        return invalid(format!("'{}' cannot be the name of an extended attribute", name.escape_default()));
    }
    if is_free || [ACCESS_LIST, DEFAULT_LIST].contains(&name) {
        return Ok(());
    }
    invalid(format!(
        "extended attribute '{name}' is in no known namespace ({}, {ACCESS_LIST}, {DEFAULT_LIST})",
        NAMESPACES.map(|space| format!("{space}*")).join(", ")
    ))
}

/// An extended attribute.
pub(super) fn attribute(name: &str, value: &[u8]) -> Result<(), Error> {
    attribute_name(name)?;
    if value.len() > MAX_VALUE {
        return invalid(format!(
            "extended attribute '{name}' has {} bytes, {MAX_VALUE} is the most",
            value.len()
        ));
    }
    let is_valid = match name {
        ACCESS_LIST | DEFAULT_LIST => is_access_list(value),
        CAPABILITIES => is_capabilities(value),
        _ => true,
    };
    if is_valid { Ok(()) } else { invalid(format!("the value of extended attribute '{name}' is malformed")) }
}

/// Whether a kind of file can have extended attributes of these names.
pub(super) fn attributes_of<'a>(kind: SFlag, mut names: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    let fits = |name: &str| match name {
        DEFAULT_LIST => kind == SFlag::S_IFDIR,
        ACCESS_LIST => kind != SFlag::S_IFLNK,
        name if name.starts_with("user.") => [SFlag::S_IFREG, SFlag::S_IFDIR].contains(&kind),
        _ => true,
    };
    let wanted = |name: &str| match name {
        DEFAULT_LIST => "a directory",
        ACCESS_LIST => "what is no symbolic link",
        _ => "a regular file or a directory",
    };
    match names.find(|name| !fits(name)) {
        Some(name) => invalid(format!("extended attribute '{name}' is for {}", wanted(name))),
        None => Ok(()),
    }
}

/// `posix_acl_xattr_header`, version 2, and entries of eight bytes.
fn is_access_list(value: &[u8]) -> bool {
    let Some((head, entries)) = value.split_first_chunk::<4>() else { return false };
    u32::from_le_bytes(*head) == 2 && entries.len() % 8 == 0
}

/// `vfs_cap_data` of version 2, or of version 3, which has an owner besides.
fn is_capabilities(value: &[u8]) -> bool {
    let Some(head) = value.first_chunk::<4>() else { return false };
    let version = u32::from_le_bytes(*head) >> 24;
    [(2, 20), (3, 24)].contains(&(version, value.len()))
}

/// What the kernel means by its refusal of an extended attribute.
pub(super) fn refused_attribute(error: Errno) -> Error {
    match error {
        Errno::EINVAL => {
            Error::Invalid("the kernel takes no such value for an extended attribute".to_owned())
        }
        Errno::EOPNOTSUPP => {
            Error::Other("the file system has no extended attributes of this kind".to_owned())
        }
        Errno::ERANGE | Errno::E2BIG => Error::Invalid("an extended attribute is too large".to_owned()),
        other => other.into(),
    }
}

/// What the kernel means by its refusal to rename.
pub(super) fn refused_rename(error: Errno) -> Error {
    match error {
        Errno::EINVAL => Error::Invalid("a directory cannot be moved into itself".to_owned()),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<T>(result: Result<T, Error>) -> String {
        match result {
            Ok(_) => String::new(),
            Err(Error::Invalid(text)) => text,
            Err(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn paths_say_what_is_wrong_with_them() {
        let names = [
            ("", "the path is empty"),
            ("/", "'/' is the root of the image"),
            ("/./", "'/./' is the root of the image"),
            (".", "'.' is the root of the image"),
            ("/etc/..", "'/etc/..' ends in '..', which is no name"),
            ("/etc/\0", "the path has a zero byte"),
            ("/etc/x/", ""),
            ("etc/x/.", ""),
        ];
        for (given, expected) in names {
            assert_eq!(told(name(given)), expected, "{given}");
        }
        assert_eq!(told(file("/etc/x/")), "'/etc/x/' ends in '/', as only a directory does");
        assert_eq!((told(file("/etc/x")), told(path(""))), (String::new(), String::new()));
        assert_eq!(told(pattern("/etc/[a/*")), "the pattern '[a' has a '[' without its ']'");
        assert_eq!(told(pattern("/../*")), "a pattern has no '..'");
        assert_eq!(told(pattern("/etc/[a]*[!b]")), "");
    }

    #[test]
    fn numbers_are_in_range() {
        assert_eq!(told(owner(u32::MAX)), "4294967295 is the number of no user and no group");
        assert_eq!(told(owner(u32::MAX - 1)), "");
        assert_eq!(told(device((0xfff, 0xf_ffff))), "");
        assert_eq!(told(device((0x1000, 0))), "device 4096:0 is out of range (up to 4095:1048575)");
        assert_eq!(told(device((0, 0x10_0000))), "device 0:1048576 is out of range (up to 4095:1048575)");
    }

    #[test]
    fn extended_attributes_have_known_names_and_whole_values() {
        let unknown = |name: &str| {
            format!(
                "extended attribute '{name}' is in no known namespace (user.*, trusted.*, security.*, system.posix_acl_access, system.posix_acl_default)"
            )
        };
        let malformed = |name: &str| format!("the value of extended attribute '{name}' is malformed");
        let capabilities = [&[1, 0, 0, 2][..], &[0; 16]].concat();
        let table: [(&str, &[u8], String); 9] = [
            ("user.x", b"", String::new()),
            ("comment", b"", unknown("comment")),
            ("user.", b"", unknown("user.")),
            ("system.x", b"", unknown("system.x")),
            (ACCESS_LIST, b"\x02\0\0\0", String::new()),
            (ACCESS_LIST, b"x", malformed(ACCESS_LIST)),
            (DEFAULT_LIST, b"\x02\0\0\0x", malformed(DEFAULT_LIST)),
            (CAPABILITIES, &capabilities, String::new()),
            (CAPABILITIES, b"cap_net_raw", malformed(CAPABILITIES)),
        ];
        for (name, value, expected) in table {
            assert_eq!(told(attribute(name, value)), expected, "{name}");
        }
        let large = vec![0; MAX_VALUE + 1];
        assert_eq!(
            told(attribute("user.x", &large)),
            "extended attribute 'user.x' has 65537 bytes, 65536 is the most"
        );
        let of = |kind, name| told(attributes_of(kind, [name].into_iter()));
        assert_eq!(
            of(SFlag::S_IFLNK, "user.x"),
            "extended attribute 'user.x' is for a regular file or a directory"
        );
        assert_eq!(
            of(SFlag::S_IFREG, DEFAULT_LIST),
            format!("extended attribute '{DEFAULT_LIST}' is for a directory")
        );
        assert_eq!(of(SFlag::S_IFLNK, "trusted.x"), "");
    }
}
