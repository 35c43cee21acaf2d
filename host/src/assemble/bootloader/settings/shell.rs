//! Values of assignments in a file that shells source.

/// What means something to a shell within double quotes.
const ESCAPED: [char; 4] = ['\\', '"', '$', '`'];

/// A text as a shell's word that stands for it and nothing more.
pub(super) fn quoted(text: &str) -> String {
    let mut word = String::from('"');
    for c in text.chars() {
        if ESCAPED.contains(&c) {
            word.push('\\');
        }
        word.push(c);
    }
    word + "\""
}

/// The text that the first word of a line stands for. Nothing is expanded:
/// what a shell would run or look up is taken as it is written.
pub(super) fn unquoted(line: &str) -> String {
    let (mut text, mut quote) = (String::new(), None);
    let mut rest = line.trim_start().chars().peekable();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '\\') => text.extend(rest.next()),
            (Some('"'), '\\') => text.push(rest.next_if(|next| ESCAPED.contains(next)).unwrap_or(c)),
            (None, ';') => break,
            (None, c) if c.is_whitespace() => break,
            _ => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_read_back() {
        for text in ["", "a b", "$(id) `id` $HOME \\ \\\\ \" ' ; #", "a=\"b c\"", "ä"] {
            assert_eq!(unquoted(&quoted(text)), text, "{text}");
        }
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        for (line, text) in [
            ("5", "5"),
            ("'a \"b\" \\'  # comment", "a \"b\" \\"),
            ("\"a \\n 'b'\"", "a \\n 'b'"),
            ("quiet; id", "quiet"),
            ("a\\ b c", "a b"),
            ("\"a\"'b'c", "abc"),
        ] {
            assert_eq!(unquoted(line), text, "{line}");
        }
    }
}
