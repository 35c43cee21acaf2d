//! Parameters of every type, and the environment.

use crate::trial::{Loaded, Trial};

const MANIFEST: &str = "
parameters.text = { type = 'string', default = 'default' }
parameters.number = { type = 'integer', default = 7 }
parameters.truth = { type = 'boolean', default = true }
parameters.items = { type = 'list', default = ['a', 'b'] }
parameters.unset = { type = 'string' }
capabilities.environment = ['GIVEN']
";
const HOOKS: [&str; 7] =
    ["typed", "all", "environment", "undeclared", "undeclared-environment", "unset", "type"];

fn trial() -> Trial {
    Trial::new().element("params", &HOOKS, MANIFEST).environment("GIVEN", "value").environment("PATH", "/bin")
}

fn granted() -> Loaded {
    trial().grant("params", "environment=GIVEN").set("params.text", "set").start()
}

#[test]
fn parameters_have_their_types() {
    let trial = granted();
    trial.succeed("params", "typed");
    assert_eq!(trial.read("/params"), "set 7 true [\"a\", \"b\"] None");
    trial.succeed("params", "all");
    assert_eq!(
        trial.read("/all"),
        "[(\"items\", Value::Items([\"a\", \"b\"])), (\"number\", Value::Integer(7)), \
         (\"text\", Value::Text(\"set\")), (\"truth\", Value::Boolean(true))]"
    );
    trial.succeed("params", "environment");
    assert_eq!(trial.read("/environment"), "Some(\"value\")");
}

#[test]
fn what_is_not_declared_cannot_be_read() {
    let trial = granted();
    for (hook, expected) in [
        ("undeclared", "reading 'nothing', which element.toml does not declare"),
        (
            "undeclared-environment",
            "element 'params' may not use environment=PATH, which its element.toml does not ask for: add it under [capabilities], then grant it with --grant params:environment=PATH",
        ),
        ("unset", "the parameter 'unset' has no value"),
        ("type", "the parameter 'text' is no integer"),
    ] {
        assert_eq!(trial.returned("params", hook), expected, "{hook}");
    }
}

#[test]
fn an_environment_that_is_not_granted_is_denied() {
    assert_eq!(
        trial().start().returned("params", "environment"),
        "element 'params' was not granted environment=GIVEN: grant it with --grant params:environment=GIVEN"
    );
}
