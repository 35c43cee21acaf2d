//! What the element finds out, line by line.

use blankslate_sdk::params::Error as ParamError;
use blankslate_sdk::rootfs::{self, Entry, ErrorKind, Kind};
use blankslate_sdk::{Context, Result, image, packages, params};

use crate::{BASE, at};

/// Writes the report.
pub(crate) fn write() -> Result {
    let lines = [parameters()?, system()?, errors(), files()?].concat();
    Ok(rootfs::write(&at("report"), lines.iter().map(|line| format!("{line}\n")).collect::<String>())?)
}

fn presence(present: bool) -> &'static str {
    if present { "present" } else { "absent" }
}

fn parameters() -> Result<Vec<String>> {
    let undeclared = matches!(params::find::<String>("nope"), Err(ParamError::Undeclared(_)));
    let all: Vec<_> = params::all().into_iter().map(|(name, _)| name).collect();
    Ok(vec![
        format!("greeting = {}", params::get::<String>("greeting")?),
        format!("count = {}", params::get::<i64>("count")?),
        format!("names = {}", params::get::<Vec<String>>("names")?.join(" ")),
        format!("fail = {}", params::get::<bool>("fail")?),
        format!("unset = {}", presence(params::find::<String>("unset")?.is_some())),
        format!("nope: {}", if undeclared { "undeclared" } else { "something else" }),
        format!("all = {}", all.join(" ")),
    ])
}

fn system() -> Result<Vec<String>> {
    let about = image::describe();
    let distribution = packages::distribution()?;
    let wanted: String = params::get("package")?;
    let mail = rootfs::find_user("mail")?.context("there is no user 'mail'")?;
    Ok(vec![
        format!("image = {} {} {}", about.arch, about.root_label, about.offline),
        format!("distribution = {} {} {}", distribution.name, distribution.family, distribution.release),
        format!("installed = {}", packages::installed([&wanted])?),
        format!("resolved = {}", packages::resolve([&wanted])?.join(" ")),
        format!("user = {} {} {} {}", mail.uid, mail.gid, mail.home, mail.shell),
        format!("no user = {}", presence(rootfs::find_user("no-such-user")?.is_some())),
        format!("group = {}", rootfs::find_group("adm")?.context("there is no group 'adm'")?),
    ])
}

fn errors() -> Vec<String> {
    let existing = rootfs::file(&at("greeting")).fail_if_existing().without_parents().write("");
    let stranger = rootfs::file(&at("owner")).user("no-such-user").without_parents().write("");
    vec![
        attempt("read", rootfs::read(&at("nothing"))),
        attempt("list", rootfs::list(&at("greeting"))),
        attempt("write", existing),
        attempt("owner", stranger),
        attempt("remove", rootfs::remove(&at("deep"))),
        attempt("loop", rootfs::read(&at("loop"))),
        attempt("directory", rootfs::read(&at("deep"))),
    ]
}

fn attempt<T>(label: &str, result: rootfs::Result<T>) -> String {
    let case = result.map_or_else(|error| case(error.kind()), |_| "no error");
    format!("{label}: {case}")
}

fn case(error: &ErrorKind) -> &'static str {
    match error {
        ErrorKind::NotFound => "not-found",
        ErrorKind::Exists => "exists",
        ErrorKind::NotADirectory => "not-a-directory",
        ErrorKind::IsADirectory => "is-a-directory",
        ErrorKind::NotEmpty => "not-empty",
        ErrorKind::TooManyLinks => "too-many-links",
        ErrorKind::UnknownOwner(_) => "unknown-owner",
        ErrorKind::TooLarge(_) => "too-large",
        ErrorKind::Invalid(_) => "invalid",
        ErrorKind::NoSpace => "no-space",
        ErrorKind::Denied(_) => "denied",
        ErrorKind::Other(_) => "other",
    }
}

fn files() -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for (name, value) in rootfs::extended_attributes(&at("greeting"))? {
        let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
        lines.push(format!("extended = {name} {hex}"));
    }
    let modified = rootfs::metadata(&at("absolute"))?.context("the link leads nowhere")?.modified;
    lines.push(format!("glob = {}", rootfs::glob(&at("n*"))?.join(" ")));
    lines.push(format!("modified = {}.{:09}", modified.seconds, modified.nanoseconds));
    lines.push(format!("nothing = {}", presence(rootfs::metadata(&at("dangling"))?.is_some())));
    lines.push(format!("large = {}", summed()?));
    lines.extend(rootfs::walk(BASE)?.iter().map(walked));
    Ok(lines)
}

fn summed() -> Result<String> {
    let mut reader = rootfs::open(&at("large"))?;
    let (mut size, mut total) = (0, 0);
    loop {
        let piece = reader.read(100_000)?;
        if piece.is_empty() {
            return Ok(format!("{size} {total}"));
        }
        size += piece.len();
        total += piece.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    }
}

fn walked(entry: &Entry) -> String {
    let about = &entry.metadata;
    let (kind, size) = match about.kind {
        Kind::Regular => ("regular", about.size.to_string()),
        Kind::Directory => ("directory", "-".to_owned()),
        Kind::Symlink => ("symlink", about.size.to_string()),
        Kind::BlockDevice => ("block-device", about.size.to_string()),
        Kind::CharacterDevice => ("character-device", about.size.to_string()),
        Kind::Fifo => ("fifo", about.size.to_string()),
        Kind::Socket => ("socket", about.size.to_string()),
    };
    let target = about.target.as_deref().unwrap_or("-");
    let owners = format!("{}:{}", about.user, about.group);
    format!("{} {kind} {size} {:o} {owners} {} {target}", entry.path, about.mode, about.links)
}
