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

/// What `-t` asks for, without repeats: formats with their file extensions.
/// None given means qcow2.
///
/// # Errors
///
/// Fails if a type is not known.
pub fn wanted(types: &[String]) -> Result<Vec<(Format, &'static str)>, TypeError> {
    let mut all = Vec::new();
    for name in types {
        let one = wanted_by(name)?;
        if !all.contains(&one) {
            all.push(one);
        }
    }
    if all.is_empty() {
        all.push((Format::Qcow2, Format::Qcow2.as_str()));
    }
    Ok(all)
}

fn wanted_by(name: &str) -> Result<(Format, &'static str), TypeError> {
    match name {
        // qemu-img's own name of it, which the old commands pass on.
        "vpc" => Ok((Format::Vhd, "vpc")),
        "squashfs" => Ok((Format::Squashfs, "squash")),
        _ => name.parse().map(|format: Format| (format, format.as_str())).map_err(|_| {
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

/// `<name>.<extension>` for each. Dots in the name stay.
pub fn planned(image_name: &Path, wanted: &[(Format, &str)]) -> Vec<PlannedOutput> {
    let output = |&(format, extension): &(Format, &str)| PlannedOutput {
        format,
        path: with_suffix(image_name, extension),
    };
    wanted.iter().map(output).collect()
}

/// Those of these that are made of the tree: all that remains where no disk image is wanted.
pub fn of_tree(outputs: Vec<PlannedOutput>) -> Vec<PlannedOutput> {
    outputs.into_iter().filter(|output| output.format.source() == FormatSource::Tree).collect()
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
    fn every_type_has_its_file() {
        let wanted = wanted(&types(&["qcow2", "tgz", "squashfs", "vhd", "vpc", "qcow2"])).unwrap();
        let outputs = planned(Path::new("d/image-1.2"), &wanted);
        let names: Vec<_> = outputs.iter().map(|output| output.path.to_str().unwrap()).collect();
        let expected = ["qcow2", "tgz", "squash", "vhd", "vpc"].map(|end| format!("d/image-1.2.{end}"));
        assert_eq!(names, expected);
        let of_tree: Vec<Format> = of_tree(outputs).iter().map(|output| output.format).collect();
        assert_eq!(of_tree, [Format::Tgz, Format::Squashfs]);
    }

    #[test]
    fn other_types_are_refused() {
        let message = wanted(&types(&["floppy"])).unwrap_err().to_string();
        assert_eq!(
            message,
            "unknown image type 'floppy' (known: qcow2, raw, tar, tgz, squashfs, vhd, vhdx, vmdk, vdi, qcow, qed, \
             parallels, docker, aci)"
        );
    }
}
