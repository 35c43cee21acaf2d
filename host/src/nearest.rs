//! Suggests names for one that was not found.

/// How alike two names must be (Jaro-Winkler) to be worth suggesting.
const LIKENESS: f64 = 0.82;

/// How many names are suggested at most.
const MOST: usize = 3;

/// The known names most like `name`, best first.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let scored = known.into_iter().map(|other| (strsim::jaro_winkler(name, other), other));
    let mut alike: Vec<_> = scored.filter(|(score, _)| *score >= LIKENESS).collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    alike.dedup_by_key(|(_, other)| *other);
    alike.into_iter().take(MOST).map(|(_, other)| other.to_owned()).collect()
}

/// Suggestions as a question has them: `'a' or 'b'`.
pub(crate) fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_is_alike() {
        let known = ["debian", "debian", "debian-minimal", "debootstrap", "vm", "openssh-server"];
        let table: [(&str, &[&str]); 4] = [
            ("debain", &["debian", "debian-minimal"]),
            ("openssh", &["openssh-server"]),
            ("mv", &[]),
            ("fedora", &[]),
        ];
        for (name, expected) in table {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
    }
}
