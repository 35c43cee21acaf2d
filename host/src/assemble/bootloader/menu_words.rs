//! Words of GRUB's own shell, which reads the menu that `grub-mkconfig` writes.

/// What means something to GRUB outside of quotes, but for blanks and double quotes.
const SPECIAL: [char; 10] = ['\\', '\'', '$', ';', '|', '&', '<', '>', '{', '}'];

/// What means something to it within double quotes.
const SPECIAL_QUOTED: [char; 2] = ['\\', '$'];

/// A kernel's argument as it is written in the menu. Double quotes hold a word
/// together for GRUB as for the kernel, to which it gives them again.
pub(super) fn argument(argument: &str) -> String {
    let mut quoted = false;
    escaped(argument, |c| {
        quoted ^= c == '"';
        if quoted { SPECIAL_QUOTED.contains(&c) } else { SPECIAL.contains(&c) }
    })
}

/// A text as one word of the menu that stands for it and nothing more.
pub(super) fn literal(text: &str) -> String {
    escaped(text, |c| c == '"' || c.is_whitespace() || SPECIAL.contains(&c))
}

/// The words of a line, as they are written.
pub(super) fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if quote.is_none() && c.is_whitespace() {
            words.push(std::mem::take(&mut word));
            continue;
        }
        word.push(c);
        match (quote, c) {
            (Some('"') | None, '\\') => word.extend(rest.next()),
            (Some(begun), c) if begun == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            _ => {}
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

fn escaped(text: &str, mut is_special: impl FnMut(char) -> bool) -> String {
    let mut word = String::new();
    for c in text.chars() {
        if is_special(c) {
            word.push('\\');
        }
        word.push(c);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_reach_the_kernel_as_they_are() {
        for (given, expected) in [
            ("console=ttyS0,115200n8", "console=ttyS0,115200n8"),
            ("dyndbg=\"file a +p; $x\"", "dyndbg=\"file a +p; \\$x\""),
            ("memmap=64G$4G", "memmap=64G\\$4G"),
            ("a='b'\\{c};d", "a=\\'b\\'\\\\\\{c\\}\\;d"),
        ] {
            let word = argument(given);
            assert_eq!(word, expected);
            assert_eq!(split(&format!(" {word}  quiet ")), [word, "quiet".to_owned()]);
        }
        assert_eq!(literal("LABEL=a \"b\""), "LABEL=a\\ \\\"b\\\"");
        assert_eq!(split("a 'b \\' c\\ d"), ["a", "'b \\'", "c\\ d"]);
    }
}
