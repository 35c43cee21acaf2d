//! The conformance element; the README above says what it does.

mod report;

use blankslate_sdk::bindings::wit::command::{self, Expected, Options, Outcome, Place};
use blankslate_sdk::bindings::wit::types::Datetime;
use blankslate_sdk::command::{Argument, Command};
use blankslate_sdk::progress::Step;
use blankslate_sdk::rootfs::{self, Attributes, CopyOptions, Existing, Node, Owner, Source};
use blankslate_sdk::{Element, Error, Result, bail, debug, info, log, packages, params, warn};

const BASE: &str = "/srv/conformance";

fn at(name: &str) -> String {
    format!("{BASE}/{name}")
}

struct Conformance;

impl Element for Conformance {
    fn pre_install(_hook: &str) -> Result {
        tree()
    }

    fn install(_hook: &str) -> Result {
        Ok(packages::install([params::get::<String>("package")?])?)
    }

    fn post_install(hook: &str) -> Result {
        match hook {
            "command" => commands(),
            "report" => report::write(),
            "verdict" => verdict(),
            other => bail!("there is no hook '{other}'"),
        }
    }
}

fn tree() -> Result {
    debug!("a line for debugging");
    info!("a line of information");
    warn!("a warning");
    log::error("an error that is none");
    rootfs::directory(BASE).mode(0o2750).owner("mail", "adm").create()?;
    greeting()?;
    numbers()?;
    rootfs::symlink(&at("greeting"), &at("absolute"))?;
    rootfs::symlink("../nowhere", &at("dangling"))?;
    rootfs::symlink("loop", &at("loop"))?;
    rootfs::hard_link(&at("numbers"), &at("numbers-again"))?;
    rootfs::make_node(&at("pipe"), Node::Fifo, 0o600)?;
    large()?;
    rootfs::write(&at("old"), "")?;
    rootfs::rename(&at("old"), &at("new"))?;
    rootfs::write(&at("doomed/by/name"), "")?;
    rootfs::remove_tree(&at("doomed"))?;
    deep()
}

fn greeting() -> Result {
    let text: String = params::get("greeting")?;
    let path = at("greeting");
    let file = rootfs::file(&path).mode(0o640).owner("mail", 4);
    let file = file.extended("user.conformance", [0, 1, 0xfe, 0xff]);
    file.fail_if_existing().without_parents().write(format!("{text}\n"))?;
    let modified = Some(Datetime { seconds: 5_000_000_000, nanoseconds: 500_000_000 });
    rootfs::set_attributes(&path, &Attributes { modified, ..rootfs::unchanged() }, false)?;
    Ok(())
}

fn numbers() -> Result {
    let count = params::get::<i64>("count")?.unsigned_abs();
    let step = Step::items("counting", count);
    for number in 0..count {
        rootfs::append(&at("numbers"), format!("{number}\n"))?;
        step.set(number + 1);
    }
    Ok(())
}

fn large() -> Result {
    let mut writer = rootfs::file(&at("large")).mode(0o600).fail_if_existing().without_parents().stream()?;
    for piece in 0..20 {
        writer.write(&[piece; 65536])?;
    }
    Ok(writer.finish()?)
}

fn deep() -> Result {
    for name in params::get::<Vec<String>>("names")? {
        rootfs::write(&at(&format!("deep/{name}/file")), &name)?;
    }
    let (user, group) = (Some(Owner::Id(3_000_000_000)), Some(Owner::Id(4_294_967_294)));
    let how = Attributes { mode: Some(0o750), user, group, ..rootfs::unchanged() };
    rootfs::set_attributes(&at("deep"), &how, true)?;
    let options = CopyOptions { existing: Existing::Fail, keep_owners: true, parents: true };
    Ok(rootfs::copy_with(&Source::Image(at("deep")), &at("copies/deep"), options)?)
}

fn commands() -> Result {
    let outcome = script()?;
    rootfs::write(&at("command"), outcome.output)?;
    rootfs::append(&at("command"), format!("status {}\n", outcome.status))?;
    failing(Command::chroot("sh").args(["-c", "exit 4"]))?;
    failing(Command::chroot("sh").args(["-c", "kill -9 $$"]))?;
    failing(Command::chroot("conformance-no-such-program"))
}

fn script() -> Result<Outcome> {
    let script = r#"printf "%s|" "$0" "$@" "$CONFORMANCE" "$(pwd)"; cat; exit 3"#;
    let arguments = ["-c", script, "one", "two words", ""].map(Argument::from);
    let options = Options {
        place: Place::Chroot,
        environment: vec![("CONFORMANCE".to_owned(), "set".to_owned())],
        input: Some(b"from standard input\n".to_vec()),
        directory: Some(BASE.to_owned()),
        expected: Expected::Statuses(vec![3]),
        capture: true,
        timeout: None,
    };
    command::run("sh", &arguments, &options).map_err(|error| Error::new(format!("running sh: {error:?}")))
}

/// Runs a program that fails and notes how.
fn failing(command: Command) -> Result {
    let (mut status, mut signal) = (None, None);
    let case = match command.run() {
        Ok(_) => "no error",
        Err(error) => {
            if let command::Error::Failed(failed) = error.kind() {
                (status, signal) = (failed.status, failed.signal);
            }
            command_case(error.kind())
        }
    };
    let optional = |value: Option<u8>| value.map_or("-".to_owned(), |value| value.to_string());
    let line = if case == "no error" {
        "no error\n".to_owned()
    } else {
        format!("{case} {} {}\n", optional(status), optional(signal))
    };
    Ok(rootfs::append(&at("command"), line)?)
}

fn command_case(error: &command::Error) -> &'static str {
    match error {
        command::Error::Denied(_) => "denied",
        command::Error::NotFound(_) => "not-found",
        command::Error::Failed(_) => "failed",
        command::Error::TimedOut(_) => "timed-out",
        command::Error::TooMuchOutput(_) => "too-much-output",
        command::Error::Invalid(_) => "invalid",
        command::Error::Other(_) => "other",
    }
}

fn verdict() -> Result {
    if !params::get::<bool>("fail")? {
        return Ok(());
    }
    let failure = Error::new("nothing else is wrong").context("the parameter 'fail' is true");
    Err(failure.context("refusing on purpose").hint("set it to false"))
}

blankslate_sdk::register!(Conformance);
