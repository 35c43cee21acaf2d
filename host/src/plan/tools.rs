//! Which programs of the build host a build needs.

use std::collections::BTreeMap;

use crate::element::declared::source_repository;
use crate::element::{Element, HookKind};
use crate::spec::Format;

use super::{Layout, PlannedOutput, PlannedPhase, Tool};

/// The element that fetches sources.
const SOURCE_REPOSITORIES: &str = "source-repositories";

/// Every program once, in the order the build comes to need them.
pub(super) fn tools(
    phases: &[PlannedPhase],
    layout: &Layout,
    outputs: &[PlannedOutput],
    elements: &[Element],
    environment: &BTreeMap<String, String>,
) -> Vec<Tool> {
    let mut tools: Vec<Tool> = Vec::new();
    let mut add = |tool: Tool| {
        if tools.iter().all(|known| known.program != tool.program) {
            tools.push(tool);
        }
    };
    let shell = |hook: &super::PlannedHook| hook.kind == HookKind::Shell;
    if let Some(hook) = phases.iter().flat_map(|phase| &phase.hooks).find(|hook| shell(hook)) {
        add(tool("bash", "bash", &hook.element));
    }
    elements.iter().flat_map(of_element).for_each(&mut add);
    of_sources(elements, environment).into_iter().for_each(&mut add);
    for (_, file_system) in layout.file_systems() {
        let programs = file_system.kind.tools().iter();
        programs.for_each(|(program, package)| add(tool(program, package, "assemble")));
    }
    outputs.iter().filter_map(|output| of_format(output.format)).for_each(&mut add);
    if outputs.iter().any(|output| output.format == Format::Tgz)
        && let Some(program) = compressor(environment).and_then(|line| line.split_whitespace().next())
    {
        add(tool(program, program, "export"));
    }
    tools
}

fn of_element(element: &Element) -> Vec<Tool> {
    let Some(component) = &element.component else { return Vec::new() };
    let programs = component.manifest.capabilities.host_programs.iter();
    programs
        .map(|host| Tool {
            program: host.program.clone(),
            alternative: host.alternative.clone(),
            package: host.package.clone().unwrap_or_else(|| host.program.clone()),
            wanted_by: element.name.clone(),
        })
        .collect()
}

/// What the sources need that elements have fetched, if the element that fetches is there.
fn of_sources(elements: &[Element], environment: &BTreeMap<String, String>) -> Vec<Tool> {
    if !elements.iter().any(|element| element.name == SOURCE_REPOSITORIES) {
        return Vec::new();
    }
    let of_element = |element: &Element| {
        let kinds = source_repository::fetched(element, environment);
        let programs = kinds.into_iter().flat_map(|kind| kind.tools());
        programs.map(|(program, package)| tool(program, package, &element.name)).collect::<Vec<_>>()
    };
    elements.iter().flat_map(of_element).collect()
}

/// What the caller wants tgz compressed with: a program, with arguments perhaps.
pub(super) fn compressor(environment: &BTreeMap<String, String>) -> Option<&str> {
    environment.get("DIB_GZIP_BIN").map(|line| line.trim()).filter(|line| !line.is_empty())
}

fn of_format(format: Format) -> Option<Tool> {
    let (program, package) = match format {
        Format::Raw => return None,
        Format::Squashfs => ("mksquashfs", "squashfs-tools"),
        format if format.qemu_img_name().is_some() => ("qemu-img", "qemu-utils"),
        _ => ("tar", "tar"),
    };
    Some(tool(program, package, "export"))
}

fn tool(program: &str, package: &str, wanted_by: &str) -> Tool {
    Tool {
        program: program.to_owned(),
        alternative: None,
        package: package.to_owned(),
        wanted_by: wanted_by.to_owned(),
    }
}
