//! A virtual machine, and ssh into it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::command;

/// How long one ssh command may take, its connection included.
const SSH_LIMIT: Duration = Duration::from_secs(60);

/// Pause between two attempts to connect.
const PAUSE: Duration = Duration::from_secs(2);

/// What a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hardware {
    /// A PC with a BIOS.
    Pc,
    /// A board with 32-bit ARM processors and UEFI.
    Arm32,
    /// A board with 64-bit ARM processors and UEFI.
    Arm64,
}

/// What a machine is started with.
#[derive(Clone, Debug)]
pub(crate) struct Setup<'a> {
    /// What it is.
    pub(crate) hardware: Hardware,
    /// Its disk, in qcow2 format; it is changed.
    pub(crate) disk: &'a Path,
    /// Its identity in the metadata.
    pub(crate) instance: &'a str,
    /// The private key; the public one stands beside it.
    pub(crate) key: &'a Path,
    /// Where what it writes to its serial line is kept.
    pub(crate) serial_log: PathBuf,
}

/// Who logs in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Login<'a> {
    pub(crate) user: &'a str,
    /// The private key.
    pub(crate) key: &'a Path,
}

/// A running machine. Its end kills it; where a check failed meanwhile, what
/// it wrote to its serial line is shown.
#[derive(Debug)]
pub(crate) struct Machine {
    qemu: Child,
    port: u16,
    key: PathBuf,
    serial_log: PathBuf,
}

impl Machine {
    /// Starts a machine.
    pub(crate) fn start(setup: &Setup<'_>) -> Machine {
        let port = free_port();
        let mut qemu = qemu(setup, port);
        let child = qemu.spawn().expect("starting QEMU: apt-get install qemu-system-x86 qemu-system-arm");
        Machine { qemu: child, port, key: setup.key.to_owned(), serial_log: setup.serial_log.clone() }
    }

    /// Waits until a login works; panics at the deadline.
    pub(crate) fn await_login(&mut self, deadline: Instant) {
        while !self.ssh(&[], "true").is_some_and(|output| output.status.success()) {
            let ended = self.qemu.try_wait().expect("waiting for QEMU");
            assert!(ended.is_none(), "QEMU ended: {ended:?}");
            assert!(Instant::now() < deadline, "no login before the time limit");
            thread::sleep(PAUSE);
        }
    }

    /// The user whom clouds give the key of the metadata.
    pub(crate) fn login(&self) -> Login<'_> {
        Login { user: "debian", key: &self.key }
    }

    /// Runs a command in the machine with more options for ssh. Absent means
    /// that it took too long.
    pub(crate) fn ssh(&self, options: &[&str], script: &str) -> Option<Output> {
        self.ssh_as(&self.login(), options, script)
    }

    /// The same as somebody.
    pub(crate) fn ssh_as(&self, login: &Login<'_>, options: &[&str], script: &str) -> Option<Output> {
        let mut ssh = Command::new("ssh");
        ssh.arg("-i").arg(login.key).args(["-p", &self.port.to_string()]).args(options);
        for option in [
            "BatchMode=yes",
            "ConnectTimeout=30",
            "IdentitiesOnly=yes",
            "LogLevel=ERROR",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
        ] {
            ssh.args(["-o", option]);
        }
        command::run(ssh.args(["-F", "none", "-l", login.user, "127.0.0.1", script]), SSH_LIMIT)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let killed = self.qemu.kill().and_then(|()| self.qemu.wait());
        if let Err(error) = killed {
            eprintln!("ending QEMU: {error}");
        }
        if thread::panicking() {
            let log = fs::read(&self.serial_log).unwrap_or_default();
            eprintln!("---- the machine's serial line ----\n{}\n----", String::from_utf8_lossy(&log));
        }
    }
}

/// The machine is cut off from everything but the two forwards, and ends with this program.
fn qemu(setup: &Setup<'_>, port: u16) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).args(hardware(setup.hardware));
    command.args(["-accel", "tcg,thread=multi", "-smp", "2", "-m", "1024", "-no-reboot"]);
    command.args(["-display", "none", "-monitor", "none", "-parallel", "none"]);
    command.args(["-serial", &format!("file:{}", setup.serial_log.display())]);
    command.args(["-drive", &format!("file={},format=qcow2,if=virtio,cache=unsafe", setup.disk.display())]);
    command.args(["-netdev", &network(setup, port)]);
    command.args(["-device", "virtio-net-pci,netdev=n0,romfile=", "-device", "virtio-rng-pci"]);
    command.args(["-smbios", "type=1,product=OpenStack Nova"]);
    command.stdin(Stdio::null());
    command
}

/// The program, and what machine it is to be.
fn hardware(hardware: Hardware) -> &'static [&'static str] {
    match hardware {
        Hardware::Pc => &["qemu-system-x86_64"],
        // The firmware of both is where Debian's packages qemu-efi-arm and qemu-efi-aarch64 have it.
        Hardware::Arm32 => &[
            "qemu-system-arm",
            "-machine",
            "virt,highmem=off",
            "-cpu",
            "cortex-a15",
            "-drive",
            "if=pflash,format=raw,readonly=on,file=/usr/share/AAVMF/AAVMF32_CODE.fd",
        ],
        Hardware::Arm64 => &[
            "qemu-system-aarch64",
            "-machine",
            "virt",
            // Signed pointers as they are specified take most of an emulator's time.
            "-cpu",
            "max,pauth-impdef=on",
            "-bios",
            "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd",
        ],
    }
}

fn network(setup: &Setup<'_>, port: u16) -> String {
    let program = std::env::current_exe().expect("finding this program");
    let metadata =
        format!("{} {} {} {}.pub", program.display(), crate::METADATA, setup.instance, setup.key.display());
    [
        "user,id=n0,restrict=on,net=169.254.169.0/24,host=169.254.169.2,dns=169.254.169.3",
        "dhcpstart=169.254.169.15",
        &format!("hostfwd=tcp:127.0.0.1:{port}-:22"),
        &format!("guestfwd=tcp:169.254.169.254:80-cmd:{metadata}"),
    ]
    .join(",")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("finding a free port");
    listener.local_addr().expect("reading the port").port()
}
