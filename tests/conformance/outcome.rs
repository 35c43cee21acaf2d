//! What passed and what did not, by file of upstream's.

use std::collections::BTreeMap;
use std::process::ExitCode;

/// A difference that is meant: the case, and the reason.
pub(crate) type Difference = (&'static str, &'static str);

/// The sums of all checks.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    files: BTreeMap<String, Count>,
    failures: Vec<String>,
    differences: Vec<String>,
    remarks: Vec<String>,
}

#[derive(Debug, Default)]
struct Count {
    same: usize,
    different: usize,
    wrong: usize,
}

impl Outcome {
    /// Notes one case: `result` is the error of a case that is not as upstream has it.
    pub(crate) fn note(&mut self, file: &str, case: &str, result: Result<(), String>, meant: &[Difference]) {
        let count = self.files.entry(file.to_owned()).or_default();
        let reason = meant.iter().find(|(name, _)| *name == case).map(|(_, reason)| *reason);
        match (result, reason) {
            (Ok(()), None) => count.same += 1,
            (Err(_), Some(reason)) => {
                count.different += 1;
                self.differences.push(format!("{file} {case}: {reason}"));
            }
            (Err(error), None) => {
                count.wrong += 1;
                self.failures.push(format!("{file} {case}: {error}"));
            }
            (Ok(()), Some(_)) => {
                count.wrong += 1;
                self.failures.push(format!("{file} {case}: passes; take it off the list of differences"));
            }
        }
    }

    /// Notes something of interest that is neither right nor wrong.
    pub(crate) fn remark(&mut self, text: String) {
        self.remarks.push(text);
    }

    /// Prints the sums; fails if a case is neither the same nor meant to differ.
    pub(crate) fn report(&self) -> ExitCode {
        println!("{}", self.text());
        self.failures.iter().for_each(|line| println!("FAILED {line}"));
        let passed: usize = self.files.values().map(|count| count.same + count.different).sum();
        let word = if self.failures.is_empty() { "ok" } else { "FAILED" };
        println!("\ntest result: {word}. {passed} passed; {} failed", self.failures.len());
        ExitCode::from(u8::from(!self.failures.is_empty()))
    }

    /// The sums, the differences that are meant, and the remarks.
    pub(crate) fn text(&self) -> String {
        let sums = self.files.iter().map(|(file, Count { same, different, wrong })| {
            format!("{file}: {same} as upstream, {different} differ on purpose, {wrong} wrong")
        });
        let list = |title: &str, lines: &[String]| {
            let lines: String = lines.iter().map(|line| format!("\n- {line}")).collect();
            format!("\n{title}:{lines}")
        };
        let differences = list("Differences on purpose", &self.differences);
        let remarks = list("Builds", &self.remarks);
        sums.chain([differences, remarks]).collect::<Vec<_>>().join("\n")
    }
}
