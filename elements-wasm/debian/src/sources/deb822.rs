//! The format of `*.sources`: stanzas of fields, separated by blank lines.

use super::Source;

/// Reads all enabled entries for binary packages.
pub(super) fn parse(text: &str) -> Vec<Source> {
    text.split("\n\n").filter_map(|stanza| source(&fields(stanza))).collect()
}

type Fields = Vec<(String, String)>;

/// The fields of a stanza: names in lower case, continuation lines joined by a space.
fn fields(stanza: &str) -> Fields {
    let mut fields: Fields = Vec::new();
    for line in stanza.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

fn source(fields: &Fields) -> Option<Source> {
    let get = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let words = |name: &str| -> Vec<String> {
        get(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    };
    let enabled = !matches!(get("enabled"), Some("no" | "false" | "0"));
    let binary = words("types").iter().any(|kind| kind == "deb");
    (enabled && binary).then(|| Source {
        uris: words("uris"),
        suites: words("suites"),
        components: words("components"),
        signed_by: get("signed-by").map(str::to_owned),
    })
}
