//! Values as bash prints them.

/// A value as `declare -p` of bash quotes it in the locale C, which diskimage-builder sets:
/// what is not printable ASCII as escapes.
pub(super) fn declared(value: &str) -> String {
    if value.contains(|letter: char| !letter.is_ascii() || letter.is_ascii_control()) {
        return format!("$'{}'", value.bytes().map(escape).collect::<String>());
    }
    let special = |letter: char| r#"\"$`"#.contains(letter);
    let escaped =
        value.chars().flat_map(|letter| special(letter).then_some('\\').into_iter().chain([letter]));
    format!("\"{}\"", escaped.collect::<String>())
}

/// A byte between `$'` and `'`.
fn escape(byte: u8) -> String {
    match byte {
        b'\x1b' => "\\E".to_owned(),
        b'\x07' => "\\a".to_owned(),
        b'\x0b' => "\\v".to_owned(),
        b'\x08' => "\\b".to_owned(),
        b'\x0c' => "\\f".to_owned(),
        b'\n' | b'\r' | b'\t' | b'\\' | b'\'' => byte.escape_ascii().to_string(),
        b' '..=b'~' => char::from(byte).to_string(),
        other => format!("\\{other:03o}"),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn values_are_quoted_as_bash_quotes_them() {
        for value in [
            "",
            "plain 'words'",
            "a \"b\" $c `d` \\e",
            "one\ntwo's \"$`\\",
            "\t\r\x1b\x07\x0b\x08\x0c\x01\x7f\u{85} é",
            "é",
        ] {
            let mut bash = Command::new("bash");
            bash.args(["-c", "declare -p VALUE"]).env("VALUE", value).env("LC_ALL", "C");
            let printed = String::from_utf8(bash.output().unwrap().stdout).unwrap();
            assert_eq!(format!("declare -x VALUE={}\n", declared(value)), printed);
        }
    }
}
