//! What must be there before any work is begun.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::element::{Element, Origin};
use crate::plan::{Plan, PlannedOutput, Tool};
use crate::plugin;
use crate::spec::Arch;
use crate::sys;
use crate::sys::binfmt::{Emulation, emulation};
use crate::sys::process::find;

use super::Failure;

mod trial;

/// The name of this program where it is not an old command's.
const SLATE: &str = "slate";

/// What makes loop devices.
const LOOP_CONTROL: &str = "/dev/loop-control";

/// What a file takes at least.
const BLOCK: usize = 4096;

/// What this machine brings to a build.
#[derive(Debug)]
pub(crate) struct Host {
    arch: Option<Arch>,
    /// How it runs programs of another processor.
    emulation: fn(&str) -> Emulation,
    is_root: bool,
}

impl Host {
    /// This machine.
    pub(crate) fn here() -> Host {
        Host { arch: Arch::of_host(), emulation, is_root: sys::sysinfo::is_root() }
    }
}

/// Whether this machine has a program.
pub(crate) fn has_program(name: &str) -> bool {
    find(name).is_some()
}

/// Checks everything that would stop the build of `plan` later, whose outputs
/// are named after `output`.
pub(super) fn check(plan: &Plan, output: &Path, host: &Host) -> Result<(), Failure> {
    check_request(plan, output, host)?;
    if !host.is_root {
        return Err(needs_root());
    }
    check_loop_devices()?;
    check_outputs(plan)
}

/// Refuses a log in the place of an output, which takes it when the build is done.
pub(crate) fn check_log(plan: &Plan, log: Option<&Path>) -> Result<(), Failure> {
    let is_log = |output: &&PlannedOutput| log.is_some_and(|log| same_place(log, &output.path));
    let Some(output) = plan.outputs.iter().find(is_log) else { return Ok(()) };
    let message = format!("{} is to be the log and an output ({})", output.path.display(), output.format);
    Err(Failure::request(message).with_hint("give another file with --logfile or -o"))
}

/// Whether two paths, as they are written, are of one file.
fn same_place(one: &Path, other: &Path) -> bool {
    matches!((std::path::absolute(one), std::path::absolute(other)), (Ok(one), Ok(other)) if one == other)
}

/// The part of it that does not depend on who asks.
pub(crate) fn check_request(plan: &Plan, output: &Path, host: &Host) -> Result<(), Failure> {
    check_arch(plan.arch, host)?;
    check_file(output)?;
    check_kind(Path::new(&plan.image_name))?;
    plan.outputs.iter().try_for_each(check_place)?;
    plan.sources.iter().try_for_each(check_component)?;
    check_tools(&plan.tools)?;
    trial::check(plan)
}

/// Whether who runs this may write the outputs of `plan`.
pub(crate) fn check_outputs(plan: &Plan) -> Result<(), Failure> {
    plan.outputs.iter().try_for_each(check_writable)
}

fn check_arch(wanted: Arch, host: &Host) -> Result<(), Failure> {
    if host.arch.is_some_and(|arch| arch.runs(wanted)) {
        return Ok(());
    }
    let here = host.arch.map_or("another one", Arch::as_str);
    let message = format!("an image for {wanted} cannot be built here: this machine is {here}");
    let refused =
        |why: &str| Err(Failure::request(format!("{message}{why}")).with_hint(emulator_hint(wanted)));
    match (host.emulation)(wanted.processor()) {
        Emulation::Anywhere => Ok(()),
        Emulation::Outside => refused(", and emulates its programs outside of images only (no flag F)"),
        Emulation::None => refused(""),
    }
}

fn emulator_hint(wanted: Arch) -> String {
    format!(
        "install an emulator that the kernel is told of, package qemu-user-static, or build on {wanted}; \
         `slate plan` works anywhere"
    )
}

fn check_place(output: &PlannedOutput) -> Result<(), Failure> {
    check_file(&output.path)?;
    check_kind(&output.path)?;
    let directory = directory(output);
    if directory.is_dir() {
        return Ok(());
    }
    let shown = directory.display();
    Err(if directory.exists() {
        Failure::request(format!("the output's directory {shown} is not a directory"))
    } else {
        Failure::request(format!("the output's directory {shown} does not exist"))
            .with_hint(format!("create it: mkdir -p {shown}"))
    })
}

fn check_file(path: &Path) -> Result<(), Failure> {
    if !path.is_dir() {
        return Ok(());
    }
    Err(Failure::request(format!("the output {} is a directory", path.display()))
        .with_hint(format!("name a file in it: -o {}", path.join("image").display())))
}

