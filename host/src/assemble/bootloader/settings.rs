//! `/etc/default/grub`: the settings that `grub-mkconfig` reads, now and in
//! the running machine.
//!
//! A shell sources the file, and what it finds there goes into the menu, which
//! GRUB's own shell reads: values are quoted for the one, words for the other.

use super::{LoaderRequest, menu_words};

mod shell;

/// Begins a file that the image did not have.
const HEADER: &str = "# Settings of GRUB's menu; run update-grub after a change.\n";

/// GRUB's names of the serial ports that it can drive itself.
const SERIAL_PORT: &str = "ttyS";

/// Speed of a serial console that names none, which is the kernel's default too.
const SERIAL_SPEED: &str = "9600";

/// The text of `/etc/default/grub` with what a request wants; other lines stay.
pub(super) fn apply(text: &str, request: &LoaderRequest, root_label: &str) -> String {
    let mut text = if text.is_empty() { HEADER.to_owned() } else { text.to_owned() };
    for (key, value) in wanted(request, root_label, &current(&text, "GRUB_CMDLINE_LINUX")) {
        text = set(&text, key, &value);
    }
    text
}

fn wanted(request: &LoaderRequest, root_label: &str, arguments: &str) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        // What grub-probe finds is the build's loop device.
        ("GRUB_DEVICE", menu_words::literal(&format!("LABEL={root_label}"))),
        ("GRUB_DISABLE_LINUX_UUID", "true".to_owned()),
        ("GRUB_DISABLE_LINUX_PARTUUID", "true".to_owned()),
        ("GRUB_TIMEOUT", request.timeout.to_string()),
        // A machine that lost power must come back without anyone at its menu.
        ("GRUB_RECORDFAIL_TIMEOUT", request.timeout.to_string()),
        ("GRUB_CMDLINE_LINUX", kernel_arguments(request, arguments)),
    ];
    let serial = request.serial_console.as_deref().and_then(serial_command);
    let terminal = if serial.is_some() { "console serial" } else { "console" };
    settings.push(("GRUB_TERMINAL", terminal.to_owned()));
    settings.extend(serial.map(|command| ("GRUB_SERIAL_COMMAND", command)));
    settings
}

/// The arguments that are there, then the consoles, then the request's own,
/// none twice. The last console is the one that the machine talks to.
fn kernel_arguments(request: &LoaderRequest, present: &str) -> String {
    let mut arguments = menu_words::split(present);
    let consoles = request
        .serial_console
        .iter()
        .flat_map(|serial| ["console=tty0".to_owned(), format!("console={serial}")]);
    let wanted = consoles.chain(request.kernel_arguments.iter().cloned());
    for argument in wanted.map(|argument| menu_words::argument(&argument)) {
        if !arguments.contains(&argument) {
            arguments.push(argument);
        }
    }
    arguments.join(" ")
}

/// GRUB's command for a serial console, if it is one GRUB can drive.
fn serial_command(console: &str) -> Option<String> {
    let (port, options) = console.split_once(',').unwrap_or((console, ""));
    let unit: u8 = port.strip_prefix(SERIAL_PORT)?.parse().ok()?;
    let digits = options.find(|c: char| !c.is_ascii_digit()).unwrap_or(options.len());
    let speed = if digits == 0 { SERIAL_SPEED } else { &options[..digits] };
    Some(format!("serial --unit={unit} --speed={speed} --word=8 --parity=no --stop=1"))
}

/// A setting's value, without its quotes.
fn current(text: &str, key: &str) -> String {
    let value = text.lines().rev().find_map(|line| assigned(line, key));
    value.map(shell::unquoted).unwrap_or_default()
}

fn assigned<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.trim_start().strip_prefix(key)?.strip_prefix('=')
}

