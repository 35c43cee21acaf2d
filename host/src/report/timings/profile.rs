//! The times of a phase's hooks, in the form that users of diskimage-builder
//! know, and their scripts look for.

use std::fmt;

use crate::element::Phase;
use crate::report::timings::Timing;

/// Prints what the hooks of a phase took.
#[derive(Debug)]
pub struct Profile<'a> {
    /// The phase.
    pub phase: Phase,
    /// Its hooks, in the order they ran.
    pub hooks: &'a [Timing],
}

impl fmt::Display for Profile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:-^57}\n", " PROFILING ")?;
        writeln!(f, "Target: {}.d\n", self.phase)?;
        writeln!(f, "{:<40} {:>9}", "Script", "Seconds")?;
        writeln!(f, "{:-<39}  {:-<10}\n", "", "")?;
        for hook in self.hooks {
            writeln!(f, "{:<40} {:>10.3}", hook.name, hook.took.as_secs_f64())?;
        }
        write!(f, "\n{:-^57}", " END PROFILING ")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::report::timings::{TimingKind, Timings};

    #[test]
    fn a_phase_ends_with_the_times_of_its_own_hooks() {
        let ms = Duration::from_millis;
        let mut timings = Timings::default();
        let early = timings.begin(TimingKind::Hook, "10-root", Some("debian"), ms(0));
        timings.end(early, ms(5));
        let phase = timings.begin(TimingKind::Phase, "install", None, ms(5));
        for (name, from, to) in [("10-a", 5, 1240), ("50-b", 1240, 1243)] {
            let hook = timings.begin(TimingKind::Hook, name, Some("x"), ms(from));
            timings.end(hook, ms(to));
        }
        let hooks = timings.hooks_since(phase, ms(2000));
        let expected = "\
----------------------- PROFILING -----------------------

Target: install.d

Script                                     Seconds
---------------------------------------  ----------

10-a                                          1.235
50-b                                          0.003

--------------------- END PROFILING ---------------------";
        assert_eq!(Profile { phase: Phase::Install, hooks: &hooks }.to_string(), expected);
    }
}
