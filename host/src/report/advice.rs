//! What to try after a failure.

use crate::element::Phase;
use crate::report::dialect::Dialect;
use crate::report::failure::{BuildFailure, FailureCause, HookFailure};
use crate::report::options::Verbosity;

/// What ENOSPC is called, by the kernel and by every tool that passes it on.
const NO_SPACE: &str = "No space left on device";

/// What an error says that a limit of components led to.
const RAISE: &str = "; raise it with ";

/// How the error begins of an output that cannot be written.
pub const WRITING_OUTPUT: &str = "writing the output";

/// The directory of the outputs is full, not the place where the build works.
const OUTPUT_FULL: &str = "-o with a file where there is more space, or free some in the output's directory";

/// Sentences, the most useful first. None after an interrupt: whoever pressed
/// Ctrl-C knows what to do next.
pub(crate) fn advice(failure: &BuildFailure, verbosity: Verbosity, dialect: Dialect) -> Vec<String> {
    let mut advice = match failure {
        BuildFailure::Interrupted { .. } => return Vec::new(),
        BuildFailure::Hook(HookFailure { cause: FailureCause::Interrupted, .. }) => return Vec::new(),
        BuildFailure::Hook(failure) => hook(failure, dialect),
        BuildFailure::Error { chain } if chain.iter().any(|line| line.starts_with(WRITING_OUTPUT)) => {
            full(chain).then(|| OUTPUT_FULL.to_owned()).into_iter().collect()
        }
        BuildFailure::Error { chain } => space(chain, dialect).collect(),
    };
    if verbosity < Verbosity::Verbose {
        advice.push(dialect.more().to_owned());
    }
    advice
}

fn hook(failure: &HookFailure, dialect: Dialect) -> Vec<String> {
    let element = &failure.element;
    let about_cause = match &failure.cause {
        FailureCause::Trap(error) | FailureCause::Returned(error) if error.contains(RAISE) => Some(format!(
            "a higher limit, as the error has it, if element {element} needs that much; else tell its author"
        )),
        FailureCause::Trap(_) => Some(format!("tell the author of element {element}: a trap is its own bug")),
        FailureCause::Returned(_) => {
            Some(format!("{}: it shows the parameters and grants of {element}", dialect.plan()))
        }
        FailureCause::Signal(libc::SIGKILL) => {
            Some("--no-tmpfs, which builds on disk, if memory ran out: `dmesg` tells".to_owned())
        }
        _ => None,
    };
    let space = match failure.phase {
        // Here hooks work in the image, which has little more room than its tree takes.
        Phase::PreFinalise | Phase::Finalise if full(&failure.tail) => vec![dialect.room().to_owned()],
        _ => space(&failure.tail, dialect).collect(),
    };
    about_cause.into_iter().chain(space).collect()
}

fn full(lines: &[String]) -> bool {
    lines.iter().any(|line| line.contains(NO_SPACE))
}

fn space(lines: &[String], dialect: Dialect) -> impl Iterator<Item = String> {
    let elsewhere = dialect.work_directory();
    let space =
        format!("{elsewhere} to build where there is more space; --no-tmpfs if it was memory that was full");
    full(lines).then_some(space).into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Place;

    fn hook(cause: FailureCause, tail: &[&str]) -> BuildFailure {
        BuildFailure::Hook(HookFailure {
            element: "vm".to_owned(),
            hook: "50-grub".to_owned(),
            phase: Phase::Install,
            place: Place::Chroot,
            cause,
            tail: tail.iter().map(|line| (*line).to_owned()).collect(),
        })
    }

    #[test]
    fn advice_fits_the_cause() {
        let space =
            "--work-dir to build where there is more space; --no-tmpfs if it was memory that was full";
        let error = BuildFailure::Error { chain: vec!["x".to_owned(), format!("{NO_SPACE} (os error 28)")] };
        let output = BuildFailure::Error {
            chain: vec![format!("{WRITING_OUTPUT} /out/x.raw"), format!("qemu-img: {NO_SPACE}")],
        };
        let table: [(BuildFailure, &[&str]); 9] = [
            (hook(FailureCause::Exit(1), &[]), &[]),
            (hook(FailureCause::Exit(1), &["tar: y: No space left on device"]), &[space]),
            (error, &[space]),
            (output, &[OUTPUT_FULL]),
            (
                hook(FailureCause::Trap("unreachable".to_owned()), &[]),
                &["tell the author of element vm: a trap is its own bug"],
            ),
            (
                hook(FailureCause::Trap(format!("more than 1 GiB of memory{RAISE}--limit memory=2GiB")), &[]),
                &["a higher limit, as the error has it, if element vm needs that much; else tell its author"],
            ),
            (
                hook(FailureCause::Returned("no user".to_owned()), &[]),
                &["`slate plan` with the same arguments: it shows the parameters and grants of vm"],
            ),
            (
                hook(FailureCause::Signal(9), &[]),
                &["--no-tmpfs, which builds on disk, if memory ran out: `dmesg` tells"],
            ),
            (hook(FailureCause::Interrupted, &[]), &[]),
        ];
        for (failure, expected) in table {
            assert_eq!(advice(&failure, Verbosity::Verbose, Dialect::Flags), expected, "{failure:?}");
        }
    }

    #[test]
    fn a_full_image_is_another_matter_than_a_full_disk() {
        let BuildFailure::Hook(failure) = hook(FailureCause::Exit(1), &[NO_SPACE]) else { unreachable!() };
        let failure = BuildFailure::Hook(HookFailure { phase: Phase::Finalise, ..failure });
        let advice = |dialect| advice(&failure, Verbosity::Verbose, dialect);
        assert_eq!(advice(Dialect::Flags), ["--extra-size 1GiB, or more, to give the image that much room"]);
        assert_eq!(
            advice(Dialect::Variables),
            ["--image-extra-size 1024, or more, to give the image that many MB of room"]
        );
    }

    #[test]
    fn only_who_has_not_seen_everything_is_told_how_to() {
        let again = "again with -v: it shows what every hook prints, and each command as it is run";
        let normal = |failure| advice(&failure, Verbosity::Normal, Dialect::Flags);
        assert_eq!(normal(hook(FailureCause::Exit(1), &[])), [again]);
        assert!(normal(BuildFailure::Interrupted { signal: 2 }).is_empty());
    }

    #[test]
    fn advice_is_what_the_command_takes() {
        let old = |failure| advice(&failure, Verbosity::Quiet, Dialect::Variables);
        let again = "again with DIB_QUIET=0: it shows what every hook prints";
        assert_eq!(
            old(hook(FailureCause::Exit(1), &[NO_SPACE])),
            ["TMP_DIR to build where there is more space; --no-tmpfs if it was memory that was full", again]
        );
        assert_eq!(
            old(hook(FailureCause::Returned("no user".to_owned()), &[])),
            ["`slate plan` with the same elements: it shows the parameters and grants of vm", again]
        );
    }
}
