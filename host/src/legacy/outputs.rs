//! Types and names of outputs, as the old commands have them.

use std::path::{Path, PathBuf};

use crate::plan::PlannedOutput;
use crate::spec::{Format, FormatSource};

/// One thing that `-t` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file that slate writes itself.
    File(Format),
    /// An image in the local Docker daemon, under the name of `--docker-target`.
    Docker(Option<String>),
    /// A tar with the tree below `rootfs`, and the file that `ACI_MANIFEST` names as `manifest`.
    Aci,
}

/// A type that nothing here can write.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown image type '{given}' (known: {known})")]
pub struct UnknownType {
    given: String,
    known: String,
}

/// The targets of `-t`, without repeats; none given means qcow2.
///
/// # Errors
///
/// Fails if a type is not known.
pub fn targets(types: &[String], docker_target: Option<&str>) -> Result<Vec<Target>, UnknownType> {
    let mut targets = Vec::new();
    for name in types {
        let target = target(name, docker_target)?;
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    if targets.is_empty() {
        targets.push(Target::File(Format::Qcow2));
    }
    Ok(targets)
}

fn target(name: &str, docker_target: Option<&str>) -> Result<Target, UnknownType> {
    match name {
        "docker" => Ok(Target::Docker(docker_target.map(str::to_owned))),
        "aci" => Ok(Target::Aci),
        // qemu-img's own name of it, which the old commands pass on.
        "vpc" => Ok(Target::File(Format::Vhd)),
        _ => name.parse().map(Target::File).map_err(|_| {
            let mut known: Vec<&str> = Format::ALL.iter().map(|format| format.as_str()).collect();
            known.extend(["docker", "aci"]);
            UnknownType { given: name.to_owned(), known: known.join(", ") }
        }),
    }
}

/// The formats among the targets.
pub fn formats(targets: &[Target]) -> Vec<Format> {
    let format = |target: &Target| match target {
        Target::File(format) => Some(*format),
        Target::Docker(_) | Target::Aci => None,
    };
    targets.iter().filter_map(format).collect()
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
        let targets = targets(&types(&["qcow2", "tgz", "squashfs", "vhd", "vpc", "qcow2"]), None).unwrap();
        let outputs = planned(Path::new("d/image-1.2"), &formats(&targets), true);
        let paths: Vec<&Path> = outputs.iter().map(|output| output.path.as_path()).collect();
        let expected = ["d/image-1.2.qcow2", "d/image-1.2.tgz", "d/image-1.2.squash", "d/image-1.2.vhd"];
        assert_eq!(paths, expected.map(Path::new));
    }

    #[test]
    fn an_unknown_type_is_refused() {
        let error = targets(&types(&["floppy"]), None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown image type 'floppy' (known: qcow2, raw, tar, tgz, squashfs, vhd, vhdx, vmdk, vdi, docker, aci)"
        );
    }
}
