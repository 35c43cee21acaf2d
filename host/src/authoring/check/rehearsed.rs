//! What hooks used when they were rehearsed against what `element.toml` asks for.

use std::collections::BTreeSet;

use super::{Finding, Rehearsals, Severity};
use crate::authoring::rehearsal::{Case, perform};
use crate::element::capability::Grant;
use crate::element::manifest::Capabilities;
use crate::element::{Component, Element, Origin};
use crate::plugin::Wish;
use crate::report::Report;

/// What does not agree. What was found before is not told again.
pub(super) fn findings(
    element: &Element,
    component: &Component,
    rehearsals: Rehearsals<'_>,
    before: &[Finding],
) -> Vec<Finding> {
    let cases = match Case::all(rehearsals.cases) {
        Ok(cases) if cases.is_empty() => return vec![none(element)],
        Ok(cases) => cases,
        Err(error) => return vec![broken(&error)],
    };
    let perform = |case| perform(element, case, rehearsals.limits, rehearsals.cache, &Report::silent());
    let mut uses = Uses::default();
    for case in &cases {
        match perform(case) {
            Ok(performance) => performance.wishes.iter().for_each(|(hook, wish)| uses.add(case, hook, wish)),
            // What else it would have used is not known.
            Err(error) => return vec![broken(&error)],
        }
    }
    let is_told = |found: &Finding| before.iter().any(|it| it.capability == found.capability);
    let unused = uses.unused(&component.manifest.capabilities);
    let unused = unused.iter().map(unrehearsed).filter(|found| !is_told(found)).collect();
    [uses.undeclared, unused].concat()
}

/// What rehearsals used so far.
#[derive(Default)]
struct Uses {
    declared: BTreeSet<Grant>,
    undeclared: Vec<Finding>,
}

impl Uses {
    fn add(&mut self, case: &Case, hook: &str, wish: &Wish) {
        self.declared.extend(wish.declared.iter().cloned());
        let found = undeclared(case, hook, &wish.grant);
        let is_new = self.undeclared.iter().all(|it| it.capability != found.capability);
        if wish.declared.is_empty() && is_new {
            self.undeclared.push(found);
        }
    }

    /// What no rehearsal used. Of a program and its alternative one is enough.
    fn unused(&self, asked: &Capabilities) -> Vec<Grant> {
        let program = |name: &String| Grant::HostProgram(name.clone());
        let alternatives = asked.host_programs.iter().flat_map(|host| {
            let names =
                || [Some(&host.program), host.alternative.as_ref()].into_iter().flatten().map(program);
            let any = names().any(|grant| self.declared.contains(&grant));
            names().filter(move |_| any)
        });
        let used: BTreeSet<Grant> = self.declared.iter().cloned().chain(alternatives).collect();
        asked.grants().into_iter().filter(|grant| !used.contains(grant)).collect()
    }
}

/// That there are none: a component that stands alone comes without its author's.
fn none(element: &Element) -> Finding {
    let message =
        "no rehearsal says what the hooks do, nor which variables, files, programs and URLs they use";
    let severity =
        if matches!(element.origin, Origin::Directory(_)) { Severity::Warning } else { Severity::Note };
    Finding::new(severity, "no-tests", message)
        .hint("write one with `slate element test --update`; its --help says what a case holds")
}

fn broken(error: &anyhow::Error) -> Finding {
    Finding::error("rehearsal", format!("{error:#}")).hint("`slate element test` runs the rehearsals alone")
}

fn undeclared(case: &Case, hook: &str, grant: &Grant) -> Finding {
    let message = format!(
        "hook {hook} uses {grant} in the rehearsal '{}', and element.toml does not ask for it",
        case.name
    );
    Finding::error("undeclared-capability", message)
        .hint(format!("add {} under [capabilities]; else it is denied", declaration(grant)))
        .about(grant)
}

fn unrehearsed(grant: &Grant) -> Finding {
    Finding::note("unrehearsed-capability", format!("{grant} is declared, and no rehearsal used it"))
        .hint("rehearse the hook that uses it, or leave it out")
        .about(grant)
}

/// What to write in `element.toml` for a capability.
fn declaration(grant: &Grant) -> String {
    match grant {
        Grant::Environment(name) => format!("environment = [\"{name}\"]"),
        Grant::HostFile(path) => format!("host-files = [\"{path}\"]"),
        Grant::HostProgram(name) => format!("host-programs = [{{ program = \"{name}\" }}]"),
        Grant::Url(url) => format!("urls = [\"{url}\"]"),
        Grant::Chroot => "chroot = true".to_owned(),
        Grant::BlockDevice => "block-device = true".to_owned(),
    }
}
