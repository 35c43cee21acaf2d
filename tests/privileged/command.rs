//! The command itself, where it needs root: what it says, its status, and that nothing is left.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use blankslate::sys::loopdev::{LoopDevice, LoopOptions};
use blankslate::sys::mount::Mount;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Test;
use crate::tooling::Scratch;
use crate::tooling::seed::{Seed, succeed, text};

pub(crate) const TESTS: &[Test] = &[
    ("command::a_full_output_directory_is_known_before_work", a_full_output_directory),
    ("command::an_output_without_room_is_named", an_output_without_room),
    ("command::a_disk_that_no_file_can_hold_is_known_before_work", a_disk_that_no_file_can_hold),
    ("command::hooks_in_the_image_have_room", hooks_in_the_image_have_room),
    ("command::no_digests_of_an_older_output_stay", a_new_output_without_digests),
    ("command::the_status_of_a_failed_hook_is_the_commands", the_status_of_a_failed_hook),
    ("command::a_signal_stops_the_build_and_its_daemons", a_signal_stops_the_build),
    ("command::killing_the_command_leaves_nothing_running", killing_the_command),
];

/// How long a build may take to get to its first hook, or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// `slate build` of an element of the tests, with all it writes in the scratch directory.
fn build(scratch: &Scratch, element: &str, output: &Path) -> Command {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
    let elements = ["elements", "failing"].map(|name| fixtures.join(name).display().to_string());
    let mut command = Command::new(env!("CARGO_BIN_EXE_slate"));
    command.args(["build", element, "--no-tmpfs", "-t", "raw", "-o"]).arg(output);
    command.arg("--elements-path").arg(elements.join(":"));
    command.arg("--work-dir").arg(scratch.join("work")).arg("--cache-dir").arg(scratch.join("cache"));
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").current_dir(scratch.path());
    command.env("DIB_TEST_READY", scratch.join("ready"));
    command
}

fn a_full_output_directory() {
    let scratch = Scratch::new();
    let full = scratch.make_dir("full");
    let mount = Mount::tmpfs(&full, "size=16k").unwrap();
    let mut size = 16 << 10;
    while size > 0 && fs::write(full.join("filler"), vec![1; size]).is_err() {
        size -= 4096;
    }
    let output = build(&scratch, "tiny-os", &full.join("x.raw")).output().unwrap();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!(
            "error: the output's directory {}: No space left on device (os error 28)\n\
             hint: name a file elsewhere with -o, or make that directory writable and roomy\n",
            full.display()
        )
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(!scratch.join("work").exists(), "work was begun");
    mount.close().unwrap();
}

fn an_output_without_room() {
    let seed = Seed::new();
    let mount = Mount::tmpfs(&seed.output(""), "size=1m").unwrap();
    for format in ["raw", "qcow2"] {
        let failed = seed.slate(&format!("build seed --no-tmpfs -o out/x.{format}")).output().unwrap();
        let stderr = text(&failed.stderr);
        assert_eq!(failed.status.code(), Some(1), "{stderr}");
        let told = format!("writing the output out/x.{format}");
        let advice = "-o with a file where there is more space, or free some in the output's directory";
        for part in [told.as_str(), "No space left on device", advice] {
            assert!(stderr.contains(part), "no {part:?} in:\n{stderr}");
        }
        assert!(!stderr.contains("--work-dir") && !stderr.contains("/100%)"), "{stderr}");
        assert_eq!(seed.outputs(), [] as [&str; 0]);
    }
    mount.close().unwrap();
}

/// ext4 ends files where others go on.
fn a_disk_that_no_file_can_hold() {
    let seed = Seed::new();
    let (file, work) = (seed.scratch.join("ext4"), seed.scratch.join("work"));
    fs::File::create(&file).unwrap().set_len(64 << 20).unwrap();
    succeed(Command::new("mke2fs").args(["-q", "-F", "-t", "ext4"]).arg(&file));
    let device = LoopDevice::attach(&file, LoopOptions::default()).unwrap();
    let mount = Mount::device(device.path(), &work, "ext4", "").unwrap();
    seed.hook("root.d/20-begun", "echo begun");
    let failed = seed.slate("build seed probe --no-tmpfs -t tar --image-size 17TiB -o out/x.tar").output();
    let failed = failed.unwrap();
    let stderr = text(&failed.stderr);
    assert_eq!(failed.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("can have the 17 TiB of the disk (--image-size)"), "{stderr}");
    assert!(stderr.contains("File too large") && !stderr.contains("20-begun"), "{stderr}");
    mount.close().unwrap();
    device.close().unwrap();
}

/// As an initramfs is made in the mounted image.
fn hooks_in_the_image_have_room() {
    let seed = Seed::new();
    seed.hook("finalise.d/50-initramfs", "printf '%60000000s' x > /initrd");
    succeed(&mut seed.slate("build seed probe -t raw -o out/x.raw"));
}

fn a_new_output_without_digests() {
    let seed = Seed::new();
    succeed(&mut seed.slate("build seed -t tar --checksum -o out/x.tar"));
    assert_eq!(seed.outputs(), ["x.tar", "x.tar.md5", "x.tar.sha256"]);
    succeed(&mut seed.slate("build seed -t tar -o out/x.tar"));
    assert_eq!(seed.outputs(), ["x.tar"]);
}

fn the_status_of_a_failed_hook() {
    let scratch = Scratch::new();
    let output = build(&scratch, "failing-os", &scratch.join("x.raw")).output().unwrap();
    assert_eq!(
        scratch.masked(&output.stderr),
        "\
TIME  root          phase 1 of 10: 1 hook, outside the chroot
TIME  root          10-fail (failing-os)
TIME  root          10-fail (failing-os) failed after TIME

error: hook 10-fail of element failing-os failed in phase root (outside the chroot): exit status 3
  the last line it printed:
    | the last words
  log:  SCRATCH/work/slate-NAME/logs/01-root-10-fail-failing-os.log
  try:  again with -v: it shows what every hook prints, and each command as it is run
"
    );
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(3), &b""[..]));
    assert!(!scratch.join("x.raw").exists());
}

/// Starts a build whose hook waits, and waits for that hook.
fn start_waiting(scratch: &Scratch) -> Child {
    let mut command = build(scratch, "waiting-os", &scratch.join("x.raw"));
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while !scratch.join("ready").exists() {
        assert!(Instant::now() < deadline, "the build did not come to its hook");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

fn end_with(signal: Signal) -> ExitStatus {
    let scratch = Scratch::new();
    let mut child = start_waiting(&scratch);
    let started = Instant::now();
    kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
    let status = child.wait().unwrap();
    assert!(started.elapsed() < PATIENCE, "it took {:?} to end", started.elapsed());
    assert!(!scratch.join("x.raw").exists());
    status
}

fn a_signal_stops_the_build() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        assert_eq!(end_with(signal).code(), Some(128 + signal as i32), "{signal}");
    }
}

fn killing_the_command() {
    assert_eq!(end_with(Signal::SIGKILL).signal(), Some(Signal::SIGKILL as i32));
}
