//! Values as bash prints them.

/// A value as bash's `declare -p` quotes it: with control characters as escapes, if it has any.
pub(super) fn declared(value: &str) -> String {
    if value.contains(char::is_control) {
        let letters = value.chars().map(|letter| match letter {
            '\x1b' => "\\E".to_owned(),
            '\x07' => "\\a".to_owned(),
            '\x0b' => "\\v".to_owned(),
            '\x08' => "\\b".to_owned(),
            '\x0c' => "\\f".to_owned(),
            '\n' | '\r' | '\t' | '\\' | '\'' => letter.escape_default().to_string(),
            other if other.is_control() => {
                other.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("\\{byte:03o}")).collect()
            }
            other => other.to_string(),
        });
        return format!("$'{}'", letters.collect::<String>());
    }
    let special = |letter: char| r#"\"$`"#.contains(letter);
    let escaped =
        value.chars().flat_map(|letter| special(letter).then_some('\\').into_iter().chain([letter]));
    format!("\"{}\"", escaped.collect::<String>())
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
            bash.args(["-c", "declare -p VALUE"]).env("VALUE", value).env("LC_ALL", "C.UTF-8");
            let printed = String::from_utf8(bash.output().unwrap().stdout).unwrap();
            assert_eq!(format!("declare -x VALUE={}\n", declared(value)), printed);
        }
    }
}
