//! Programs in the chroot and on the build host.
use blankslate_sdk::bindings::wit::command::Error as Kind;
use blankslate_sdk::command::{Argument, Command, Error};
use blankslate_sdk::{Element, Result, bail, rootfs};

struct Commands;

fn kind(result: std::result::Result<u8, Error>) -> Result<Kind> {
    match result {
        Ok(status) => bail!("it ended with {status}"),
        Err(error) => Ok(error.kind().clone()),
    }
}

impl Element for Commands {
    fn install(hook: &str) -> Result {
        match hook {
            "chroot" => chroot(),
            "host" => host(),
            "failures" => failures(),
            "moved" => moved(),
            "ungranted" => Ok(Command::host("id").run().map(|_| ())?),
            _ => Ok(Command::chroot("/bin/sh").run().map(|_| ())?),
        }
    }
}

fn chroot() -> Result {
    rootfs::write("/work/here", "")?;
    let text = Command::chroot("sh")
        .args(["-c", "read line; echo $line $NAME $HOME $PATH; echo *; echo to the log >&2"])
        .env("NAME", "value")
        .input("from stdin\n")
        .directory("/work")
        .text()?;
    let expected =
        "from stdin value /root /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nhere";
    if text != expected {
        bail!("{text}");
    }
    if Command::chroot("sh").args(["-c", "exit 3"]).expect([3]).run()? != 3 {
        bail!("an expected status is returned");
    }
    if Command::chroot("sh").args(["-c", "exit 4"]).status()? != 4 {
        bail!("any status is returned");
    }
    Command::chroot("sh")
        .args(["-c", "echo $0 > /argument"])
        .arg(Argument::image("/a path").prefixed("--x="))
        .run()?;
    Ok(())
}

/// Writes to one path before and after a program moves its directory.
fn moved() -> Result {
    rootfs::write("/one/before", "")?;
    Command::chroot("mv").args(["/one", "/two"]).run()?;
    Ok(rootfs::write("/one/after", "")?)
}

fn host() -> Result {
    rootfs::write("/file", "content")?;
    let text = Command::host("cat").arg(Argument::image("/file")).text()?;
    match kind(Command::host("cat").arg(Argument::image("/link-out")).run())? {
        Kind::Invalid(_) => {}
        other => bail!("{other:?}"),
    }
    Command::host("cp").arg(Argument::image("/file")).arg(Argument::scratch("copied")).run()?;
    Command::host("cp").arg(Argument::scratch("copied")).arg(Argument::cache("store/kept")).run()?;
    rootfs::copy(&rootfs::Source::Scratch("copied".into()), "/back")?;
    if text != "content" {
        bail!("{text}");
    }
    Ok(())
}

fn failures() -> Result {
    match kind(Command::chroot("sh").args(["-c", "echo last words >&2; exit 5"]).run())? {
        Kind::Failed(failed) if failed.status == Some(5) && failed.tail == ["last words"] => {}
        other => bail!("{other:?}"),
    }
    match kind(Command::chroot("sh").args(["-c", "kill -9 $$"]).run())? {
        Kind::Failed(failed) if failed.signal == Some(9) => {}
        other => bail!("{other:?}"),
    }
    match kind(Command::chroot("sh").args(["-c", "while :; do :; done"]).timeout(1).run())? {
        Kind::TimedOut(1) => {}
        other => bail!("{other:?}"),
    }
    match kind(Command::chroot("nothing-of-this-name").run())? {
        Kind::NotFound(_) => {}
        other => bail!("{other:?}"),
    }
    match kind(Command::chroot("sh").arg(Argument::scratch("x")).run())? {
        Kind::Invalid(_) => {}
        other => bail!("{other:?}"),
    }
    match kind(Command::host("cat").arg(Argument::scratch("../../etc/passwd")).run())? {
        Kind::Invalid(_) => Ok(()),
        other => bail!("{other:?}"),
    }
}

blankslate_sdk::register!(Commands);
