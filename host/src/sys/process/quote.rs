//! Words as a shell would read them back.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// A word quoted for a POSIX shell, left alone where it needs no quotes.
///
/// Bytes that are not UTF-8 are shown replaced: the result is for reading.
pub fn quoted(word: &OsStr) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(byte);
    let text = word.to_string_lossy();
    if !word.is_empty() && word.as_bytes().iter().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_only_where_a_shell_needs_it() {
        for (word, expected) in [
            ("mkfs.ext4", "mkfs.ext4"),
            ("--size=10%", "--size=10%"),
            ("", "''"),
            ("two words", "'two words'"),
            ("$HOME", "'$HOME'"),
            ("it's", r"'it'\''s'"),
            ("*", "'*'"),
        ] {
            assert_eq!(quoted(OsStr::new(word)), expected);
        }
    }
}
