//! The table of `--timings`.

use std::fmt;
use std::time::Duration;

use crate::report::timings::{Timing, TimingKind};

/// Prints rows as a table, the slowest hooks and steps marked with a star.
#[derive(Debug)]
pub struct Table<'a> {
    /// What to print.
    pub rows: &'a [Timing],
    /// How long the whole build took.
    pub total: Duration,
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nwhere the time went ({:.1} s; * marks the slowest)", self.total.as_secs_f64())?;
        writeln!(f, " seconds  share")?;
        for row in self.rows {
            line(row, f)?;
        }
        Ok(())
    }
}

fn line(row: &Timing, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mark = if row.slow { '*' } else { ' ' };
    let indent = match row.kind {
        TimingKind::Stage => "",
        TimingKind::Phase | TimingKind::Step => "  ",
        TimingKind::Hook => "    ",
    };
    write!(f, "{:>8.2}  {:>4}% {mark} {indent}{}", row.took.as_secs_f64(), row.percent, row.name)?;
    match &row.element {
        Some(element) => writeln!(f, " ({element})"),
        None => writeln!(f),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::timings::Timings;

    #[test]
    fn a_table_shows_depth_shares_and_the_slowest() {
        let s = Duration::from_secs;
        let mut timings = Timings::default();
        let build = timings.begin(TimingKind::Stage, "build", None, s(0));
        let phase = timings.begin(TimingKind::Phase, "root", None, s(0));
        let hook = timings.begin(TimingKind::Hook, "10-debian", Some("debian"), s(1));
        timings.end(hook, s(121));
        timings.end(phase, s(122));
        timings.end(build, s(150));
        let rows = timings.rows(s(200));
        let expected = "
where the time went (200.0 s; * marks the slowest)
 seconds  share
  150.00    75%   build
  122.00    61%     root
  120.00    60% *     10-debian (debian)
";
        assert_eq!(Table { rows: &rows, total: s(200) }.to_string(), expected);
    }
}
