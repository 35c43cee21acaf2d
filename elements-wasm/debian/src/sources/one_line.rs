//! The format of `sources.list`: one entry a line.

use super::Source;

/// Reads all entries for binary packages.
pub(super) fn parse(text: &str) -> Vec<Source> {
    text.lines().filter_map(source).collect()
}

/// `deb [option=value ...] uri suite component ...`
fn source(line: &str) -> Option<Source> {
    let line = line.split('#').next().unwrap_or_default();
    let rest = line.trim().strip_prefix("deb")?.strip_prefix([' ', '\t'])?.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let mut words = rest.split_whitespace().map(str::to_owned);
    let (uri, suite) = (words.next()?, words.next()?);
    let signed_by = options.split_whitespace().find_map(|option| option.strip_prefix("signed-by="));
    Some(Source {
        uris: vec![uri],
        suites: vec![suite],
        components: words.collect(),
        signed_by: signed_by.map(str::to_owned),
    })
}
