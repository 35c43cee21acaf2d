//! Progress in a line of text.

use crate::report::event::{Progress, Unit};
use crate::report::text::{Style, size};

/// Characters of a whole bar.
const WIDTH: u64 = 20;

/// `[########------------]  40%  412.0 MB of 1.0 GB`, or without the bar where no total is known.
pub(crate) fn bar(progress: &Progress, style: Style) -> String {
    let Progress { label, done, total, unit } = progress;
    let amount = |value: u64| match unit {
        Unit::Bytes => size(value),
        Unit::Items => value.to_string(),
    };
    let text = match total {
        Some(total) if *total > 0 => {
            let done = (*done).min(*total);
            let part = u128::from(done) * 100 / u128::from(*total);
            let full = (part as u64 * WIDTH / 100) as usize;
            let drawn = format!("{}{}", "#".repeat(full), "-".repeat(WIDTH as usize - full));
            format!("[{}] {part:>3}%  {} of {}", style.good(&drawn), amount(done), amount(*total))
        }
        _ => amount(*done),
    };
    format!("{text} {label}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_fill_and_never_overflow() {
        let table = [
            (0, Some(5), Unit::Items, "files", "[--------------------]   0%  0 of 5 files"),
            (2, Some(5), Unit::Items, "files", "[########------------]  40%  2 of 5 files"),
            (9, Some(5), Unit::Items, "", "[####################] 100%  5 of 5"),
            (
                u64::MAX / 2,
                Some(u64::MAX),
                Unit::Bytes,
                "",
                "[#########-----------]  49%  9223372.0 TB of 18446744.1 TB",
            ),
            (1500, None, Unit::Bytes, "", "1.5 kB"),
            (3, Some(0), Unit::Items, "packages", "3 packages"),
        ];
        for (done, total, unit, label, expected) in table {
            let progress = Progress { label: label.to_owned(), done, total, unit };
            assert_eq!(bar(&progress, Style { colour: false }), expected);
        }
    }
}
