//! Upstream's elements beside slate's: which of two of one name is taken, and
//! that either's distribution takes the other's elements.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::environment::Environment;
use super::outcome::Outcome;

const FILE: &str = "mixed";

/// Elements asked for, and where one of them must come from.
const CASES: [(&str, &str, &str); 6] = [
    ("debian dhcp-all-interfaces", "dhcp-all-interfaces", "builtin"),
    ("debian dib:dhcp-all-interfaces", "dhcp-all-interfaces", "directory"),
    ("debian openssh-server", "openssh-server", "directory"),
    ("debian dib:openssh-server vm", "debian", "builtin"),
    ("dib:debian-minimal vm", "vm", "builtin"),
    ("dib:debian-minimal dib:vm", "vm", "directory"),
];

/// Plans each, and once with an element of the caller's own.
pub(crate) fn check(environment: &Environment, outcome: &mut Outcome) {
    for (words, name, origin) in CASES {
        outcome.note(FILE, words, judge(&plan(environment, words, None), name, origin), &[]);
    }
    let own = tempfile::tempdir().expect("a directory for elements");
    std::fs::create_dir(own.path().join("vm")).expect("an element");
    let plan = plan(environment, "debian vm", Some(own.path()));
    outcome.note(FILE, "debian vm, with an own vm", judge(&plan, "vm", "directory"), &[]);
}

fn plan(environment: &Environment, words: &str, own: Option<&Path>) -> Result<Value, String> {
    let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
    slate.args(["plan", "--json"]).args(words.split(' ')).env_clear();
    slate.env("PATH", environment.programs()).envs(own.map(|path| ("ELEMENTS_PATH", path)));
    let output = slate.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

fn judge(plan: &Result<Value, String>, name: &str, origin: &str) -> Result<(), String> {
    let elements = plan.as_ref()?["elements"].as_array().ok_or("a plan has elements")?;
    let element = elements.iter().find(|element| element["name"] == name).ok_or("it is not in the plan")?;
    let found = &element["origin"]["kind"];
    if found == origin { Ok(()) } else { Err(format!("it is {found}, not {origin}")) }
}
