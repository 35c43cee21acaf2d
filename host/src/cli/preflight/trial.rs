//! Options that callers hand to the programs that make images, tried on empty
//! files: what a program refuses here it would refuse when the tree is built.
//!
//! mke2fs and mkfs.xfs only tell what they would do. A program that cannot be
//! tried, for want of room or time say, is not judged.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::cli::Failure;
use crate::export::qemu_img_arguments;
use crate::plan::Plan;
use crate::plan::layout::{
    DiskPlan, FileSystem, FsKind, Human, Identity, PlannedFileSystem, UsageByMount, plan_disk,
};
use crate::spec::{DiskSpec, Format};
use crate::sys::process::{Ended, Program, Stream};
use crate::words::quote;

/// How much larger a file system without a given size may become: some options
/// make no sense for the smallest one.
const LARGER: u64 = 16 << 30;

/// A disk on which options for qemu-img are tried.
const SMALL: u64 = 1 << 20;

/// The most that a disk without content may take.
const ROOM: u64 = 64 << 20;

/// How long a program may take for it.
const TIME: Duration = Duration::from_secs(10);

/// Options by which qemu-img opens or makes other files than the image.
const OF_OTHER_FILES: [&str; 2] = ["backing_file=", "data_file="];

/// Tries what the caller says to the programs that the build of `plan` uses.
pub(super) fn check(plan: &Plan) -> Result<(), Failure> {
    let Ok(scratch) = tempfile::tempdir() else { return Ok(()) };
    plan.layout.file_systems().into_iter().try_for_each(|(_, fs)| check_mkfs(plan, fs, &scratch))?;
    let disks = plan.outputs.iter().filter(|output| output.format.qemu_img_name().is_some());
    disks.map(|output| output.format).try_for_each(|format| {
        check_qemu_img(plan, format, &scratch)?;
        check_size(plan, format, &scratch)
    })
}

/// Refuses what no size of the file system makes sense of.
fn check_mkfs(plan: &Plan, fs: &FileSystem, scratch: &TempDir) -> Result<(), Failure> {
    if !is_told(plan, fs) {
        return Ok(());
    }
    let larger = DiskSpec { extra_size: plan.disk.extra_size.saturating_add(LARGER), ..plan.disk.clone() };
    let mut refusal = None;
    for disk in [larger, plan.disk.clone()] {
        let empty = plan_disk(&plan.layout, &disk, &UsageByMount::new(), &Identity::new(b""));
        let planned = empty.ok().and_then(|planned| of_node(planned, &fs.name));
        match planned.map(|planned| try_mkfs(fs.kind, &planned, scratch)) {
            Some(Err(why)) => refusal = Some(why),
            Some(Ok(())) => return Ok(()),
            None => {}
        }
    }
    let Some(why) = refusal else { return Ok(()) };
    let (program, node) = (fs.kind.tools()[0].0, &fs.name);
    let options = fs.options.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ");
    let hint = if options.is_empty() {
        "correct --mkfs-journal-size or --max-online-resize".to_owned()
    } else {
        format!("correct the options (--mkfs-options for the root, 'opts' in a layout): {options}")
    };
    Err(Failure::request(format!("{program} cannot make file system '{node}' as asked for: {why}"))
        .with_hint(hint))
}

/// Whether the caller, or the layout, has a word in how it is made.
fn is_told(plan: &Plan, fs: &FileSystem) -> bool {
    let is_root = plan.layout.root().is_some_and(|root| root.name == fs.name);
    let sized = plan.disk.journal_size.is_some() || plan.disk.max_online_resize.is_some();
    !fs.options.is_empty() || is_root && fs.kind.is_ext() && sized
}

fn of_node(planned: DiskPlan, name: &str) -> Option<PlannedFileSystem> {
    planned.file_systems.into_iter().find(|fs| fs.name == name)
}

fn try_mkfs(kind: FsKind, planned: &PlannedFileSystem, scratch: &TempDir) -> Result<(), String> {
    let Some((program, args)) = planned.mkfs.split_first() else { return Ok(()) };
    let Ok(file) = sparse(scratch, planned.size()) else { return Ok(()) };
    let only_tell = match kind {
        FsKind::Xfs => Some("-N"),
        kind => kind.is_ext().then_some("-n"),
    };
    tried(Program::new(program).args(only_tell).args(args).arg(&file), &file)
}

