//! Types and names of outputs, as the old commands have them.

use std::path::{Path, PathBuf};

use crate::plan::PlannedOutput;
use crate::spec::{Format, FormatSource};

/// A type that cannot be written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypeError {
    /// Nothing known.
    #[error("unknown image type '{given}' (known: {known})")]
    Unknown {
        /// As typed.
        given: String,
        /// The types there are.
        known: String,
    },
}

/// The formats of `-t`, without repeats; none given means qcow2.
///
/// # Errors
///
/// Fails if a type is not known.
pub fn formats(types: &[String]) -> Result<Vec<Format>, TypeError> {
    let mut formats = Vec::new();
    for name in types {
        let format = format(name)?;
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    if formats.is_empty() {
        formats.push(Format::Qcow2);
    }
    Ok(formats)
}

fn format(name: &str) -> Result<Format, TypeError> {
    match name {
        // qemu-img's own name of it, which the old commands pass on.
        "vpc" => Ok(Format::Vhd),
        _ => name.parse().map_err(|_| {
            let known: Vec<&str> = Format::ALL.iter().map(|format| format.as_str()).collect();
            TypeError::Unknown { given: name.to_owned(), known: known.join(", ") }
        }),
    }
}

/// The name without its extension, which is stripped where only that one type
/// is asked for.
pub fn image_name(given: &str, types: &[String]) -> PathBuf {
    let only = match types {
        [] => "qcow2",
        [only] => only,
        _ => return PathBuf::from(given),
    };
    let stripped = given.strip_suffix(only).and_then(|rest| rest.strip_suffix('.'));
    PathBuf::from(stripped.unwrap_or(given))
}

/// `<name>.<extension>` for each format. Dots in the name stay. Without a disk
/// image only what is made from the tree remains.
pub fn planned(image_name: &Path, formats: &[Format], with_disk: bool) -> Vec<PlannedOutput> {
    let written = |format: &&Format| with_disk || format.source() == FormatSource::Tree;
    let output =
        |&format: &Format| PlannedOutput { format, path: with_suffix(image_name, extension(format)) };
    formats.iter().filter(written).map(output).collect()
}

/// The file extension that the old commands give a format.
fn extension(format: Format) -> &'static str {
    match format {
        Format::Squashfs => "squash",
        other => other.as_str(),
    }
}

/// `<path>.<suffix>`.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(list: &[&str]) -> Vec<String> {
        list.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn the_only_types_extension_is_stripped() {
        let cases: [(&str, &[&str], &str); 6] = [
            ("dir/a.qcow2", &[], "dir/a"),
            ("dir/a.qcow2", &["qcow2"], "dir/a"),
            ("dir/a.raw", &["qcow2"], "dir/a.raw"),
            ("dir/a.qcow2", &["qcow2", "raw"], "dir/a.qcow2"),
            ("image-1.2", &["raw"], "image-1.2"),
            ("qcow2", &["qcow2"], "qcow2"),
        ];
        for (given, list, name) in cases {
            assert_eq!(image_name(given, &types(list)), Path::new(name), "{given} {list:?}");
        }
    }

    #[test]
    fn every_format_has_its_file() {
        let formats = formats(&types(&["qcow2", "tgz", "squashfs", "vhd", "vpc", "qcow2"])).unwrap();
        let names = |with_disk| {
            let outputs = planned(Path::new("d/image-1.2"), &formats, with_disk);
            outputs.iter().map(|output| output.path.display().to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(true), "d/image-1.2.qcow2 d/image-1.2.tgz d/image-1.2.squash d/image-1.2.vhd");
        assert_eq!(names(false), "d/image-1.2.tgz d/image-1.2.squash");
    }

    #[test]
    fn other_types_are_refused() {
        let message = formats(&types(&["floppy"])).unwrap_err().to_string();
        assert_eq!(
            message,
            "unknown image type 'floppy' (known: qcow2, raw, tar, tgz, squashfs, vhd, vhdx, vmdk, vdi, qcow, qed, \
             parallels, docker, aci)"
        );
    }
}
