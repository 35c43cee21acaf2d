//! The block that tells why a build failed.

use std::path::Path;

use crate::report::event::FailureEvent;
use crate::report::failure::{BuildFailure, HookFailure};
use crate::report::text::{Style, count, printable};

/// The block's lines.
pub(crate) fn block(event: &FailureEvent, style: Style) -> Vec<String> {
    let mut lines = vec![String::new()];
    match &event.failure {
        BuildFailure::Hook(failure) => hook(failure, style, &mut lines),
        BuildFailure::Error { chain } => causes(chain, style, &mut lines),
    }
    place_line("log", event.log.as_deref(), style, &mut lines);
    place_line("logs", event.logs.as_deref(), style, &mut lines);
    for advice in &event.advice {
        lines.push(format!("  {} {advice}", style.bold(&format!("{:<5}", "try:"))));
    }
    lines
}

fn hook(failure: &HookFailure, style: Style, lines: &mut Vec<String>) {
    let text = failure.to_string();
    lines.extend(headed(&style.error("error:"), &text));
    if failure.tail.is_empty() {
        lines.push("  it printed nothing".to_owned());
        return;
    }
    lines.push(format!("  the last {} it printed:", count(failure.tail.len(), "line")));
    lines.extend(failure.tail.iter().map(|line| format!("    {} {}", style.dim("|"), printable(line))));
}

fn causes(chain: &[String], style: Style, lines: &mut Vec<String>) {
    for (depth, cause) in chain.iter().enumerate() {
        let head = if depth == 0 { style.error("error:") } else { format!("  {}", style.bold("because:")) };
        lines.extend(headed(&head, cause));
    }
}

/// Puts a heading before the first line and indents the others, which a trap's trace or a tool's output brings.
fn headed<'a>(head: &'a str, text: &'a str) -> impl Iterator<Item = String> + 'a {
    text.lines().enumerate().map(move |(number, line)| match number {
        0 => format!("{head} {}", printable(line)),
        _ => format!("    {}", printable(line)),
    })
}

fn place_line(label: &str, path: Option<&Path>, style: Style, lines: &mut Vec<String>) {
    if let Some(path) = path {
        lines.push(format!("  {} {}", style.bold(&format!("{:<5}", format!("{label}:"))), path.display()));
    }
}
