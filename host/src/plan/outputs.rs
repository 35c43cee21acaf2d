//! Names the files that a build leaves.

use std::path::{Path, PathBuf};

use crate::spec::{Format, ImageSpec};

use super::{PlanError, PlannedOutput};

/// The format where neither `-t` nor the output's name says one.
const DEFAULT_FORMAT: Format = Format::Qcow2;

/// What images of any kind are often called: names no format, and is kept
/// where there is one output.
const NEUTRAL_EXTENSION: &str = "img";

/// One output per format.
pub(super) fn outputs(spec: &ImageSpec) -> Result<Vec<PlannedOutput>, PlanError> {
    let named = extension(&spec.output).and_then(|extension| extension.parse::<Format>().ok());
    let formats = match (spec.formats.as_slice(), named) {
        ([], Some(named)) => vec![named],
        ([], None) => vec![DEFAULT_FORMAT],
        (formats, _) => formats.to_vec(),
    };
    if let Some(named) = named.filter(|named| !formats.contains(named)) {
        return Err(PlanError::OutputName { path: spec.output.clone(), named, formats });
    }
    let neutral = extension(&spec.output) == Some(NEUTRAL_EXTENSION);
    if neutral && formats.len() == 1 {
        return Ok(vec![PlannedOutput { format: formats[0], path: spec.output.clone() }]);
    }
    let stem = if named.is_some() || neutral { spec.output.with_extension("") } else { spec.output.clone() };
    Ok(formats.into_iter().map(|format| PlannedOutput { format, path: append(&stem, format) }).collect())
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
            ("out/debian.qcow2", "raw,qcow2,tar", "out/debian.raw out/debian.qcow2 out/debian.tar"),
        ];
        for (output, formats, expected) in table {
            assert_eq!(named(output, formats).as_deref(), Ok(expected), "-o {output} -t {formats}");
        }
        assert_eq!(
            named("x.raw", "qcow2,tar").unwrap_err(),
            "the output x.raw is named as raw, and the formats asked for are: qcow2, tar"
        );
    }
}
