//! What is expected of an ISO image that boots.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use super::expect::{Image, holds_line, same};
use crate::tooling::serial::Pc;

/// How long a start may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

/// The megabytes of memory for it: half of them must hold all modules of Debian's kernel, unpacked.
const MEMORY: &str = "2048";

/// The size of a sector.
const SECTOR: usize = 2048;

/// The sector of the boot record, and where it names that of the boot catalog.
const BOOT_RECORD: usize = 17;
const CATALOG_AT: usize = 0x47;

/// The size of an entry of the boot catalog.
const ENTRY: usize = 32;

/// One thing that holds of it. Paths begin with a slash.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Iso {
    /// It has this name.
    Volume(&'static str),
    /// It holds these files and no more.
    Files(&'static [&'static str]),
    /// Old firmware starts the first of these files, UEFI the second.
    Boots(&'static str, &'static str),
    /// The file holds this line.
    Line(&'static str, &'static str),
    /// The file is what was written beside the image with this ending.
    IsOutput(&'static str, &'static str),
    /// The FAT in the file holds one, which is that of the image's tree.
    Holds(&'static str, &'static str, &'static str),
    /// On a machine with BIOS, which shows it on its serial line, a kernel starts with the first
    /// of these as its command line, unpacks the initrd and runs its `/init`, which says the second.
    Starts(&'static str, &'static str),
}

impl fmt::Display for Iso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Iso::Volume(name) => write!(f, "is the volume {name}"),
            Iso::Files(paths) => write!(f, "holds {}", paths.join(" ")),
            Iso::Boots(bios, uefi) => write!(f, "boots from {bios} with BIOS, from {uefi} with UEFI"),
            Iso::Line(path, line) => write!(f, "{path} holds {line}"),
            Iso::IsOutput(path, ending) => write!(f, "{path} is image{ending}"),
            Iso::Holds(fat, path, origin) => write!(f, "{path} in {fat} is {origin}"),
            Iso::Starts(line, _) => write!(f, "starts with BIOS: {line}"),
        }
    }
}

impl Iso {
    /// Whether it holds of what was written beside the image with that ending; else what holds instead.
    pub(super) fn judge(self, image: &Image, ending: &str) -> Result<(), String> {
        let iso = image.output(ending);
        match self {
            Iso::Volume(name) => {
                let text = text(isoinfo(&iso, &["-d"])?);
                let volume = text.lines().find_map(|line| line.strip_prefix("Volume id: "));
                same(volume.unwrap_or_default().to_owned(), name.to_owned())
            }
            Iso::Files(paths) => same(files(&iso)?.join(" "), paths.join(" ")),
            Iso::Boots(bios, uefi) => boots(&iso, bios, uefi),
            Iso::Line(path, line) => holds_line(text(read(&iso, path)?), line),
            Iso::IsOutput(path, ending) => {
                same_bytes(&read(&iso, path)?, &fs::read(image.output(ending)).map_err(describe)?)
            }
            Iso::Holds(fat, path, origin) => {
                let file = image.output(".fat");
                fs::write(&file, read(&iso, fat)?).map_err(describe)?;
                let found = run(Command::new("mtype").arg("-i").arg(&file).arg(format!("::{path}")))?;
                same_bytes(&found, &image.bytes(origin)?)
            }
            Iso::Starts(line, words) => starts(&iso, &image.output(".serial"), line, words),
        }
    }
}

/// Starts a machine from it, until the initrd says these words.
fn starts(iso: &Path, log: &Path, line: &str, words: &str) -> Result<(), String> {
    let steps = [format!("Command line: {line}\r"), "Run /init as init process".to_owned(), words.to_owned()];
    let said = Pc::new(log)
        .with(["-m", MEMORY, "-nic", "none", "-boot", "d", "-cdrom"])
        .with([iso])
        .says(LIMIT, |said| in_order(said, &steps));
    if in_order(&said, &steps) { Ok(()) } else { Err(format!("not {steps:?} in this order: {said}")) }
}

/// Whether the text holds all steps, each behind the one before.
fn in_order(text: &str, steps: &[String]) -> bool {
    steps.iter().try_fold(text, |rest, step| rest.split_once(step).map(|(_, behind)| behind)).is_some()
}

/// Every file, sorted.
fn files(iso: &Path) -> Result<Vec<String>, String> {
    let listing = text(isoinfo(iso, &["-R", "-f"])?);
    let mut paths: Vec<String> = listing.lines().map(str::to_owned).collect();
    paths.sort();
    Ok(paths)
}

/// Follows the boot record to the catalog, and its entries to the files.
fn boots(iso: &Path, bios: &str, uefi: &str) -> Result<(), String> {
    let bytes = fs::read(iso).map_err(describe)?;
    let sectors = |number: usize| bytes.get(number * SECTOR..).ok_or(format!("it has no sector {number}"));
    let record = sectors(BOOT_RECORD)?;
    if !record.starts_with(b"\0CD001\x01EL TORITO SPECIFICATION") {
        return Err("it has no boot record".to_owned());
    }
    let catalog = sectors(number(record, CATALOG_AT))?;
    let [validation, first, header, second] = [0, 1, 2, 3].map(|at| &catalog[at * ENTRY..][..ENTRY]);
    // That of the validation entry is the platform of the first.
    same(format!("{:x?}", [validation[1], first[0], first[1]]), "[0, 88, 0]".to_owned())?;
    same(format!("{:x?}", [header[0], header[1], header[2]]), "[91, ef, 1]".to_owned())?;
    same(format!("{:x?}", [second[0], second[1]]), "[88, 0]".to_owned())?;
    for (entry, path) in [(first, bios), (second, uefi)] {
        let file = read(iso, path)?;
        let started = sectors(number(entry, 8))?;
        same_bytes(&started[..file.len().min(started.len())], &file)?;
    }
    Ok(())
}

/// A number of four bytes, the least significant first.
fn number(bytes: &[u8], at: usize) -> usize {
    bytes[at..at + 4].iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte))
}

fn read(iso: &Path, path: &str) -> Result<Vec<u8>, String> {
    let bytes = isoinfo(iso, &["-R", "-x", path])?;
    if bytes.is_empty() { Err(format!("{path} is missing or empty")) } else { Ok(bytes) }
}

fn isoinfo(iso: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    run(Command::new("isoinfo").arg("-i").arg(iso).args(arguments))
}

fn run(command: &mut Command) -> Result<Vec<u8>, String> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; run .ci/setup test"));
    let Output { status, stdout, stderr } = output;
    if status.success() { Ok(stdout) } else { Err(format!("{command:?}: {}", text(stderr))) }
}

fn same_bytes(found: &[u8], expected: &[u8]) -> Result<(), String> {
    let described = |bytes: &[u8]| format!("{} bytes", bytes.len());
    if found == expected {
        Ok(())
    } else {
        Err(format!("{}, not those {}", described(found), described(expected)))
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

fn describe(error: std::io::Error) -> String {
    error.to_string()
}
