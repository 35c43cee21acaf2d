//! Names the files that a build leaves.

use std::path::{Path, PathBuf};

use crate::spec::{Format, ImageSpec};

use super::{PlanError, PlannedOutput};

/// The format where neither `-t` nor the output's name says one.
const DEFAULT_FORMAT: Format = Format::Qcow2;

/// Ends of names that are none of the formats' own, and are kept where there is
/// one output. What images of any kind are often called names no format.
const OTHER_ENDS: [(&str, Option<Format>); 2] = [("img", None), ("tar.gz", Some(Format::Tgz))];

/// What images and archives of other programs are called: a name that ends so
/// is meant as one of these.
const FOREIGN_ENDS: [&str; 15] =
    ["7z", "bz2", "dmg", "gz", "iso", "ova", "ovf", "sfs", "squash", "txz", "vpc", "wim", "xz", "zip", "zst"];

/// One output per format.
pub(super) fn outputs(spec: &ImageSpec) -> Result<Vec<PlannedOutput>, PlanError> {
    let path = || spec.output.clone();
    if !names_file(&spec.output) {
        return Err(PlanError::OutputDirectory { path: path() });
    }
    let name = Name::of(&spec.output);
    let formats = match (spec.formats.as_slice(), name.format) {
        ([], Some(named)) => vec![named],
        ([], None) => vec![DEFAULT_FORMAT],
        (formats, _) => formats.to_vec(),
    };
    if let Some(named) = name.format.filter(|named| !formats.contains(named)) {
        return Err(PlanError::OutputName { path: path(), named, formats });
    }
    if let Some(end) = extension(&spec.output).filter(|end| !name.is_kept && FOREIGN_ENDS.contains(end)) {
        return Err(PlanError::ForeignName { path: path(), end: end.to_owned(), formats });
    }
    match formats.as_slice() {
        [only] if name.is_kept => Ok(vec![PlannedOutput { format: *only, path: path() }]),
        _ => Ok(formats
            .into_iter()
            .map(|format| PlannedOutput { format, path: append(&name.stem, format) })
            .collect()),
    }
}

/// Whether a path is that of a file by its words: it has a name at its end. A
/// path that is not given is one of a file.
pub(crate) fn names_file(path: &Path) -> bool {
    let named = path.file_name().is_some() && !path.as_os_str().as_encoded_bytes().ends_with(b"/");
    named || path.as_os_str().is_empty()
}

/// A name that outputs are to have, as far as it says what they are.
struct Name {
    /// The path without an end that is known.
    stem: PathBuf,
    /// The format that the end says.
    format: Option<Format>,
    /// Whether the only output has the name as it is.
    is_kept: bool,
}

impl Name {
    fn of(path: &Path) -> Name {
        let text = path.to_str().unwrap_or_default();
        let other = OTHER_ENDS.into_iter().find_map(|(end, format)| {
            let stem = text.strip_suffix(end)?.strip_suffix('.')?;
            Some(Name { stem: stem.into(), format, is_kept: true })
        });
        let own = || {
            let format = extension(path)?.parse::<Format>().ok()?;
            Some(Name { stem: path.with_extension(""), format: Some(format), is_kept: false })
        };
        other.or_else(own).unwrap_or_else(|| Name { stem: path.to_owned(), format: None, is_kept: false })
    }
}

fn extension(path: &Path) -> Option<&str> {
    path.extension()?.to_str()
}

/// Adds the extension. Dots of the name stay: `debian-12.5` is no extension.
fn append(stem: &Path, format: Format) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(format!(".{format}"));
    PathBuf::from(name)
}

/// The path of the outputs without an extension; they share it.
pub(super) fn image_name(outputs: &[PlannedOutput]) -> String {
    let stem = |output: &PlannedOutput| output.path.with_extension("").to_string_lossy().into_owned();
    outputs.first().map(stem).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(output: &str, formats: &str) -> Result<String, String> {
        let formats = formats.split(',').filter(|name| !name.is_empty());
        let spec = ImageSpec {
            output: PathBuf::from(output),
            formats: formats.map(|name| name.parse().unwrap()).collect(),
            ..ImageSpec::default()
        };
        let outputs = outputs(&spec).map_err(|error| error.to_string())?;
        Ok(outputs.iter().map(|output| output.path.display().to_string()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn extensions_follow_formats() {
        let table = [
            ("debian.qcow2", "", "debian.qcow2"),
            ("debian.tar", "", "debian.tar"),
            ("debian", "", "debian.qcow2"),
            ("debian", "raw", "debian.raw"),
            ("debian.img", "raw", "debian.img"),
            ("debian.img", "", "debian.img"),
            ("debian.img", "raw,tar", "debian.raw debian.tar"),
            ("debian-12.5", "qcow2", "debian-12.5.qcow2"),
            ("out/debian.tar.gz", "", "out/debian.tar.gz"),
            ("debian.tar.gz", "tgz", "debian.tar.gz"),
            ("debian.tar.gz", "tgz,raw", "debian.tgz debian.raw"),
            ("debian.tgz", "", "debian.tgz"),
            ("debian.gz.raw", "", "debian.gz.raw"),
            ("out/debian.qcow2", "raw,qcow2,tar", "out/debian.raw out/debian.qcow2 out/debian.tar"),
        ];
        for (output, formats, expected) in table {
            assert_eq!(named(output, formats).as_deref(), Ok(expected), "-o {output} -t {formats}");
        }
    }

    #[test]
    fn names_that_say_something_else() {
        let table = [
            (
                "x.raw",
                "qcow2,tar",
                "the output x.raw is named as raw, and the formats asked for are: qcow2, tar",
            ),
            ("x.tar.gz", "tar", "the output x.tar.gz is named as tgz, and the formats asked for are: tar"),
            ("x.iso", "", "the output x.iso is named as iso, which is no format: it would be qcow2"),
            ("x.tar.xz", "tar", "the output x.tar.xz is named as xz, which is no format: it would be tar"),
            ("out/", "", "the output out/ is a directory"),
            ("..", "raw", "the output .. is a directory"),
        ];
        for (output, formats, message) in table {
            assert_eq!(named(output, formats).unwrap_err(), message, "-o {output} -t {formats}");
        }
    }
}
