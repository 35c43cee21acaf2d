//! What passed and what did not, by file of upstream's.

use std::collections::BTreeMap;
use std::process::ExitCode;

/// A difference that is meant: the case, and the reason.
pub(crate) type Difference = (&'static str, &'static str);

/// What came of all checks.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    files: BTreeMap<String, Vec<Case>>,
    /// Cases and their errors.
    failures: Vec<(String, String)>,
    differences: Vec<String>,
    left_out: Vec<String>,
    remarks: Vec<String>,
}

#[derive(Debug)]
struct Case {
    name: String,
    verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Passed,
    /// It differs from upstream, as it should.
    Different,
    Failed,
    NotRun,
}

impl Outcome {
    /// Notes one case: `result` is the error of a case that is not as upstream has it.
    pub(crate) fn note(&mut self, file: &str, case: &str, result: Result<(), String>, meant: &[Difference]) {
        let reason = meant.iter().find(|(name, _)| *name == case).map(|(_, reason)| *reason);
        match (result, reason) {
            (Ok(()), None) => self.count(file, case, Verdict::Passed),
            (Err(_), Some(reason)) => {
                self.count(file, case, Verdict::Different);
                self.differences.push(format!("{file} {case}: {reason}"));
            }
            (Err(error), None) => self.fail(file, case, error),
            (Ok(()), Some(_)) => {
                self.fail(file, case, "passes; take it off the list of differences".to_owned());
            }
        }
    }

    /// Notes tests of upstream's that are not run.
    pub(crate) fn leave_out(&mut self, file: &str, tests: &[&str], reason: &str) {
        tests.iter().for_each(|test| self.count(file, test, Verdict::NotRun));
        self.left_out.push(format!("{file} ({}): {reason}", tests.len()));
    }

    /// Whether a case of the file is this test of upstream's.
    pub(crate) fn has_run(&self, file: &str, test: &str) -> bool {
        let cases = self.files.get(file).into_iter().flatten();
        cases.filter(|case| case.verdict != Verdict::NotRun).any(|case| case.name.ends_with(test))
    }

    /// Notes something of interest that is neither right nor wrong.
    pub(crate) fn remark(&mut self, text: String) {
        self.remarks.push(text);
    }

    /// Prints the sums; fails if a case is neither as upstream has it nor meant to differ.
    pub(crate) fn report(&self) -> ExitCode {
        println!("{}", self.text());
        self.failures.iter().for_each(|(case, error)| println!("FAILED {case}: {error}"));
        let passed = self.sum(Verdict::Passed) + self.sum(Verdict::Different);
        let word = if self.failures.is_empty() { "ok" } else { "FAILED" };
        println!("\ntest result: {word}. {passed} passed; {} failed", self.failures.len());
        ExitCode::from(u8::from(!self.failures.is_empty()))
    }

    /// The sums by file and of all, which differ on purpose, failed or were not run, and the remarks.
    pub(crate) fn text(&self) -> String {
        let files = self.files.iter().map(|(file, cases)| {
            sums(file, |verdict| cases.iter().filter(|case| case.verdict == verdict).count())
        });
        let failed: Vec<String> = self.failures.iter().map(|(case, _)| case.clone()).collect();
        let lists = [
            list("Differ on purpose", &self.differences),
            list("Failed", &failed),
            list("Not run", &self.left_out),
            list("Builds", &self.remarks),
        ];
        files.chain([sums("all", |verdict| self.sum(verdict))]).chain(lists).collect::<Vec<_>>().join("\n")
    }

    fn count(&mut self, file: &str, case: &str, verdict: Verdict) {
        let case = Case { name: case.to_owned(), verdict };
        self.files.entry(file.to_owned()).or_default().push(case);
    }

    /// Tells at once, for runs are long; the report has the error.
    fn fail(&mut self, file: &str, case: &str, error: String) {
        eprintln!("FAILED {file} {case}");
        self.count(file, case, Verdict::Failed);
        self.failures.push((format!("{file} {case}"), error));
    }

    fn sum(&self, verdict: Verdict) -> usize {
        self.files.values().flatten().filter(|case| case.verdict == verdict).count()
    }
}

fn sums(title: &str, count: impl Fn(Verdict) -> usize) -> String {
    let [passed, different, failed, not_run] =
        [Verdict::Passed, Verdict::Different, Verdict::Failed, Verdict::NotRun].map(count);
    format!("{title}: {passed} passed, {different} differ on purpose, {failed} failed, {not_run} not run")
}

fn list(title: &str, lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| format!("\n- {line}")).collect();
    format!("\n{title}:{}", if lines.is_empty() { " none".to_owned() } else { lines })
}
