//! Disk formats.

use std::path::Path;

use anyhow::{Context, Result};

use crate::assemble::RawImage;
use crate::report::StepScope;
use crate::spec::{Conversion, Format};
use crate::sys::copy;
use crate::sys::process::{Program, Stream};

/// Requests that qemu-img keeps in flight; more gain nothing.
const COROUTINES: &str = "16";

/// Values of `compat` by which qcow2 is readable before QEMU 1.1; those
/// readers know no other compression than zlib.
const OLD_QCOW2: [&str; 2] = ["compat=0.10", "compat=v2"];

/// Writes the disk in `format` to the existing file `output`.
pub(super) fn convert(image: &RawImage, format: Format, output: &Path, step: &StepScope) -> Result<()> {
    if format.qemu_img_name().is_none() {
        return copy::copy_file(&image.file, output).map(drop);
    }
    let size = image.disk.size;
    let program = Program::new("qemu-img").args(arguments(format, &image.plan.conversion));
    let program = program.passing(|line| share(line).is_some());
    let exit = program.arg(&image.file).arg(output).run(&mut |stream, line| {
        if let Some(done) = progress(stream, line) {
            step.bytes((size as f64 * done) as u64, Some(size));
        }
    });
    Ok(exit.context("running qemu-img")?.check()?)
}

/// The arguments of qemu-img, but for the two files.
pub(crate) fn arguments(format: Format, conversion: &Conversion) -> Vec<String> {
    let name = format.qemu_img_name().unwrap_or("raw");
    let mut args: Vec<String> =
        ["convert", "-p", "-W", "-m", COROUTINES, "-f", "raw", "-O", name].map(str::to_owned).into();
    if format == Format::Qcow2 && !conversion.uncompressed {
        args.push("-c".to_owned());
    }
    let options = options(format, conversion);
    if !options.is_empty() {
        args.extend(["-o".to_owned(), options]);
    }
    args
}

/// The value of `-o`: ours in front of the caller's, which win. VHD takes none
/// of those that callers give for qcow2.
fn options(format: Format, conversion: &Conversion) -> String {
    let given = conversion.qemu_img_options.as_deref().unwrap_or_default();
    let words = || given.split(',').map(str::trim);
    match format {
        // Readers take the size from the header, and not from an old geometry.
        Format::Vhd => "subformat=dynamic,force_size=on".to_owned(),
        Format::Qcow2 if conversion.uncompressed || words().any(|word| OLD_QCOW2.contains(&word)) => {
            given.to_owned()
        }
        Format::Qcow2 if given.is_empty() => "compression_type=zstd".to_owned(),
        Format::Qcow2 => format!("compression_type=zstd,{given}"),
        _ => given.to_owned(),
    }
}

/// The share done, of a line of progress.
fn progress(stream: Stream, line: &[u8]) -> Option<f64> {
    share(line).filter(|_| stream == Stream::Stdout)
}

/// The share done, of a line such as `    (12.50/100%)`.
fn share(line: &[u8]) -> Option<f64> {
    let line = std::str::from_utf8(line).ok()?.trim();
    let percent = line.strip_prefix('(')?.strip_suffix("/100%)")?;
    percent.parse::<f64>().ok().map(|percent| percent / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversion(uncompressed: bool, options: Option<&str>) -> Conversion {
        Conversion { uncompressed, qemu_img_options: options.map(str::to_owned), ..Conversion::default() }
    }

    #[test]
    fn the_command_by_format() {
        let common = "convert -p -W -m 16 -f raw -O";
        let table = [
            (Format::Qcow2, false, None, "qcow2 -c -o compression_type=zstd"),
            (Format::Qcow2, true, None, "qcow2"),
            (Format::Qcow2, false, Some("compat=0.10"), "qcow2 -c -o compat=0.10"),
            (
                Format::Qcow2,
                false,
                Some("compat=v2,cluster_size=2M"),
                "qcow2 -c -o compat=v2,cluster_size=2M",
            ),
            (
                Format::Qcow2,
                false,
                Some("lazy_refcounts=on"),
                "qcow2 -c -o compression_type=zstd,lazy_refcounts=on",
            ),
            (Format::Vhd, false, Some("compat=0.10"), "vpc -o subformat=dynamic,force_size=on"),
            (Format::Vmdk, false, Some("subformat=streamOptimized"), "vmdk -o subformat=streamOptimized"),
            (Format::Vdi, false, None, "vdi"),
        ];
        for (format, uncompressed, options, expected) in table {
            let args = arguments(format, &conversion(uncompressed, options));
            assert_eq!(args.join(" "), format!("{common} {expected}"));
        }
    }

    #[test]
    fn progress_of_qemu_img() {
        assert_eq!(progress(Stream::Stdout, b"    (12.50/100%)"), Some(0.125));
        assert_eq!(progress(Stream::Stderr, b"    (12.50/100%)"), None);
        assert_eq!(progress(Stream::Stdout, b"qemu-img: warning"), None);
    }
}
