//! Runs programs of the build host that it was not granted.
use blankslate_sdk::command::{Argument, Command};
use blankslate_sdk::{Element, Result};

struct Program;

impl Element for Program {
    fn install(hook: &str) -> Result {
        let command = match hook {
            "undeclared" => Command::host("sh").args(["-c", "true"]),
            "ungranted" => Command::host("id"),
            "path" => Command::host("/bin/sh").args(["-c", "true"]),
            "dots" => Command::host("../bin/sh"),
            "chroot" => Command::chroot("/bin/sh").args(["-c", "true"]),
            // Granted, with a path that is another element's.
            _ => Command::host("cat").arg(Argument::scratch("../other/secret")),
        };
        command.run().map(drop)?;
        Ok(())
    }
}

blankslate_sdk::register!(Program);
