//! Waits for ever in a call of the host: for a time, for a program, for packages.
use blankslate_sdk::command::Command;
use blankslate_sdk::{Element, Result, log, packages};

mod wasi {
    wit_bindgen::generate!({
        inline: "
            package guests:wait;
            world wait { import wasi:clocks/monotonic-clock@0.2.1; }
            package wasi:io@0.2.1 {
                interface poll { resource pollable { block: func(); } }
            }
            package wasi:clocks@0.2.1 {
                interface monotonic-clock {
                    use wasi:io/poll@0.2.1.{pollable};
                    type duration = u64;
                    subscribe-duration: func(when: duration) -> pollable;
                }
            }
        ",
        generate_all,
    });
}

struct Wait;

impl Element for Wait {
    fn root(hook: &str) -> Result {
        log::info("for ever");
        match hook {
            "time" => wasi::wasi::clocks::monotonic_clock::subscribe_duration(u64::MAX).block(),
            "program" => drop(Command::host("sleep").args(["1000000"]).run()?),
            "packages" => loop {
                packages::install(["web"])?;
            },
            // What the host answers does not matter to a guest that goes on.
            _ => loop {
                let _ = Command::host("sleep").args(["1000000"]).run();
            },
        }
        Ok(())
    }

    fn install(hook: &str) -> Result {
        Wait::root(hook)
    }
}

blankslate_sdk::register!(Wait);
