//! The block that tells why a build failed.

use crate::report::event::FailureEvent;
use crate::report::failure::{BuildFailure, FailureCause, HookFailure};
use crate::report::text::{Style, printable};
use crate::sys::signals::signal_name;

/// The block's lines.
pub(crate) fn block(event: &FailureEvent, style: Style) -> Vec<String> {
    let mut lines = vec![String::new()];
    match &event.failure {
        BuildFailure::Hook(failure) => hook(failure, style, &mut lines),
        BuildFailure::Interrupted { signal } => {
            lines.push(style.error(&format!("interrupted by {}", signal_name(*signal))));
        }
        BuildFailure::Error { chain } => causes(chain, style, &mut lines),
    }
    match (&event.log, &event.logs) {
        (Some(log), _) => lines.push(labelled("log:", &log.display().to_string(), style)),
        (None, Some(logs)) => lines.push(labelled("logs:", &logs.display().to_string(), style)),
        (None, None) => {}
    }
    for (number, advice) in event.advice.iter().enumerate() {
        lines.push(labelled(if number == 0 { "try:" } else { "" }, advice, style));
    }
    lines
}

fn hook(failure: &HookFailure, style: Style, lines: &mut Vec<String>) {
    let text = failure.to_string();
    if failure.cause == FailureCause::Interrupted {
        lines.push(style.error(&text));
        return;
    }
    lines.extend(headed(&style.error("error:"), &text));
    match failure.tail.len() {
        0 => lines.push("  it printed nothing".to_owned()),
        1 => lines.push("  the last line it printed:".to_owned()),
        number => lines.push(format!("  the last {number} lines it printed:")),
    }
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

fn labelled(label: &str, text: &str, style: Style) -> String {
    format!("  {} {text}", style.bold(&format!("{label:<5}")))
}