/// Outputs are files that appear when they are complete: they go into nothing.
fn check_kind(path: &Path) -> Result<(), Failure> {
    match path.metadata().map(|it| it.file_type()) {
        Ok(kind) if !kind.is_file() && !kind.is_dir() => {
            let message =
                format!("the output {} is no file, but a device, a pipe or a socket", path.display());
            Err(Failure::request(message).with_hint("name a file with -o"))
        }
        _ => Ok(()),
    }
}

/// Built-in components are looked at when slate is built.
fn check_component(element: &Element) -> Result<(), Failure> {
    if element.origin == Origin::Builtin {
        return Ok(());
    }
    let hint = format!("`slate element check {}` tells more", element.origin);
    let told = |error: anyhow::Error| Failure::request(format!("{error:#}")).with_hint(hint);
    plugin::check(element).map_err(|error| told(error.into()))
}

/// An unnamed file of one block is the proof; it leaves nothing.
fn check_writable(output: &PlannedOutput) -> Result<(), Failure> {
    let directory = directory(output);
    let wrong = |error| {
        let message = format!("the output's directory {}: {error}", directory.display());
        Failure::request(message)
            .with_hint("name a file elsewhere with -o, or make that directory writable and roomy")
    };
    let mut file = tempfile::tempfile_in(&directory).map_err(wrong)?;
    file.write_all(&[0; BLOCK]).and_then(|()| file.sync_data()).map_err(wrong)
}

fn directory(output: &PlannedOutput) -> PathBuf {
    match output.path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Says that there must be root, and how to become it.
pub(crate) fn needs_root() -> Failure {
    let called = std::env::args_os().next().map(PathBuf::from);
    let name = called.as_deref().and_then(Path::file_name).and_then(OsStr::to_str).unwrap_or(SLATE);
    let hint = if name == SLATE {
        "run it with sudo: sudo slate build ...; `slate plan` needs no root".to_owned()
    } else {
        format!("run {name} as root, or install sudo, by which it becomes root itself")
    };
    Failure::request("building needs root, for namespaces, mounts and loop devices").with_hint(hint)
}

/// Disks are made on loop devices, which containers often lack.
fn check_loop_devices() -> Result<(), Failure> {
    if Path::new(LOOP_CONTROL).exists() {
        return Ok(());
    }
    let message =
        format!("there are no loop devices here, on which disks are made: {LOOP_CONTROL} does not exist");
    Err(Failure::request(message)
        .with_hint("load the module: modprobe loop; in a container, run it with --privileged"))
}

/// Names all missing programs at once, and one command that installs them.
fn check_tools(tools: &[Tool]) -> Result<(), Failure> {
    let there =
        |tool: &Tool| has_program(&tool.program) || tool.alternative.as_deref().is_some_and(has_program);
    let missing: Vec<&Tool> = tools.iter().filter(|tool| !there(tool)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = missing.iter().map(|tool| line(tool)).collect();
    let mut packages: Vec<&str> = missing.iter().map(|tool| tool.package.as_str()).collect();
    packages.sort_unstable();
    packages.dedup();
    let message = format!("programs that the build needs are missing:\n{}", lines.join("\n"));
    Err(Failure::request(message).with_hint(format!("sudo apt-get install {}", packages.join(" "))))
}

fn line(tool: &Tool) -> String {
    let instead = tool.alternative.as_ref().map(|other| format!(" or {other}")).unwrap_or_default();
    format!("  {}{instead} (package {}), needed by {}", tool.program, tool.package, tool.wanted_by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_builds_for_what_it_runs() {
        let told = |processor: &str| match processor {
            "aarch64" => Emulation::Anywhere,
            "s390x" => Emulation::Outside,
            _ => Emulation::None,
        };
        let cannot = "cannot be built here: this machine is amd64";
        for (wanted, expected) in [
            (Arch::Amd64, None),
            (Arch::I386, None),
            (Arch::Arm64, None),
            (Arch::Riscv64, Some(format!("an image for riscv64 {cannot}"))),
            (
                Arch::S390x,
                Some(format!(
                    "an image for s390x {cannot}, and emulates its programs outside of images only (no flag F)"
                )),
            ),
        ] {
            let host = Host { arch: Some(Arch::Amd64), emulation: told, is_root: false };
            let refused = expected.map(|message| Failure::request(message).with_hint(emulator_hint(wanted)));
            assert_eq!(check_arch(wanted, &host).err(), refused, "{wanted}");
        }
    }
}