/// Converts a small disk as the export will convert the real one.
fn check_qemu_img(plan: &Plan, format: Format, scratch: &TempDir) -> Result<(), Failure> {
    let given = plan.conversion.qemu_img_options.as_deref().unwrap_or_default();
    let elsewhere = given.split(',').any(|word| OF_OTHER_FILES.iter().any(|it| word.trim().starts_with(it)));
    if given.is_empty() || elsewhere {
        return Ok(());
    }
    let Ok(disk) = sparse(scratch, SMALL) else { return Ok(()) };
    let image = scratch.path().join("image");
    let convert = qemu_img().args(qemu_img_arguments(format, &plan.conversion));
    tried(convert.arg(&disk).arg(&image), &image).map_err(|why| {
        let message =
            format!("qemu-img cannot write {format} with --qemu-img-options {}: {why}", quote(given));
        let name = format.qemu_img_name().unwrap_or_default();
        Failure::request(message)
            .with_hint(format!("`qemu-img create -f {name} -o help` lists what there is"))
    })
}

/// Refuses a disk that a format cannot hold.
fn check_size(plan: &Plan, format: Format, scratch: &TempDir) -> Result<(), Failure> {
    let size = plan.layout.size.or(plan.disk.image_size);
    let (Some(size), Some(name)) = (size, format.qemu_img_name()) else { return Ok(()) };
    let image = scratch.path().join("image");
    let create = qemu_img().args(["create", "-q", "-f", name]).arg(&image).arg(size.to_string());
    tried(create, &image).map_err(|why| {
        let message = format!("qemu-img cannot write a disk of {} as {format}: {why}", Human(size));
        Failure::request(message).with_hint("give a smaller --image-size, or another format")
    })
}

fn qemu_img() -> Program {
    Program::new("qemu-img").file_limit(ROOM)
}

/// A file of holes.
fn sparse(scratch: &TempDir, size: u64) -> std::io::Result<PathBuf> {
    let path = scratch.path().join("disk");
    File::create(&path)?.set_len(size)?;
    Ok(path)
}

/// What a program says first where it fails by itself, without its name and
/// that of the file.
fn tried(program: Program, file: &Path) -> Result<(), String> {
    let program = program.timeout(TIME);
    let mut said = Vec::new();
    let exit = program.run(&mut |stream, line| {
        if stream == Stream::Stderr {
            said.push(String::from_utf8_lossy(line).trim().to_owned());
        }
    });
    match exit.map(|exit| exit.ended) {
        Ok(ended @ Ended::Code(1..)) => {
            let name = program.words().next().unwrap_or_default().to_string_lossy();
            let why = first_paragraph(&said);
            let why = why.strip_prefix(&format!("{name}: ")).unwrap_or(&why);
            let why = why.strip_prefix(&format!("{}: ", file.display())).unwrap_or(why);
            Err(if why.is_empty() { format!("it {ended}") } else { why.to_owned() })
        }
        _ => Ok(()),
    }
}

/// What stands before the first empty line, or before how the program is used.
fn first_paragraph(lines: &[String]) -> String {
    let text = lines.iter().skip_while(|line| line.is_empty());
    let ends = |line: &str| line.is_empty() || line.to_ascii_lowercase().starts_with("usage:");
    text.take_while(|line| !ends(line)).map(String::as_str).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_say_first() {
        let table = [
            ("\nBad option(s) specified: x\n\nValid options:\n\ta", "Bad option(s) specified: x"),
            (
                "size is 1; it must be\nbetween 2 and 3.  Aborting.",
                "size is 1; it must be between 2 and 3.  Aborting.",
            ),
            ("unknown option -d x\nUsage: mkfs.xfs\n-b", "unknown option -d x"),
            ("", ""),
        ];
        for (said, first) in table {
            let lines: Vec<String> = said.lines().map(|line| line.trim().to_owned()).collect();
            assert_eq!(first_paragraph(&lines), first);
        }
    }
}
