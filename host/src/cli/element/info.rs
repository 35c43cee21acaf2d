//! `slate element info`: everything about one element.

use std::io;

use clap::Parser;

use crate::cli::library_args::LibraryArgs;
use crate::cli::style::Style;
use crate::cli::table::Table;
use crate::cli::{Failure, output};
use crate::element::capability::Grant;
use crate::element::manifest::Parameter;
use crate::element::{Component, Element, HookKind, Origin, Phase, hook_name};
use crate::plan;

mod shown;

use shown::Shown;

const EXAMPLES: &str = "\
Examples:
  slate element info debian
  slate element info debian --json | jq '.grants'
  slate element info ./mine.wasm";

/// Print what an element depends on, runs, takes and asks for
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A name, a directory or a component
    #[arg(value_name = "ELEMENT")]
    element: String,

    #[command(flatten)]
    library: LibraryArgs,

    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let element = plan::find(&args.element, &args.library.library()?)?;
    if args.json {
        return output::json(&Shown::of(&element));
    }
    output::print(&render(&element, Style::of(&io::stdout())))
}

fn render(element: &Element, style: Style) -> String {
    let sections = [
        ("Depends on", list(&element.dependencies)),
        ("Provides", list(&element.provides)),
        ("Hooks", hooks(element)),
        ("Parameters", of_component(element, parameters)),
        ("Asks for", capabilities(element)),
        ("Caches", of_component(element, caches)),
        ("Programs of the build host", of_component(element, programs)),
    ];
    let mut text = format!("{}\n{}", style.bold(&element.name), head(element));
    for (heading, body) in sections.iter().filter(|(_, body)| !body.is_empty()) {
        text.push_str(&format!("\n{}\n{body}", style.bold(heading)));
    }
    text
}

fn head(element: &Element) -> String {
    let mut table = Table::default();
    if let Some(summary) = &element.summary {
        table.row(["summary", summary]);
    }
    table.row(["from", &element.origin.to_string()]);
    if let Some(Component { manifest, .. }) = &element.component {
        table.row(["version", &manifest.version]);
        table.row(["element API", &manifest.api]);
    }
    table.lines("  ")
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("  {name}\n")).collect()
}

fn hooks(element: &Element) -> String {
    let mut table = Table::default();
    for phase in Phase::ALL {
        let mut hooks: Vec<_> = element.hooks.iter().filter(|hook| hook.phase == phase).collect();
        hooks.sort_by(|a, b| hook_name::compare(&a.name, &b.name));
        for hook in hooks {
            let kind = if hook.kind == HookKind::Shell { "shell" } else { "component" };
            table.row([phase.as_str(), &hook.name, kind]);
        }
    }
    table.lines("  ")
}

fn of_component(element: &Element, section: fn(&Component) -> String) -> String {
    element.component.as_ref().map(section).unwrap_or_default()
}

fn parameters(component: &Component) -> String {
    let mut table = Table::default();
    for (name, parameter) in &component.manifest.parameters {
        let default = parameter.default.as_ref().map_or_else(|| "unset".to_owned(), ToString::to_string);
        table.row([name, parameter.kind.describe(), &format!("default {default}"), &about(parameter)]);
    }
    table.lines("  ")
}

fn about(parameter: &Parameter) -> String {
    let mut parts = vec![parameter.description.clone()];
    if !parameter.choices.is_empty() {
        parts.push(format!("one of: {}", parameter.choices.join(", ")));
    }
    parts.extend(parameter.range());
    parts.extend(parameter.environment.as_ref().map(|variable| format!("variable {variable}")));
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

/// The flag that grants an element what it asks for; none if it is built in.
fn flag(element: &Element, grant: &Grant) -> Option<String> {
    (element.origin != Origin::Builtin).then(|| format!("--grant {}:{grant}", element.name))
}

/// What it asks for and, unless it is built in, how that is granted.
fn capabilities(element: &Element) -> String {
    let grants = grants(element);
    let mut table = Table::default();
    for grant in &grants {
        let flag = flag(element, grant).unwrap_or_else(|| "granted: built in".to_owned());
        table.row([&grant.to_string(), &flag]);
    }
    table.lines("  ")
}

fn grants(element: &Element) -> Vec<Grant> {
    element.component.as_ref().map(|component| component.manifest.capabilities.grants()).unwrap_or_default()
}

fn caches(component: &Component) -> String {
    let mut table = Table::default();
    for cache in &component.manifest.caches {
        table.row([&cache.name, &cache.path]);
    }
    table.lines("  ")
}

fn programs(component: &Component) -> String {
    let mut table = Table::default();
    for host in &component.manifest.capabilities.host_programs {
        let package = host.package.as_ref().unwrap_or(&host.program);
        let instead = host.alternative.as_ref().map(|name| format!("or {name}")).unwrap_or_default();
        table.row([&host.program, &format!("package {package}"), &instead]);
    }
    table.lines("  ")
}
