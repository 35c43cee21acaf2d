//! Real builds with upstream's elements, unmodified.
//!
//! 1. Most builds start from one cached tree, which [`base`] makes once; it is
//!    the cache that upstream's `debootstrap` element looks for.
//! 2. slate makes each build of the [`table`], and what came of it is held
//!    against the build's expectations ([`expect`]).
//! 3. diskimage-builder makes it too, where it can, and both trees are
//!    compared, path by path ([`trees`]).

mod base;
mod expect;
mod iso;
mod place;
mod table;
mod trees;

use std::time::Instant;

use super::environment::Environment;
use super::outcome::Outcome;
pub(crate) use expect::Expect;
use expect::Image;
pub(crate) use iso::Iso;
pub(crate) use place::ELEMENTS;
use place::{Place, Program};
pub(crate) use table::{COVERED, FAST, FULL};

/// How the results name this check.
const FILE: &str = "builds";

/// One image.
#[derive(Debug)]
pub(crate) struct Build {
    pub(crate) name: &'static str,
    /// The command, and its flags besides the outputs.
    pub(crate) command: &'static [&'static str],
    pub(crate) formats: &'static str,
    pub(crate) elements: &'static [&'static str],
    /// Variables beside those that every build has.
    pub(crate) settings: &'static [(&'static str, &'static str)],
    /// Whether the tree starts from the cached one.
    pub(crate) cached: bool,
    pub(crate) upstream: Upstream,
    pub(crate) end: End,
}

impl Build {
    /// The element that the command adds.
    pub(crate) fn implied(&self) -> Option<&'static str> {
        match self.command {
            ["ramdisk-image-create", ..] => Some("ramdisk"),
            ["disk-image-create", flags @ ..] if !flags.contains(&"-n") => Some("base"),
            _ => None,
        }
    }

    /// Whether its hooks have the kernel mount a FAT.
    fn mounts_fat(&self) -> bool {
        self.elements.contains(&"iso")
    }
}

/// What diskimage-builder does with the same elements.
#[derive(Debug)]
pub(crate) enum Upstream {
    /// The same.
    Same,
    /// It cannot on this machine, or has no such thing; the reason.
    Cannot(&'static str),
}

/// How a build ends.
#[derive(Debug)]
pub(crate) enum End {
    /// With an image of which this holds.
    Made(&'static [Expect]),
    /// With a failure that tells this.
    Fails(&'static str),
}

impl End {
    /// What a failure is to tell.
    fn failure(&self) -> &'static str {
        match self {
            End::Made(_) => "it should have been",
            End::Fails(text) => text,
        }
    }
}

/// Makes the builds of a table.
pub(crate) fn check(builds: &[&Build], environment: &Environment, outcome: &mut Outcome) {
    if !nix::unistd::geteuid().is_root() {
        let error = "needs root; run: sudo -E env \"PATH=$PATH\" cargo test --release --test conformance";
        outcome.note(FILE, "all", Err(error.to_owned()), &[]);
        return;
    }
    let place = Place::prepare(environment);
    for build in builds {
        let started = Instant::now();
        one(build, &place, outcome);
        println!("{}: {} s", build.name, started.elapsed().as_secs());
    }
}

fn one(build: &Build, place: &Place, outcome: &mut Outcome) {
    let ours = place.run(Program::Slate, build);
    judge(build, Program::Slate, &ours, outcome);
    match build.upstream {
        Upstream::Same => {
            let theirs = place.run(Program::DiskimageBuilder, build);
            judge(build, Program::DiskimageBuilder, &theirs, outcome);
            compare(build, &ours, &theirs, outcome);
        }
        Upstream::Cannot(reason) => outcome.remark(format!("{}: slate alone: {reason}", build.name)),
    }
    place.clear();
}

/// Holds both programs' results against each other.
fn compare(
    build: &Build,
    ours: &Result<Image, String>,
    theirs: &Result<Image, String>,
    outcome: &mut Outcome,
) {
    let alike = if ours.is_ok() == theirs.is_ok() { Ok(()) } else { Err("only one was made".to_owned()) };
    outcome.note(FILE, &format!("{}: ends alike", build.name), alike, &[]);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            let compared = trees::compare(theirs, ours);
            outcome.note(FILE, &format!("{}: same tree", build.name), compared.verdict, &[]);
            outcome.remark(format!("{}: {}", build.name, compared.summary));
        }
        (Err(_), Err(_)) => {
            outcome.remark(format!("{}: made by neither: {}", build.name, build.end.failure()));
        }
        _ => {}
    }
}

/// Holds one program's result against what is expected of both.
fn judge(build: &Build, program: Program, result: &Result<Image, String>, outcome: &mut Outcome) {
    let mut note = |case: &str, result| {
        outcome.note(FILE, &format!("{}, {}: {case}", build.name, program.name()), result, &[]);
    };
    match (&build.end, result) {
        (End::Made(expectations), Ok(image)) => {
            note("builds", Ok(()));
            expectations.iter().for_each(|expect| note(&expect.to_string(), expect.judge(image)));
        }
        (End::Made(_), Err(log)) => note("builds", Err(log.clone())),
        (End::Fails(text), Err(log)) => {
            let result = if log.contains(text) { Ok(()) } else { Err(log.clone()) };
            note(&format!("fails: {text}"), result);
        }
        (End::Fails(text), Ok(_)) => note(&format!("fails: {text}"), Err("it does not fail".to_owned())),
    }
}
