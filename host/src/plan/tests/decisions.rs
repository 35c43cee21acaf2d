//! Parameters, grants and variables.

use super::support::{Made, OS, library, outcome, spec};
use crate::element::capability::Grant;
use crate::element::{Library, Origin};
use crate::plan::{ParameterOrigin, Plan};
use crate::spec::{Given, ImageSpec};

const HELLO: &str = r#"
name = "hello"
version = "1"
api = "0.1"

[parameters.greeting]
type = "string"
default = "hi"
description = "First line of /etc/motd"
environment = "DIB_GREETING"

[parameters.count]
type = "integer"

[parameters.shared]
type = "boolean"
default = false
environment = "HELLO_SHARED"

[parameters.colour]
type = "string"
choices = ["red", "blue"]

[parameters.password]
type = "string"
environment = "DIB_HELLO_LOGIN"

[capabilities]
environment = ["EDITOR"]
host-files = ["/etc/hosts", "~/.ssh"]
host-programs = [{ program = "mmdebstrap", alternative = "debootstrap" }]
urls = ["https://example.org/files/"]
chroot = true
"#;

const OTHER: &str = r#"
name = "other"
version = "1"
api = "0.1"

[parameters.shared]
type = "list"
default = ["a", "b"]
environment = "DIB_SHARED"
"#;

const ELEMENTS: &[Made<'_>] = &[
    OS,
    ("hello", &[("element.toml", HELLO), ("hello.wasm", "")]),
    ("other", &[("element.toml", OTHER), ("other.wasm", "")]),
];

fn planned(set: &[&str], environment: &[(&str, &str)]) -> Result<Plan, String> {
    let setting = |text: &&str| {
        let (name, value) = text.split_once('=').unwrap();
        Given::by_flag((name.to_owned(), value.to_owned()))
    };
    let variable = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let spec = ImageSpec {
        settings: set.iter().map(setting).collect(),
        environment: environment.iter().map(variable).collect(),
        ..spec("os hello other")
    };
    outcome(spec, &library(ELEMENTS))
}

fn parameter(plan: &Plan, element: &str, name: &str) -> (String, ParameterOrigin) {
    let found = plan.parameters.iter().find(|planned| planned.element == element && planned.name == name);
    let found = found.unwrap();
    (found.value.as_ref().map(ToString::to_string).unwrap_or_default(), found.origin.clone())
}

#[test]
fn settings_win_over_variables_which_win_over_defaults() {
    let from = |name: &str| ParameterOrigin::Environment(name.to_owned());
    let table: [(&[&str], &[(&str, &str)], &str, &str, &str, ParameterOrigin); 8] = [
        (&[], &[], "hello", "greeting", "\"hi\"", ParameterOrigin::Default),
        (&[], &[], "hello", "count", "", ParameterOrigin::Unset),
        (&[], &[("DIB_GREETING", "yo")], "hello", "greeting", "\"yo\"", from("DIB_GREETING")),
        (&[], &[("DIB_GREETING", "")], "hello", "greeting", "\"hi\"", ParameterOrigin::Default),
        (&["greeting=a"], &[("DIB_GREETING", "yo")], "hello", "greeting", "\"a\"", ParameterOrigin::Setting),
        (&["count=1", "hello.count=2"], &[], "hello", "count", "2", ParameterOrigin::Setting),
        (&["other.shared=x,y"], &[], "other", "shared", "[\"x\", \"y\"]", ParameterOrigin::Setting),
        (&["other.shared=x,y"], &[], "hello", "shared", "false", ParameterOrigin::Default),
    ];
    for (set, environment, element, name, value, origin) in table {
        let plan = planned(set, environment).unwrap();
        assert_eq!(parameter(&plan, element, name), (value.to_owned(), origin), "{set:?} {environment:?}");
    }
}

#[test]
fn says_what_is_wrong_with_a_setting() {
    let all = "hello.colour, hello.count, hello.greeting, hello.password, hello.shared, other.shared";
    let table = [
        ("hallo.count=1", "--set hallo.count: no element of this image is called 'hallo'\ndid you mean 'hello'?".to_owned()),
        ("hello.greting=1", "--set hello.greting: element 'hello' has no parameter 'greting'\ndid you mean 'greeting'?".to_owned()),
        ("os.x=1", "--set os.x: element 'os' has no parameter 'x'\nthere are no parameters".to_owned()),
        ("zzz=1", format!("--set zzz: no element of this image has a parameter 'zzz'\nparameters: {all}")),
        ("greting=1", "--set greting: no element of this image has a parameter 'greting'\ndid you mean 'hello.greeting'?".to_owned()),
        ("shared=1", "--set shared: 'hello' and 'other' have a parameter of this name\nsay which: hello.shared or other.shared".to_owned()),
        ("count=many", "parameter hello.count, from --set: 'many' is not a whole number".to_owned()),
        ("colour=green", "parameter hello.colour, from --set: 'green' is none of the choices (red, blue)".to_owned()),
    ];
    for (setting, message) in table {
        assert_eq!(planned(&[setting], &[]).unwrap_err(), message, "{setting}");
    }
    assert_eq!(
        planned(&[], &[("HELLO_SHARED", "perhaps")]).unwrap_err(),
        "parameter hello.shared, from the variable HELLO_SHARED: 'perhaps' is not true or false"
    );
}

