//! Where the time of a build goes, by the profiles that both programs print
//! behind each phase.

use std::time::Duration;

/// Prints what the hooks of each phase took, and what is left for the program
/// itself. Nothing where the log holds no profiles.
pub(crate) fn print(name: &str, state: &str, log: &str, wall: Duration) {
    let phases = phases(log);
    if phases.is_empty() {
        return;
    }
    let hooks: f64 = phases.iter().map(|(_, seconds)| seconds).sum();
    let listed: Vec<String> = phases.iter().map(|(phase, seconds)| format!("{phase} {seconds:.1}")).collect();
    let rest = wall.as_secs_f64() - hooks;
    println!("{name}, {state}: hooks {hooks:.1} s ({}), the rest {rest:.1} s", listed.join(", "));
}

/// Each phase with the sum of its hooks' seconds, in the order of the log.
fn phases(log: &str) -> Vec<(String, f64)> {
    let mut phases: Vec<(String, f64)> = Vec::new();
    let mut open = false;
    for line in log.lines() {
        let line = line.trim_start_matches("dib-run-parts ").trim();
        if let Some(phase) = line.strip_prefix("Target: ") {
            phases.push((phase.trim_end_matches(".d").to_owned(), 0.0));
            open = true;
        } else if line.contains(" END PROFILING ") {
            open = false;
        } else if let (true, Some((_, sum)), Some(word)) =
            (open, phases.last_mut(), line.split_whitespace().nth(1))
        {
            *sum += word.parse::<f64>().unwrap_or(0.0);
        }
    }
    phases
}
