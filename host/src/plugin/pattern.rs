//! Patterns of names, as `rootfs.glob` takes them.

/// Whether a name matches one part of a pattern.
pub fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Where to go on after the last star if what follows it does not fit.
    let mut retry: Option<(usize, usize)> = None;
    let (mut p, mut n) = (0, 0);
    while n < name.len() || p < pattern.len() {
        if pattern.get(p) == Some(&'*') {
            retry = Some((p, n + 1));
            p += 1;
            continue;
        }
        if let Some(next) = name.get(n).and_then(|c| one(&pattern[p..], *c)) {
            (p, n) = (p + next, n + 1);
            continue;
        }
        match retry {
            Some((star, from)) if from <= name.len() => (p, n) = (star, from),
            _ => return false,
        }
    }
    true
}

/// Whether a `[` begins a set that does not end. [`matches`] takes it for itself.
pub fn has_open_set(pattern: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let mut rest = pattern.as_slice();
    while let Some(start) = rest.iter().position(|c| *c == '[') {
        // The first character of a set is no end of it.
        let set = rest.get(start + 2..).unwrap_or_default();
        let Some(end) = set.iter().position(|c| *c == ']') else { return true };
        rest = &set[end + 1..];
    }
    false
}

/// How much of a pattern, which does not begin with a star, a character matches.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['[', set @ ..] if set.iter().skip(1).any(|end| *end == ']') => {
            let end = 1 + set.iter().skip(1).position(|end| *end == ']')?;
            let (negated, set) = match &set[..end] {
                ['!', rest @ ..] if !rest.is_empty() => (true, rest),
                set => (false, set),
            };
            (in_set(set, c) != negated).then_some(end + 2)
        }
        [first, ..] => (*first == c).then_some(1),
        [] => None,
    }
}

fn in_set(set: &[char], c: char) -> bool {
    match set {
        [from, '-', to, rest @ ..] => (*from..=*to).contains(&c) || in_set(rest, c),
        [first, rest @ ..] => *first == c || in_set(rest, c),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{has_open_set, matches};

    #[test]
    fn a_set_has_an_end() {
        for (pattern, expected) in [
            ("[a-c]x", false),
            ("[]]x", false),
            ("[", true),
            ("[]", true),
            ("[a", true),
            ("[a]b[", true),
            ("a]", false),
        ] {
            assert_eq!(has_open_set(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn names_match_patterns() {
        for (pattern, name, expected) in [
            ("*", "file", true),
            ("*", ".hidden", false),
            (".*", ".hidden", true),
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf.d", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("?", "", false),
            ("??", "ab", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[!a-c]x", "dx", true),
            ("[]]x", "]x", true),
            ("[", "[", true),
            ("**", "name", true),
            ("vmlinuz-*", "vmlinuz-6.1.0", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