#[test]
fn a_build_sees_the_contract_and_what_is_declared() {
    let caller = [
        ("DIB_ANY", "1"),
        ("EDITOR", "vi"),
        ("HOME", "/root"),
        ("HTTPS_PROXY", "http://proxy"),
        ("no_proxy", "localhost"),
        ("break", "after-error"),
        ("HELLO_SHARED", "yes"),
        ("DIB_GREETING", ""),
    ];
    let plan = planned(&["password=x", "other.shared=p,q"], &caller).unwrap();
    let passed: Vec<_> = plan.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        passed,
        [
            "DIB_ANY=1",
            "DIB_GREETING=hi",
            "DIB_HELLO_LOGIN=x",
            "DIB_SHARED=p q",
            "EDITOR=vi",
            "HELLO_SHARED=1",
            "HTTPS_PROXY=http://proxy",
            "break=after-error",
            "no_proxy=localhost",
        ]
    );
}

#[test]
fn secrets_are_not_printed() {
    let plan = planned(&["password=hunter2"], &[("DIB_TOKEN", "hunter3")]).unwrap();
    let json = serde_json::to_string(&plan).unwrap();
    assert!(json.contains("\"DIB_TOKEN\":\"(not shown)\""), "{json}");
    assert!(!json.contains("hunter3"), "{json}");
    assert!(
        json.contains("\"name\":\"password\",\"variable\":\"DIB_HELLO_LOGIN\",\"value\":\"(not shown)\"")
    );
}

fn grants(origin: Origin, given: &[&str]) -> Result<Vec<String>, String> {
    let library = library(ELEMENTS);
    let mut elements = vec![library.find("hello").unwrap().unwrap()];
    elements[0].origin = origin;
    let grant = |text: &&str| {
        let (element, grant) = text.split_once(':').unwrap();
        Given::by_flag((element.to_owned(), grant.parse::<Grant>().unwrap()))
    };
    let mut spec = ImageSpec { grants: given.iter().map(grant).collect(), ..spec("hello") };
    spec.environment.insert("HOME".to_owned(), "/home/ann".to_owned());
    let planned =
        crate::plan::grants::decide(&spec, &elements).map_err(|error| super::support::told(&error))?;
    Ok(planned.iter().map(|planned| format!("{} {:?}", planned.grant, planned.origin)).collect())
}

#[test]
fn only_builtin_elements_have_what_they_ask_for() {
    let foreign = || Origin::Directory("hello".into());
    let wishes = [
        "environment=EDITOR",
        "host-file=/etc/hosts",
        "host-file=~/.ssh",
        "host-program=mmdebstrap",
        "host-program=debootstrap",
        "url=https://example.org/files/",
        "chroot",
    ];
    let all = |origin: &str| wishes.iter().map(|wish| format!("{wish} {origin}")).collect::<Vec<_>>();
    assert_eq!(grants(Origin::Builtin, &[]), Ok(all("Builtin")));
    assert_eq!(grants(foreign(), &[]), Ok(all("Denied")));

    let some = grants(foreign(), &["hello:host-file=/etc", "hello:chroot"]).unwrap();
    let granted: Vec<_> = some.iter().filter(|line| line.ends_with("Operator")).collect();
    assert_eq!(granted, ["host-file=/etc/hosts Operator", "chroot Operator"]);
}

#[test]
fn an_operator_may_grant_a_part() {
    let foreign = || Origin::Directory("hello".into());
    let granted = |given: &[&str]| {
        let all = grants(foreign(), given).unwrap();
        all.into_iter().filter(|line| line.ends_with("Operator")).collect::<Vec<_>>()
    };
    let files = "hello:url=https://example.org/files/";
    assert_eq!(granted(&[&format!("{files}a")]), ["url=https://example.org/files/a Operator"]);
    assert_eq!(
        granted(&[&format!("{files}b/"), &format!("{files}a")]),
        ["url=https://example.org/files/a Operator", "url=https://example.org/files/b/ Operator"]
    );
    assert_eq!(granted(&[&format!("{files}a"), files]), ["url=https://example.org/files/ Operator"]);
    assert_eq!(granted(&["hello:host-file=~/.ssh/id"]), ["host-file=~/.ssh/id Operator"]);
    assert_eq!(granted(&["hello:host-file=/home/ann/.ssh"]), ["host-file=~/.ssh Operator"]);
}

#[test]
fn says_what_is_wrong_with_a_grant() {
    let table = [
        (
            "helo:chroot",
            "--grant helo:chroot: no element of this image is called 'helo'\ndid you mean 'hello'?",
        ),
        (
            "hello:block-device",
            "--grant hello:block-device: the element does not ask for it\nit asks for: environment=EDITOR, host-file=/etc/hosts, host-file=~/.ssh, host-program=mmdebstrap, host-program=debootstrap, url=https://example.org/files/, chroot",
        ),
        (
            "hello:host-file=/etc/shadow",
            "--grant hello:host-file=/etc/shadow: the element does not ask for it\nit asks for: environment=EDITOR, host-file=/etc/hosts, host-file=~/.ssh, host-program=mmdebstrap, host-program=debootstrap, url=https://example.org/files/, chroot",
        ),
    ];
    for (grant, message) in table {
        assert_eq!(grants(Origin::Builtin, &[grant]).unwrap_err(), message, "{grant}");
    }
}

#[test]
fn the_library_is_not_changed_by_a_look() {
    let library: Library = library(ELEMENTS);
    assert_eq!(library.names().unwrap(), ["hello", "os", "other"]);
    assert_eq!(library.places(), "the built-in elements");
}