/// Replaces every assignment of `key` by one, or adds it at the end.
fn set(text: &str, key: &str, value: &str) -> String {
    let line = format!("{key}={}", shell::quoted(value));
    let mut lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| assigned(line, key).is_some()).unwrap_or(lines.len());
    lines.retain(|line| assigned(line, key).is_none());
    lines.insert(at.min(lines.len()), &line);
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::bootloader::Firmware;
    use crate::sys::process::Program;

    fn request(serial: Option<&str>, arguments: &[&str]) -> LoaderRequest {
        LoaderRequest {
            firmware: Firmware::Bios,
            timeout: 0,
            serial_console: serial.map(str::to_owned),
            kernel_arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
        }
    }

    #[test]
    fn a_new_file() {
        let text = apply("", &request(Some("ttyS0,115200n8"), &["quiet"]), "cloudimg-rootfs");
        let expected = "\
# Settings of GRUB's menu; run update-grub after a change.
GRUB_DEVICE=\"LABEL=cloudimg-rootfs\"
GRUB_DISABLE_LINUX_UUID=\"true\"
GRUB_DISABLE_LINUX_PARTUUID=\"true\"
GRUB_TIMEOUT=\"0\"
GRUB_RECORDFAIL_TIMEOUT=\"0\"
GRUB_CMDLINE_LINUX=\"console=tty0 console=ttyS0,115200n8 quiet\"
GRUB_TERMINAL=\"console serial\"
GRUB_SERIAL_COMMAND=\"serial --unit=0 --speed=115200 --word=8 --parity=no --stop=1\"
";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_there_stays_and_twice_is_as_once() {
        let given = "# mine\nGRUB_TIMEOUT=5\nGRUB_DEFAULT=0\n#GRUB_TERMINAL=gfx\n\
                     GRUB_CMDLINE_LINUX='net.ifnames=0 console=tty0'\n";
        let request = request(None, &["net.ifnames=0", "mem=1G"]);
        let once = apply(given, &request, "root");
        assert!(
            once.starts_with("# mine\nGRUB_TIMEOUT=\"0\"\nGRUB_DEFAULT=0\n#GRUB_TERMINAL=gfx\n"),
            "{once}"
        );
        assert!(once.contains("\nGRUB_CMDLINE_LINUX=\"net.ifnames=0 console=tty0 mem=1G\"\n"), "{once}");
        assert!(once.contains("\nGRUB_TERMINAL=\"console\"\n"), "{once}");
        assert_eq!(apply(&once, &request, "root"), once);
    }

    /// What a shell that sources a file sees of a setting.
    fn sourced(text: &str, key: &str) -> String {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join("grub");
        std::fs::write(&file, text).unwrap();
        let script = format!(". {}; printf '%s.' \"${key}\"", file.display());
        let seen = Program::new("sh").args(["-c", &script]).cwd(scratch.path()).output().unwrap();
        let names: Vec<_> =
            scratch.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["grub"], "something ran");
        String::from_utf8(seen).unwrap().trim_end().trim_end_matches('.').to_owned()
    }

    #[test]
    fn a_shell_sees_what_was_asked_for_and_runs_none_of_it() {
        let arguments = [
            "a=$(touch,ran)",
            "b=`touch,ran`",
            "dyndbg=\"file a +p; $(touch ran) `touch ran`\"",
            "c=\";touch ran;\"",
            "memmap=64G$4G",
            "d=\\",
            "e='$HOME'",
            "f=${HOME}",
        ];
        let request = request(Some("ttyS0"), &arguments);
        let label = "a\"b`touch ran`$(touch ran)";
        let text = apply("", &request, label);
        let words: Vec<String> = arguments.iter().map(|argument| menu_words::argument(argument)).collect();
        let expected = format!("console=tty0 console=ttyS0 {}", words.join(" "));
        assert_eq!(sourced(&text, "GRUB_CMDLINE_LINUX"), expected);
        assert_eq!(sourced(&text, "GRUB_DEVICE"), menu_words::literal(&format!("LABEL={label}")));
        assert_eq!(apply(&text, &request, label), text);
    }

    #[test]
    fn serial_ports_of_grub() {
        assert_eq!(serial_command("ttyAMA0,115200"), None);
        assert_eq!(serial_command("hvc0"), None);
        let second = serial_command("ttyS1").unwrap();
        assert_eq!(second, "serial --unit=1 --speed=9600 --word=8 --parity=no --stop=1");
    }
}
