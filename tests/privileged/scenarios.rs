//! What the process of a test does that enters a sandbox.
//!
//! Each scenario writes `ready` into its scratch directory when it has what
//! the test is about.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use blankslate::sys::blkpg::add_partition;
use blankslate::sys::chroot::ChrootMounts;
use blankslate::sys::loopdev::{LoopDevice, LoopOptions};
use blankslate::sys::mount::Mount;
use blankslate::sys::process::{self, Ended, Program};
use blankslate::sys::{disk, sandbox, signals};

/// Runs a scenario; its exit status is 101 when it went wrong.
pub(crate) fn run(name: &str, scratch: &Path) -> ExitCode {
    let outcome = match name {
        "busy" => busy(scratch),
        "hook" => hook(scratch),
        "daemons" => daemons(scratch),
        "namespaces" => namespaces(scratch),
        "exit-7" => sandbox::enter(None).map(|()| ExitCode::from(7)),
        "killed" => killed(),
        "threads" => threads(),
        _ => Err(anyhow::anyhow!("no scenario is called {name}")),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::from(101)
    })
}

/// Holds everything a build may hold, and runs until it is killed.
fn busy(scratch: &Path) -> Result<ExitCode> {
    sandbox::enter(None)?;
    signals::install()?;
    let held = hold_everything(scratch)?;
    let script = "setsid sleep 1000 & touch \"$SCRATCH/ready\"; sleep 1000";
    Program::new("sh").args(["-c", script]).env("SCRATCH", scratch).execute()?;
    drop(held);
    Ok(ExitCode::SUCCESS)
}

/// Mounts, partitions and loop devices, in the order of their end.
#[derive(Debug)]
struct Held {
    _file: fs::File,
    _chroot: ChrootMounts,
    _mount: Mount,
    _partition: blankslate::sys::blkpg::Partition,
    _device: LoopDevice,
}

fn hold_everything(scratch: &Path) -> Result<Held> {
    let image = scratch.join("disk.raw");
    drop(disk::create_sparse(&image, 64 << 20)?);
    let device = LoopDevice::attach(&image, LoopOptions { partitions: true, ..LoopOptions::default() })?;
    let partition = add_partition(&device, 1, 1 << 20, 32 << 20)?;
    Program::new("mkfs.ext4").args(["-q", "-F"]).arg(partition.path()).execute()?;
    let target = scratch.join("mnt");
    fs::create_dir(&target)?;
    let mount = Mount::device(partition.path(), &target, "ext4", "")?;
    let chroot = ChrootMounts::mount(&target)?;
    let file = fs::File::create(target.join("open"))?;
    Ok(Held { _file: file, _chroot: chroot, _mount: mount, _partition: partition, _device: device })
}

/// Runs a hook until it is interrupted, then cleans up and says so.
fn hook(scratch: &Path) -> Result<ExitCode> {
    sandbox::enter(None)?;
    signals::install()?;
    let held = hold_everything(scratch)?;
    let script = "touch \"$SCRATCH/ready\"; sleep 1000";
    let exit = Program::new("sh").args(["-c", script]).env("SCRATCH", scratch).run(&mut |_, _| {})?;
    drop(held);
    let Ended::Interrupted(interrupted) = exit.ended else { bail!("the hook {}", exit.ended) };
    fs::write(scratch.join("cleaned"), interrupted.to_string())?;
    Ok(ExitCode::from(interrupted.exit_status()))
}

/// Has a hook leave daemons that keep a mount busy, and ends them.
fn daemons(scratch: &Path) -> Result<ExitCode> {
    sandbox::enter(None)?;
    let target = scratch.join("mnt");
    fs::create_dir(&target)?;
    let mount = Mount::tmpfs(&target, "")?;
    let script = "setsid sleep 1000 >/dev/null 2>&1 & (trap '' TERM HUP; exec sleep 1000) >/dev/null 2>&1 &";
    Program::new("sh").args(["-c", script]).cwd(&target).execute()?;
    let killed = process::kill_all()?;
    ensure!(killed >= 2, "only {killed} processes were found");
    mount.close().context("the daemons are gone")?;
    ensure!(process::kill_all()? == 0, "a second look finds nobody");
    Ok(ExitCode::SUCCESS)
}

/// Checks what is its own in a sandbox.
fn namespaces(scratch: &Path) -> Result<ExitCode> {
    let outside = links()?;
    sandbox::enter(None)?;
    let inside = links()?;
    ensure!(outside.iter().zip(&inside).all(|(one, other)| one != other), "{outside:?} {inside:?}");
    ensure!(sandbox::inside(), "it knows where it is");
    ensure!(std::process::id() == 2, "it is process {}", std::process::id());
    let comm = fs::read_to_string("/proc/self/stat")?;
    ensure!(comm.starts_with("2 "), "its /proc is its own: {comm}");
    let target = scratch.join("mnt");
    fs::create_dir(&target)?;
    let mount = Mount::tmpfs(&target, "")?;
    fs::write(scratch.join("ready"), "")?;
    // The test looks for the mount from outside meanwhile.
    while !scratch.join("seen").exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    mount.close()?;
    Ok(ExitCode::SUCCESS)
}

fn links() -> Result<Vec<std::path::PathBuf>> {
    let read = |name| fs::read_link(format!("/proc/self/ns/{name}")).context("reading a namespace");
    ["mnt", "pid", "ipc", "uts"].into_iter().map(read).collect()
}

fn killed() -> Result<ExitCode> {
    sandbox::enter(None)?;
    nix::sys::signal::raise(nix::sys::signal::Signal::SIGKILL)?;
    bail!("it lives")
}

fn threads() -> Result<ExitCode> {
    let (tell, told) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || told.recv());
    let result = sandbox::enter(None);
    drop(tell);
    let _ = thread.join();
    result.map(|()| ExitCode::SUCCESS)
}
