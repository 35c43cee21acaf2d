//! What an image definition may say, and the flag that each property stands for.

use serde_json::Value;

/// One property.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// The flag, if it is one.
    pub flag: Option<&'static str>,
    /// Its values.
    pub kind: Kind,
    /// What it means.
    pub help: &'static str,
}

/// Kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text; with choices, one of them.
    Text(&'static [&'static str]),
    /// A whole number of 1 or more.
    Number,
    /// A flag given that many times, at most so many.
    Repeated(u64),
    /// A flag that is given or not.
    Switch,
    /// A list of text, joined with commas; with choices, each one of them.
    List(&'static [&'static str]),
    /// A list of text, each an operand.
    Operands,
    /// Names and values, joined as `name=value,name=value`.
    Pairs,
    /// Names and values that become environment variables.
    Environment,
    /// A boolean that chooses the command and is no flag.
    Chooser,
}

const ARCHITECTURES: &[&str] =
    &["aarch64", "amd64", "arm64", "armhf", "powerpc", "ppc64", "ppc64el", "ppc64le", "s390x", "x86_64"];

const TYPES: &[&str] = &[
    "qcow2",
    "tar",
    "tgz",
    "squashfs",
    "vhd",
    "docker",
    "aci",
    "raw",
    "vhdx",
    "vmdk",
    "vdi",
    "qcow",
    "qed",
    "parallels",
];

const fn property(name: &'static str, flag: &'static str, kind: Kind, help: &'static str) -> Property {
    Property { name, flag: Some(flag), kind, help }
}

const fn flagless(name: &'static str, kind: Kind, help: &'static str) -> Property {
    Property { name, flag: None, kind, help }
}

/// Every property, in the order of the command line.
pub const PROPERTIES: [Property; 27] = [
    property("imagename", "-o", Kind::Text(&[]), "path of the image without its extension"),
    property("arch", "-a", Kind::Text(ARCHITECTURES), "architecture of the image"),
    property("types", "-t", Kind::List(TYPES), "formats to write"),
    flagless("environment", Kind::Environment, "environment variables of the build"),
    flagless("ramdisk", Kind::Chooser, "build a ramdisk instead of a disk image"),
    property("debug-trace", "-x", Kind::Repeated(2), "how closely hooks are traced"),
    property("uncompressed", "-u", Kind::Switch, "leave the image uncompressed: larger but faster"),
    property("clear", "-c", Kind::Switch, "forget the caller's environment"),
    property("logfile", "--logfile", Kind::Text(&[]), "file for the messages"),
    property("checksum", "--checksum", Kind::Switch, "write MD5 and SHA256 files beside the image"),
    property("image-size", "--image-size", Kind::Number, "size of the image in GB"),
    property("image-extra-size", "--image-extra-size", Kind::Number, "room to add to the image in MB"),
    property("image-cache", "--image-cache", Kind::Text(&[]), "directory where downloads are kept"),
    property(
        "max-online-resize",
        "--max-online-resize",
        Kind::Number,
        "blocks that the root file system can grow to while mounted",
    ),
    property("min-tmpfs", "--min-tmpfs", Kind::Number, "least size of a tmpfs for the build in GB"),
    property("mkfs-journal-size", "--mkfs-journal-size", Kind::Number, "journal of the root in MB"),
    property("mkfs-options", "--mkfs-options", Kind::Text(&[]), "options for mkfs of the root"),
    property("no-tmpfs", "--no-tmpfs", Kind::Switch, "build on disk even where memory would do"),
    property("offline", "--offline", Kind::Switch, "use what is cached without asking the network"),
    property("qemu-img-options", "--qemu-img-options", Kind::Pairs, "options for qemu-img convert"),
    property("root-label", "--root-label", Kind::Text(&[]), "label of the root file system"),
    property("ramdisk-element", "--ramdisk-element", Kind::Text(&[]), "element that makes the ramdisk"),
    property("install-type", "--install-type", Kind::Text(&["source", "package"]), "default install type"),
    property("docker-target", "--docker-target", Kind::Text(&[]), "name of the image in Docker"),
    property("packages", "-p", Kind::List(&[]), "packages to add after the install phase"),
    property("skip-base", "-n", Kind::Switch, "do not add the base element"),
    flagless("elements", Kind::Operands, "elements of the image"),
];

impl Property {
    /// What a value adds to the command line. The value is of the property's kind.
    pub fn arguments(&self, value: &Value) -> Vec<String> {
        let flag = self.flag.unwrap_or_default().to_owned();
        match self.kind {
            Kind::Environment | Kind::Chooser => Vec::new(),
            Kind::Operands => texts(value),
            Kind::Switch if *value == Value::Bool(true) => vec![flag],
            Kind::Switch => Vec::new(),
            Kind::Repeated(_) => vec![flag; value.as_u64().and_then(|n| n.try_into().ok()).unwrap_or(0)],
            Kind::Text(_) | Kind::Number => with_value(flag, text(value)),
            Kind::List(_) => with_value(flag, texts(value).join(",")),
            Kind::Pairs => with_value(flag, pairs(value).join(",")),
        }
    }
}

impl Kind {
    /// Whether a value is of this kind.
    pub fn accepts(self, value: &Value) -> bool {
        let is_text = |choices: &[&str], value: &Value| {
            value.as_str().is_some_and(|text| choices.is_empty() || choices.contains(&text))
        };
        let all_text = |choices: &[&str], list: &[Value]| list.iter().all(|item| is_text(choices, item));
        match (self, value) {
            (Kind::Text(choices), value) => is_text(choices, value),
            (Kind::Number, value) => value.as_u64().is_some_and(|number| number > 0),
            (Kind::Repeated(most), value) => value.as_u64().is_some_and(|number| number <= most),
            (Kind::Switch | Kind::Chooser, value) => value.is_boolean(),
            (Kind::List(choices), Value::Array(list)) => all_text(choices, list),
            (Kind::Operands, Value::Array(list)) => all_text(&[], list),
            (Kind::Pairs | Kind::Environment, Value::Object(map)) => map.values().all(Value::is_string),
            _ => false,
        }
    }

    pub(super) fn describe(self) -> String {
        match self {
            Kind::Text([]) => "text".to_owned(),
            Kind::Text(choices) => format!("one of {}", choices.join(", ")),
            Kind::Number => "a whole number of 1 or more".to_owned(),
            Kind::Repeated(most) => format!("a whole number from 0 to {most}"),
            Kind::Switch | Kind::Chooser => "true or false".to_owned(),
            Kind::List([]) | Kind::Operands => "a list of text".to_owned(),
            Kind::List(choices) => format!("a list out of {}", choices.join(", ")),
            Kind::Pairs | Kind::Environment => "a mapping from names to text".to_owned(),
        }
    }
}

/// A flag without a value is left out: that is upstream's rule.
fn with_value(flag: String, value: String) -> Vec<String> {
    if value.is_empty() { Vec::new() } else { vec![flag, value] }
}

/// A scalar as text.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

fn pairs(value: &Value) -> Vec<String> {
    let pairs = value.as_object().into_iter().flatten();
    pairs.map(|(name, value)| format!("{name}={}", text(value))).collect()
}
