//! A plan for people.

use crate::cli::style::Style;
use crate::cli::table::Table;
use crate::element::{HookKind, Place};
use crate::plan::{
    GrantOrigin, ParameterOrigin, Plan, PlannedGrant, PlannedParameter, PlannedPhase, Tool, WantedBy, secret,
};

use super::disk;

/// The whole plan as text.
pub(in crate::cli) fn render(plan: &Plan, style: Style) -> String {
    let sections = [
        ("Outputs", outputs(plan)),
        ("Elements", elements(plan)),
        ("Hooks", plan.phases.iter().map(|phase| hooks(phase, style)).collect()),
        ("Packages", plan.packages.iter().map(|package| format!("  {package}\n")).collect()),
        ("Parameters", parameters(plan)),
        ("Capabilities", grants(plan)),
        ("Caches", caches(plan)),
        ("Disk", disk::render(plan)),
        ("Programs of this host", tools(plan)),
        ("Variables passed on", variables(plan)),
    ];
    let sections = sections.iter().filter(|(_, body)| !body.is_empty());
    let text: Vec<String> =
        sections.map(|(heading, body)| format!("{}\n{body}", style.bold(heading))).collect();
    text.join("\n")
}

fn outputs(plan: &Plan) -> String {
    let mut table = Table::default();
    let sums: Vec<String> = plan.checksums.iter().map(|checksum| format!(".{checksum}")).collect();
    let sums = if sums.is_empty() { String::new() } else { format!("with {}", sums.join(" and ")) };
    for output in &plan.outputs {
        table.row([&output.path.display().to_string(), output.format.as_str(), plan.arch.as_str(), &sums]);
    }
    table.lines("  ")
}

fn elements(plan: &Plan) -> String {
    let mut table = Table::default();
    for element in &plan.elements {
        let why = match &element.wanted_by {
            WantedBy::Caller => "asked for".to_owned(),
            WantedBy::Element(name) => format!("needed by {name}"),
            WantedBy::Default(name) => format!("default for {name}"),
        };
        let summary = element.summary.as_deref().unwrap_or_default();
        table.row([&element.name, &element.origin.to_string(), &why, summary]);
    }
    table.lines("  ")
}

fn hooks(phase: &PlannedPhase, style: Style) -> String {
    let place = match phase.place {
        Place::Outside => "on the host",
        Place::Chroot => "in the image",
    };
    let heading = format!("  {} {}", phase.phase, style.faint(format!("({place})")));
    if phase.hooks.is_empty() {
        return format!("{heading} {}\n", style.faint("none"));
    }
    let mut table = Table::default();
    for hook in &phase.hooks {
        table.row([&hook.name, &hook.element, kind(hook.kind)]);
    }
    format!("{heading}\n{}", table.lines("    "))
}

fn kind(kind: HookKind) -> &'static str {
    match kind {
        HookKind::Shell => "shell",
        HookKind::Component => "component",
        HookKind::Host => "slate",
    }
}

fn parameters(plan: &Plan) -> String {
    let mut table = Table::default();
    for parameter in &plan.parameters {
        let name = format!("{}.{}", parameter.element, parameter.name);
        table.row([&name, &value(parameter), &origin(&parameter.origin)]);
    }
    table.lines("  ")
}

fn value(parameter: &PlannedParameter) -> String {
    match &parameter.value {
        None => "-".to_owned(),
        Some(_) if parameter.is_secret() => secret::HIDDEN.to_owned(),
        Some(value) => value.to_string(),
    }
}

fn origin(origin: &ParameterOrigin) -> String {
    match origin {
        ParameterOrigin::Unset => "unset".to_owned(),
        ParameterOrigin::Default => "default".to_owned(),
        ParameterOrigin::Environment(name) => format!("from {name}"),
        ParameterOrigin::Setting => "from --set".to_owned(),
    }
}

fn grants(plan: &Plan) -> String {
    let mut table = Table::default();
    for planned in &plan.grants {
        table.row([&planned.element, &planned.grant.to_string(), &granted(planned)]);
    }
    table.lines("  ")
}

fn granted(planned: &PlannedGrant) -> String {
    match planned.origin {
        GrantOrigin::Builtin => "granted: built in".to_owned(),
        GrantOrigin::Operator => "granted: --grant".to_owned(),
        GrantOrigin::Denied => format!("denied: give --grant {}:{}", planned.element, planned.grant),
    }
}

fn caches(plan: &Plan) -> String {
    let mut table = Table::default();
    for cache in &plan.caches {
        let directory = cache.directory.display().to_string();
        table.row([&cache.element, &cache.name, &format!("at {}", cache.path), &format!("in {directory}")]);
    }
    table.lines("  ")
}

fn tools(plan: &Plan) -> String {
    let mut table = Table::default();
    for tool in &plan.tools {
        table.row([&program(tool), &format!("package {}", tool.package), &tool.wanted_by]);
    }
    table.lines("  ")
}

fn program(tool: &Tool) -> String {
    match &tool.alternative {
        Some(other) => format!("{} or {other}", tool.program),
        None => tool.program.clone(),
    }
}

fn variables(plan: &Plan) -> String {
    let line = |(name, value): (&String, &String)| format!("  {name}={}\n", secret::shown(name, value));
    plan.environment.iter().map(line).collect()
}
