//! The flags of `disk-image-create` and `ramdisk-image-create`.
//!
//! Most flags are another spelling of an environment variable. [`parse`]
//! keeps it so: a flag that is given is a value for its variable, and
//! [`request`](super::request) reads one set of variables.

use std::collections::BTreeMap;

use super::getopt::{self, GetoptError, OptionSpec};

/// What a flag means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// Its value, or `1`, becomes the value of a variable.
    Variable(&'static str),
    /// Every use adds one to a variable.
    Count(&'static str),
    /// A list separated by commas; the last use wins.
    Types,
    /// A list separated by commas; uses add up.
    Packages,
    Uncompressed,
    ClearEnvironment,
    Logfile,
    MkfsOptions,
    Help,
    Version,
}

struct Flag {
    option: OptionSpec,
    meaning: Meaning,
}

const fn short(letter: char, takes_value: bool, meaning: Meaning) -> Flag {
    Flag { option: OptionSpec { short: Some(letter), long: None, takes_value }, meaning }
}

const fn long(name: &'static str, takes_value: bool, meaning: Meaning) -> Flag {
    Flag { option: OptionSpec { short: None, long: Some(name), takes_value }, meaning }
}

const FLAGS: [Flag; 27] = [
    short('a', true, Meaning::Variable("ARCH")),
    short('o', true, Meaning::Variable("IMAGE_NAME")),
    short('t', true, Meaning::Types),
    short('x', false, Meaning::Count("DIB_DEBUG_TRACE")),
    short('u', false, Meaning::Uncompressed),
    short('c', false, Meaning::ClearEnvironment),
    short('n', false, Meaning::Variable("SKIP_BASE")),
    short('p', true, Meaning::Packages),
    short('h', false, Meaning::Help),
    long("help", false, Meaning::Help),
    long("version", false, Meaning::Version),
    long("logfile", true, Meaning::Logfile),
    long("checksum", false, Meaning::Variable("DIB_CHECKSUM")),
    long("image-size", true, Meaning::Variable("DIB_IMAGE_SIZE")),
    long("image-extra-size", true, Meaning::Variable("DIB_IMAGE_EXTRA_SIZE")),
    long("image-cache", true, Meaning::Variable("DIB_IMAGE_CACHE")),
    long("max-online-resize", true, Meaning::Variable("MAX_ONLINE_RESIZE")),
    long("min-tmpfs", true, Meaning::Variable("DIB_MIN_TMPFS")),
    long("mkfs-journal-size", true, Meaning::Variable("DIB_JOURNAL_SIZE")),
    long("mkfs-options", true, Meaning::MkfsOptions),
    long("no-tmpfs", false, Meaning::Variable("DIB_NO_TMPFS")),
    long("offline", false, Meaning::Variable("DIB_OFFLINE")),
    long("qemu-img-options", true, Meaning::Variable("QEMU_IMG_OPTIONS")),
    long("root-label", true, Meaning::Variable("ROOT_LABEL")),
    long("ramdisk-element", true, Meaning::Variable("RAMDISK_ELEMENT")),
    long("install-type", true, Meaning::Variable("DIB_DEFAULT_INSTALLTYPE")),
    long("docker-target", true, Meaning::Variable("DOCKER_TARGET")),
];

/// A parsed command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `--help`: nothing else counts.
    pub help: bool,
    /// `--version`.
    pub version: bool,
    /// Variables that flags set, over what the environment says.
    pub variables: BTreeMap<String, String>,
    /// `-t`; empty means the default.
    pub types: Vec<String>,
    /// `-p`.
    pub packages: Vec<String>,
    /// `-u`.
    pub uncompressed: bool,
    /// `-c`.
    pub clear_environment: bool,
    /// `--logfile`.
    pub logfile: Option<String>,
    /// `--mkfs-options`.
    pub mkfs_options: Option<String>,
    /// The elements.
    pub elements: Vec<String>,
}

/// Reads a command line. `environment` is consulted for counters only.
///
/// # Errors
///
/// Fails as getopt does.
pub fn parse(
    arguments: impl IntoIterator<Item = String>,
    environment: &BTreeMap<String, String>,
) -> Result<Options, GetoptError> {
    let specs = FLAGS.map(|flag| flag.option);
    let split = getopt::split(&specs, arguments)?;
    let mut options = Options { elements: split.operands, ..Options::default() };
    for (index, value) in split.options {
        options.apply(FLAGS[index].meaning, value.unwrap_or_else(|| "1".to_owned()), environment);
    }
    Ok(options)
}

impl Options {
    fn apply(&mut self, meaning: Meaning, value: String, environment: &BTreeMap<String, String>) {
        match meaning {
            Meaning::Variable(name) => self.set(name, value),
            Meaning::Count(name) => {
                let before = self.variables.get(name).or_else(|| environment.get(name));
                let count = before.and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
                self.set(name, (count + 1).to_string());
            }
            Meaning::Types => self.types = comma_list(&value),
            Meaning::Packages => self.packages.extend(comma_list(&value)),
            Meaning::Uncompressed => self.uncompressed = true,
            Meaning::ClearEnvironment => self.clear_environment = true,
            Meaning::Logfile => self.logfile = Some(value),
            Meaning::MkfsOptions => self.mkfs_options = Some(value),
            Meaning::Help => self.help = true,
            Meaning::Version => self.version = true,
        }
    }

    fn set(&mut self, name: &str, value: String) {
        self.variables.insert(name.to_owned(), value);
    }
}

/// The items of `a,b c`: commas and white space separate, empty items vanish.
pub fn comma_list(text: &str) -> Vec<String> {
    let separator = |letter: char| letter == ',' || letter.is_whitespace();
    text.split(separator).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Options {
        parse(line.split_whitespace().map(str::to_owned), &BTreeMap::new()).unwrap()
    }

    #[test]
    fn the_fleet_builders_call() {
        let line =
            "-x -t qcow2,raw --checksum --no-tmpfs --qemu-img-options compat=0.10 -o /i/deb-0001 vm debian";
        let options = parsed(line);
        assert_eq!(options.types, ["qcow2", "raw"]);
        assert_eq!(options.elements, ["vm", "debian"]);
        let expected = [
            ("DIB_CHECKSUM", "1"),
            ("DIB_DEBUG_TRACE", "1"),
            ("DIB_NO_TMPFS", "1"),
            ("IMAGE_NAME", "/i/deb-0001"),
            ("QEMU_IMG_OPTIONS", "compat=0.10"),
        ];
        let variables: Vec<(&str, &str)> =
            options.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(variables, expected);
    }

    #[test]
    fn lists_add_up_or_replace_each_other() {
        let options = parsed("-p a,b -p c -t raw -t tar,tgz");
        assert_eq!(options.packages, ["a", "b", "c"]);
        assert_eq!(options.types, ["tar", "tgz"]);
    }

    #[test]
    fn tracing_counts_up_from_the_environment() {
        let environment = BTreeMap::from([("DIB_DEBUG_TRACE".to_owned(), "1".to_owned())]);
        let options = parse(["-xx".to_owned()], &environment).unwrap();
        assert_eq!(options.variables["DIB_DEBUG_TRACE"], "3");
    }

    #[test]
    fn flags_that_are_documented_are_accepted() {
        let options = parsed("--image-extra-size 200 --mkfs-journal-size 128 -c -n");
        assert_eq!(options.variables["DIB_IMAGE_EXTRA_SIZE"], "200");
        assert_eq!(options.variables["DIB_JOURNAL_SIZE"], "128");
        assert_eq!(options.variables["SKIP_BASE"], "1");
        assert!(options.clear_environment);
    }
}
