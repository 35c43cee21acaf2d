//! Which programs of the build host a build needs.

use crate::element::{Element, HookKind};
use crate::spec::Format;

use super::{Layout, PlannedOutput, PlannedPhase, Tool};

/// Every program once, in the order the build comes to need them.
pub(super) fn tools(
    phases: &[PlannedPhase],
    layout: &Layout,
    outputs: &[PlannedOutput],
    elements: &[Element],
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
    for (_, file_system) in layout.file_systems() {
        let programs = file_system.kind.tools().iter();
        programs.for_each(|(program, package)| add(tool(program, package, "assemble")));
    }
    outputs.iter().filter_map(|output| of_format(output.format)).for_each(&mut add);
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

fn of_format(format: Format) -> Option<Tool> {
    let (program, package) = match format {
        Format::Raw => return None,
        Format::Qcow2 | Format::Vhd | Format::Vhdx | Format::Vmdk | Format::Vdi => ("qemu-img", "qemu-utils"),
        Format::Tar | Format::Tgz => ("tar", "tar"),
        Format::Squashfs => ("mksquashfs", "squashfs-tools"),
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
