//! Runs programs of the build host that it was not granted.
use blankslate_sdk::command::{Argument, Command};
use blankslate_sdk::{Element, Result, bail, rootfs};

struct Program;

impl Element for Program {
    fn install(hook: &str) -> Result {
        let command = match hook {
            "undeclared" => Command::host("sh").args(["-c", "true"]),
            "ungranted" => Command::host("id"),
            "path" => Command::host("/bin/sh").args(["-c", "true"]),
            "dots" => Command::host("../bin/sh"),
            "chroot" => Command::chroot("/bin/sh").args(["-c", "true"]),
            // Granted, and another program if the guest had its way.
            "path-variable" => return hijacked("PATH", ".:/usr/bin:/bin"),
            "preload" => return hijacked("LD_PRELOAD", "./evil.so"),
            "planted" => {
                plant()?;
                let text = Command::host("cat").directory("/bin").input("the real one").text()?;
                return if text == "the real one" { Ok(()) } else { bail!("{text}") };
            }
            // Granted, with a path that is another element's.
            _ => Command::host("cat").arg(Argument::scratch("../other/secret")),
        };
        command.run().map(drop)?;
        Ok(())
    }
}

/// Puts a program of its own where a granted one could be looked for.
fn plant() -> Result {
    Ok(rootfs::file("/bin/cat").mode(0o755).write("#!/bin/sh\necho planted\n")?)
}

fn hijacked(name: &str, value: &str) -> Result {
    plant()?;
    let text = Command::host("cat").directory("/bin").env(name, value).text()?;
    bail!("it ran: {text}")
}

blankslate_sdk::register!(Program);
