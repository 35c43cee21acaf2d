//! Shell words: splitting `-O ^has_journal -L 'a b'`, and quoting for display.

/// Splits text into words as a POSIX shell does, without any expansion.
/// Absent if a quote is not closed or the last character is a backslash.
pub(crate) fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => quoted(&mut letters, word.get_or_insert_default())?,
            '"' => double_quoted(&mut letters, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(letters.next()?),
            space if space.is_whitespace() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Some(words)
}

fn quoted(letters: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match letters.next()? {
            '\'' => return Some(()),
            other => word.push(other),
        }
    }
}

fn double_quoted(letters: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match letters.next()? {
            '"' => return Some(()),
            '\\' => match letters.next()? {
                escaped @ ('"' | '\\' | '$' | '`') => word.push(escaped),
                other => word.extend(['\\', other]),
            },
            other => word.push(other),
        }
    }
}

/// The word as a shell takes it back, in quotes only where that is needed.
pub(crate) fn quote(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "@%+=:,./-_".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r#"'"'"'"#))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_splits_them() {
        let cases: [(&str, &[&str]); 6] = [
            ("", &[]),
            ("  -i 4096\t-J size=64 ", &["-i", "4096", "-J", "size=64"]),
            ("-L 'a b'", &["-L", "a b"]),
            (r#"a"b\"c"'d' """#, &["ab\"cd", ""]),
            (r"a\ b", &["a b"]),
            (r#""a\n""#, &["a\\n"]),
        ];
        for (text, words) in cases {
            assert_eq!(split(text).unwrap(), words, "{text}");
        }
        assert_eq!(split("'open"), None);
        assert_eq!(split(r"end\"), None);
    }

    #[test]
    fn quoting_is_undone_by_splitting() {
        for word in ["", "plain-1.2", "a b", "it's", "~/x", "$HOME"] {
            assert_eq!(split(&quote(word)).unwrap(), [word]);
        }
        assert_eq!(quote("plain-1.2"), "plain-1.2");
    }
}
