//! What a booted system says of itself, asked in one login.

use std::collections::BTreeMap;

use crate::machine::{Login, Machine};

/// A question's name and the command that answers it.
pub(crate) type Question = (&'static str, &'static str);

/// What every booted system is asked.
pub(crate) const QUESTIONS: &[Question] = &[
    ("user", "id -un"),
    ("sudo", "sudo -n id -un"),
    ("hostname", "hostname"),
    ("cloud-init", "cloud-init status"),
    ("failed-units", "systemctl --failed --plain --no-legend"),
    ("root-label", "findmnt -no LABEL /"),
    ("root-size", "df --output=size -B1 / | tail -n1"),
    ("disk-size", "lsblk -bdno SIZE /dev/vda"),
    ("partition-table", "sudo sfdisk --json /dev/vda"),
    ("kernel-arguments", "cat /proc/cmdline"),
    (
        "serial-login",
        "systemctl is-active serial-getty@$(grep -o 'console=tty[SA][^, ]*' /proc/cmdline | cut -d= -f2)",
    ),
    ("architecture", "dpkg --print-architecture"),
    ("firmware", "[ -d /sys/firmware/efi ] && echo UEFI || echo BIOS"),
    ("sshd", "sudo sshd -T"),
    ("root-password", "sudo passwd -S root"),
    ("resolver", "readlink /etc/resolv.conf"),
    ("machine-id", "cat /etc/machine-id"),
    ("host-keys", "cat /etc/ssh/ssh_host_*_key.pub"),
];

/// Marks the line before an answer; no answer has it.
const MARK: &str = "=== ";

/// The answers by the questions' names.
#[derive(Debug)]
pub(crate) struct Facts(BTreeMap<String, String>);

impl Facts {
    /// Asks a machine.
    pub(crate) fn ask(machine: &Machine, login: &Login<'_>, questions: &[Question]) -> Facts {
        let script: String =
            questions.iter().map(|(name, command)| format!("echo '{MARK}{name}'; {command}; ")).collect();
        let output = machine.ssh_as(login, &[], &script).expect("asking the machine took too long");
        Facts::parse(&String::from_utf8_lossy(&output.stdout))
    }

    fn parse(text: &str) -> Facts {
        let sections = text.split(MARK).skip(1);
        let answer = |section: &str| {
            let (name, answer) = section.split_once('\n').unwrap_or((section, ""));
            (name.to_owned(), answer.trim().to_owned())
        };
        Facts(sections.map(answer).collect())
    }

    /// An answer.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_else(|| panic!("the machine did not say: {name}; it said {:?}", self.0))
    }

    /// An answer that is a number.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.get(name).parse().unwrap_or_else(|_| panic!("{name} is no number: {}", self.get(name)))
    }
}
