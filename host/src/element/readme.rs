//! The one line that a README says an element does.

/// The first sentence of prose: past title, underline and directives.
pub(super) fn summary(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_heading = |index: usize| lines.get(index + 1).is_some_and(|next| is_rule(next));
    let start = (0..lines.len()).find(|&index| {
        let line = lines[index];
        !(line.is_empty()
            || is_rule(line)
            || is_heading(index)
            || line.starts_with(['#', '.', ':', '[', '<']))
    })?;
    let paragraph = lines[start..].iter().take_while(|line| !line.is_empty());
    let paragraph = paragraph.copied().collect::<Vec<_>>().join(" ");
    let sentence = paragraph.split_inclusive(". ").next().unwrap_or_default();
    let plain = |c: &char| !c.is_control() && !matches!(c, '`' | '\\');
    Some(sentence.trim_end_matches([' ', '.', ':']).chars().filter(plain).collect())
}

/// A line of one punctuation character: what underlines a title.
fn is_rule(line: &str) -> bool {
    let mut characters = line.chars();
    characters.next().is_some_and(|first| {
        first.is_ascii_punctuation() && line.len() > 1 && characters.all(|other| other == first)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_sentence() {
        let table = [
            (
                "==\nvm\n==\nSets up a partitioned disk (rather than\none filesystem). More.\n",
                Some("Sets up a partitioned disk (rather than one filesystem)"),
            ),
            ("====\nbase\n====\nThis is the base element.\n\nAlmost all\n", Some("This is the base element")),
            ("# hello\n\nThe `hello` element greets.\n", Some("The hello element greets")),
            ("debian\n------\n.. note::\n\n``debian`` is it", Some("debian is it")),
            ("title\n=====\n\nIt \u{1b}[8mhides", Some("It [8mhides")),
            ("title\n=====\n", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(summary(text).as_deref(), expected, "{text:?}");
        }
    }
}
