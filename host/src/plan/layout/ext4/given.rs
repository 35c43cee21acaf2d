//! What the caller says to mke2fs.

use super::GROUP;

/// The caller's own arguments for mke2fs.
pub(super) struct Given<'a> {
    /// Flags with their values, in the order given.
    args: Vec<(&'a str, Option<&'a str>)>,
}

impl<'a> Given<'a> {
    /// mke2fs's flags that take a value.
    const VALUED: &'static str = "abegilmorstuCEGIJLMNOTUVd";
    /// Flags that are merged with ours instead of passed on.
    const MERGED: [&'static str; 2] = ["-E", "-O"];

    pub(super) fn read(options: &'a [String]) -> Given<'a> {
        let mut args = Vec::new();
        let mut words = options.iter().map(String::as_str);
        while let Some(word) = words.next() {
            let valued = word.strip_prefix('-').and_then(|rest| rest.chars().next());
            match valued.filter(|flag| Self::VALUED.contains(*flag)) {
                Some(_) if word.len() > 2 => args.push((&word[..2], Some(&word[2..]))),
                Some(_) => args.push((word, words.next())),
                None => args.push((word, None)),
            }
        }
        Given { args }
    }

    pub(super) fn value(&self, flag: &str) -> Option<&'a str> {
        self.args.iter().rev().find(|(given, _)| *given == flag).and_then(|(_, value)| *value)
    }

    pub(super) fn bytes_per_inode(&self) -> Option<u64> {
        self.value("-i")?.parse().ok().filter(|ratio| (1024..=GROUP).contains(ratio))
    }

    pub(super) fn journal(&self) -> Option<u64> {
        let size = self.value("-J")?.split(',').find_map(|part| part.strip_prefix("size="))?;
        size.trim_end_matches('M').parse().ok()
    }

    /// Whether the caller said how many inodes there are.
    pub(super) fn decides_inodes(&self) -> bool {
        ["-i", "-N", "-T"].into_iter().any(|flag| self.value(flag).is_some())
    }

    pub(super) fn others(&self) -> impl Iterator<Item = String> {
        let others = self.args.iter().filter(|(flag, _)| !Self::MERGED.contains(flag));
        others.flat_map(|(flag, value)| std::iter::once(*flag).chain(*value)).map(str::to_owned)
    }
}
