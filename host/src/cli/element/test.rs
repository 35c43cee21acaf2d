//! `slate element test`: an element's hooks against what is expected of them.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{ArgAction, Parser};
use serde::Serialize;
use similar::TextDiff;

use crate::authoring::rehearsal::{self, Case};
use crate::cli::limit::LimitArgs;
use crate::cli::{Failure, output, work_args};
use crate::element::{Element, Library};
use crate::report::{Report, ReportOptions, Verbosity};

const EXAMPLES: &str = "\
Examples:
  slate element test                    the element in this folder
  slate element test my-element --case default --verbose
  slate element test --update           write expected.txt anew; look at the difference
  slate element test mine.wasm --tests tests

A case is a folder in tests/:
  case.toml      what is given; all of it may be left out:
                   arch = \"arm64\"                      (amd64)
                   installed = [\"curl\"]                packages that are there already
                   denied = [\"chroot\"]                 what is not granted; the rest is
                   block-device = \"...\"                a layout in YAML
                   [parameters]      greeting = \"hi\"
                   [environment]     HOME = \"/root\"
                   [distribution]    name, family, release   (debian, debian, bookworm)
                   [[commands]]      run = \"id -u\", status = 0, output = \"0\\n\"; or missing = true
                   [[fetches]]       url = \"https://...\", file = \"answer\"
  tree/          the image's tree before; else a small one
  host/          the build host's files: host/root/.ssh/id stands in for ~/.ssh/id
  expected.txt   what the hooks did: calls in order, then what became of the tree";

/// Run an element's hooks on a directory and compare with what is expected of them
///
/// Needs no root: packages, services, programs and downloads are written down rather than run or
/// fetched, and so are owners and device nodes, which only root could make. Programs succeed and
/// print nothing unless the case says otherwise. Shell hooks are not run.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The element: a folder or a component
    #[arg(value_name = "DIR|FILE", default_value = ".")]
    element: PathBuf,

    /// Take the cases from this folder instead of tests/ beside the element
    #[arg(long, value_name = "DIR")]
    tests: Option<PathBuf>,

    /// Run only the case of this name
    #[arg(long, value_name = "NAME")]
    case: Option<String>,

    /// Write what the hooks did to expected.txt instead of comparing
    #[arg(long)]
    update: bool,

    #[command(flatten)]
    limits: LimitArgs,

    /// Print what elements log
    #[arg(short, long, action = ArgAction::SetTrue)]
    verbose: bool,

    /// Print the results as JSON
    #[arg(long)]
    json: bool,
}

/// What a case came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Outcome {
    case: String,
    verdict: Verdict,
    /// Lines of `expected.txt` with `-`, of what the hooks did with `+`.
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<String>,
    /// Where the element's code was that trapped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    places: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    Passed,
    Failed,
    Updated,
    Unchanged,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let element = Library::default().open(&args.element)?;
    let cases = args.cases()?;
    let report = if args.verbose { talkative() } else { Ok(Report::silent()) };
    let report = report.map_err(|error| Failure::work(&error))?;
    let outcomes = cases.iter().map(|case| args.perform(&element, case, &report));
    let outcomes = outcomes.collect::<anyhow::Result<Vec<_>>>().map_err(|error| Failure::work(&error))?;
    print(&outcomes, args.json)?;
    if outcomes.iter().all(|outcome| outcome.verdict != Verdict::Failed) {
        return Ok(());
    }
    let failed = outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Failed).count();
    let failure = Failure::work(&anyhow::anyhow!("{failed} of {} cases failed", outcomes.len()));
    Err(failure.with_hint("if the new behaviour is right, run it again with --update"))
}

impl Args {
    fn cases(&self) -> Result<Vec<Case>, Failure> {
        let folder = self.tests.clone().unwrap_or_else(|| rehearsal::beside(&self.element));
        let wrong = |error: anyhow::Error| Failure::request(format!("{error:#}"));
        if let Some(name) = &self.case {
            let folder = folder.join(name);
            if !folder.is_dir() && !self.update {
                return Err(none(&format!("there is no case '{name}'"), &folder));
            }
            return Ok(vec![Case::load(&folder).map_err(wrong)?]);
        }
        let cases = Case::all(&folder).map_err(wrong)?;
        match (cases.is_empty(), self.update) {
            (true, false) => Err(none("the element has no test cases", &folder)),
            (true, true) => Ok(vec![Case::load(&folder.join("default")).map_err(wrong)?]),
            (false, _) => Ok(cases),
        }
    }

    fn perform(&self, element: &Element, case: &Case, report: &Report) -> anyhow::Result<Outcome> {
        let limits = self.limits.limits(&[]);
        let performance = rehearsal::perform(element, case, &limits, &work_args::default_cache(), report)?;
        let found = performance.text;
        let path = case.expected();
        let expected = fs::read_to_string(&path).unwrap_or_default();
        let same = found == expected;
        let verdict = match (self.update, same) {
            (false, true) => Verdict::Passed,
            (false, false) => Verdict::Failed,
            (true, true) => Verdict::Unchanged,
            (true, false) => {
                fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
                fs::write(&path, &found)?;
                Verdict::Updated
            }
        };
        let difference = (!same).then(|| difference(&expected, &found));
        Ok(Outcome { case: case.name.clone(), verdict, difference, places: performance.places })
    }
}

fn none(problem: &str, folder: &Path) -> Failure {
    Failure::request(format!("{problem}: looked in {}", folder.display()))
        .with_hint("write one with `slate element test --update`; --help says what a case holds")
}

fn talkative() -> anyhow::Result<Report> {
    let options = ReportOptions { verbosity: Verbosity::Verbose, ..ReportOptions::default() };
    Report::open(&options)
}

fn difference(expected: &str, found: &str) -> String {
    TextDiff::from_lines(expected, found).unified_diff().context_radius(2).to_string()
}

fn print(outcomes: &[Outcome], json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&outcomes);
    }
    let mut text = String::new();
    for Outcome { case, verdict, difference, places } in outcomes {
        let word = match verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "FAILED",
            Verdict::Updated => "updated",
            Verdict::Unchanged => "unchanged",
        };
        text.push_str(&format!("{word} {case}\n"));
        text.extend(difference.iter().flat_map(|lines| lines.lines()).map(|line| format!("    {line}\n")));
        if difference.is_some() && !places.is_empty() {
            text.push_str("    where the code was that trapped:\n");
            text.extend(places.iter().map(|place| format!("      {place}\n")));
        }
    }
    output::print(&text)
}
