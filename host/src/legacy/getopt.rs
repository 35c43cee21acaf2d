//! Splits a command line as the `getopt` program of util-linux does, which is
//! what the old commands call: short options combine (`-xxn`), take values
//! with or without a space (`-oname`), long options may be abbreviated, and
//! options may stand behind operands.

/// One option that a command knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionSpec {
    /// `-x`.
    pub short: Option<char>,
    /// `--checksum`, without the dashes.
    pub long: Option<&'static str>,
    /// Whether it is followed by a value.
    pub takes_value: bool,
}

impl OptionSpec {
    fn long_name(&self) -> &'static str {
        self.long.unwrap_or_default()
    }
}

/// A command line, split.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Options in the order given: index into the specifications, and the value.
    pub options: Vec<(usize, Option<String>)>,
    /// Everything else, in the order given.
    pub operands: Vec<String>,
}

/// A command line that cannot be split. The messages are getopt's, without
/// the command's name in front.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GetoptError {
    /// No short option of that letter.
    #[error("invalid option -- '{0}'")]
    UnknownShort(char),
    /// No long option that starts so.
    #[error("unrecognized option '--{0}'")]
    UnknownLong(String),
    /// Several long options start so.
    #[error("option '--{given}' is ambiguous; possibilities: {}", possibilities(.matches))]
    Ambiguous {
        /// As typed.
        given: String,
        /// The names it may stand for.
        matches: Vec<&'static str>,
    },
    /// A short option at the end that needs a value.
    #[error("option requires an argument -- '{0}'")]
    MissingShortValue(char),
    /// A long option at the end that needs a value.
    #[error("option '--{0}' requires an argument")]
    MissingLongValue(&'static str),
    /// `--flag=value` of an option without one.
    #[error("option '--{0}' doesn't allow an argument")]
    UnwantedValue(&'static str),
}

fn possibilities(matches: &[&'static str]) -> String {
    matches.iter().map(|name| format!("'--{name}'")).collect::<Vec<_>>().join(" ")
}

/// Splits `arguments`, the command's name not among them.
///
/// # Errors
///
/// Fails as getopt does: an unknown or ambiguous option, a missing or unwanted value.
pub fn split(
    specs: &[OptionSpec],
    arguments: impl IntoIterator<Item = String>,
) -> Result<Split, GetoptError> {
    let mut rest = arguments.into_iter();
    let mut result = Split::default();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            result.operands.extend(rest);
            break;
        }
        if let Some(long) = argument.strip_prefix("--") {
            result.options.push(long_option(specs, long, &mut rest)?);
        } else if let Some(cluster) = argument.strip_prefix('-').filter(|cluster| !cluster.is_empty()) {
            short_options(specs, cluster, &mut rest, &mut result.options)?;
        } else {
            result.operands.push(argument);
        }
    }
    Ok(result)
}

fn long_option(
    specs: &[OptionSpec],
    argument: &str,
    rest: &mut impl Iterator<Item = String>,
) -> Result<(usize, Option<String>), GetoptError> {
    let (name, attached) = match argument.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (argument, None),
    };
    let index = find_long(specs, name)?;
    let spec = &specs[index];
    let value = match (spec.takes_value, attached) {
        (false, None) => None,
        (false, Some(_)) => return Err(GetoptError::UnwantedValue(spec.long_name())),
        (true, Some(value)) => Some(value),
        (true, None) => Some(rest.next().ok_or(GetoptError::MissingLongValue(spec.long_name()))?),
    };
    Ok((index, value))
}

fn find_long(specs: &[OptionSpec], name: &str) -> Result<usize, GetoptError> {
    let starting: Vec<usize> = (0..specs.len())
        .filter(|&index| specs[index].long.is_some_and(|long| long.starts_with(name)))
        .collect();
    let exact = starting.iter().find(|&&index| specs[index].long == Some(name));
    match (exact, starting.as_slice()) {
        (Some(&index), _) | (None, &[index]) => Ok(index),
        (None, []) => Err(GetoptError::UnknownLong(name.to_owned())),
        (None, several) => Err(GetoptError::Ambiguous {
            given: name.to_owned(),
            matches: several.iter().map(|&index| specs[index].long_name()).collect(),
        }),
    }
}

fn short_options(
    specs: &[OptionSpec],
    cluster: &str,
    rest: &mut impl Iterator<Item = String>,
    found: &mut Vec<(usize, Option<String>)>,
) -> Result<(), GetoptError> {
    let mut letters = cluster.chars();
    while let Some(letter) = letters.next() {
        let index = specs
            .iter()
            .position(|spec| spec.short == Some(letter))
            .ok_or(GetoptError::UnknownShort(letter))?;
        if !specs[index].takes_value {
            found.push((index, None));
            continue;
        }
        let attached = letters.as_str();
        let value = if attached.is_empty() { rest.next() } else { Some(attached.to_owned()) };
        found.push((index, Some(value.ok_or(GetoptError::MissingShortValue(letter))?)));
        break;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPECS: [OptionSpec; 5] = [
        OptionSpec { short: Some('o'), long: None, takes_value: true },
        OptionSpec { short: Some('x'), long: None, takes_value: false },
        OptionSpec { short: None, long: Some("image-size"), takes_value: true },
        OptionSpec { short: None, long: Some("image-cache"), takes_value: true },
        OptionSpec { short: Some('h'), long: Some("help"), takes_value: false },
    ];

    fn split_words(line: &str) -> Result<(Vec<(usize, Option<String>)>, Vec<String>), GetoptError> {
        split(&SPECS, line.split_whitespace().map(str::to_owned)).map(|split| (split.options, split.operands))
    }

    fn value(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn every_form_of_an_option() {
        let cases: [(&str, Vec<(usize, Option<String>)>, &[&str]); 8] = [
            ("-o a", vec![(0, value("a"))], &[]),
            ("-oa b", vec![(0, value("a"))], &["b"]),
            ("-xxoa", vec![(1, None), (1, None), (0, value("a"))], &[]),
            ("-x vm -x debian", vec![(1, None), (1, None)], &["vm", "debian"]),
            ("--image-size 3", vec![(2, value("3"))], &[]),
            ("--image-size=3 vm", vec![(2, value("3"))], &["vm"]),
            ("--image-s 3 --he", vec![(2, value("3")), (4, None)], &[]),
            ("a - -- -x --help", vec![], &["a", "-", "-x", "--help"]),
        ];
        for (line, options, operands) in cases {
            let split = split_words(line).unwrap();
            assert_eq!(split, (options, operands.iter().map(|&word| word.to_owned()).collect()), "{line}");
        }
    }

    #[test]
    fn errors_are_worded_as_getopt_words_them() {
        let cases = [
            ("-q", "invalid option -- 'q'"),
            ("--frob", "unrecognized option '--frob'"),
            ("--image 3", "option '--image' is ambiguous; possibilities: '--image-size' '--image-cache'"),
            ("-o", "option requires an argument -- 'o'"),
            ("--image-size", "option '--image-size' requires an argument"),
            ("--help=me", "option '--help' doesn't allow an argument"),
        ];
        for (line, message) in cases {
            assert_eq!(split_words(line).unwrap_err().to_string(), message, "{line}");
        }
    }
}
