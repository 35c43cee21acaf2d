//! Lines that a file gets once.

/// The contents with those of the lines behind it that it does not have yet.
pub(crate) fn appended<'a>(present: &[u8], lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut contents = present.to_vec();
    for line in lines {
        if contents.split(|byte| *byte == b'\n').any(|known| known == line) {
            continue;
        }
        if contents.last().is_some_and(|last| *last != b'\n') {
            contents.push(b'\n');
        }
        contents.extend_from_slice(line);
        contents.push(b'\n');
    }
    contents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_appended_once() {
        let table =
            [("", "a\nb\n"), ("b\n", "b\na\n"), ("x", "x\na\nb\n"), ("a\nb\n", "a\nb\n"), ("a\nb", "a\nb")];
        for (present, expected) in table {
            let contents = appended(present.as_bytes(), [b"a".as_slice(), b"b", b"a"]);
            assert_eq!(String::from_utf8_lossy(&contents), expected, "{present:?}");
        }
    }
}
