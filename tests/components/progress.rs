//! Steps.

use serde_json::{Value, json};

use crate::trial::Trial;

#[test]
fn steps_beyond_the_limit_of_handles_do_no_harm() {
    let trial = Trial::new().element("progress", &["steps"], "").start();
    trial.succeed("progress", "steps");
}

/// What is said once of the steps that are not shown, however many there are.
#[test]
fn steps_beyond_the_limit_of_handles_are_told_of_once() {
    let output =
        Trial::beside_a_system().element("progress", &["steps"], "").build(&["--limit", "handles=16"]);
    let text = String::from_utf8(output.stderr).unwrap();
    let told: Vec<&str> = text.lines().filter(|line| line.contains("steps of progress")).collect();
    let words = "warning: steps of progress are not shown: more than the limit of 16 open handles; raise it with --limit handles=32";
    assert_eq!(told.len(), 1, "{text}");
    assert!(told[0].ends_with(words), "{text}");
}

/// What is shown of a step that is set to 5 and then to 20 of 10. In between
/// may be missing, as what comes too fast is left out.
#[test]
fn a_step_reaches_the_report_and_is_never_beyond_its_end() {
    let output =
        Trial::beside_a_system().element("progress", &["steps"], "").build(&["--log-format", "json"]);
    let text = String::from_utf8(output.stderr).unwrap();
    let events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event"));
    let progress: Vec<Value> = events.filter(|event| event["event"] == "progress").collect();
    let of_hook = |event: &&Value| event["element"] == "progress";
    let steps: Vec<&Value> = progress.iter().filter(of_hook).collect();
    assert!(!steps.is_empty(), "{text}");
    for step in &steps {
        let place = ["phase", "element", "hook", "kind"].map(|key| step[key].clone());
        assert_eq!(place, ["install", "progress", "50-steps", "component"].map(Value::from), "{step}");
        let done = step["done"].as_u64().unwrap();
        assert!(step["total"].as_u64().is_none_or(|total| done <= total), "{step}");
    }
    let ends = |label: &str| {
        let found = steps.iter().rfind(|step| step["label"] == label);
        found.map(|step| json!([step["done"], step["total"]]))
    };
    let unit =
        |label: &str| steps.iter().find(|step| step["label"] == label).map(|step| step["unit"].clone());
    assert_eq!(unit("step 0"), Some(json!("items")));
    assert_eq!(unit("bytes"), Some(json!("bytes")));
    assert_eq!(ends("step 0"), Some(json!([10, 10])));
    // There are 128 handles: what is beyond them is not shown.
    assert_eq!(ends("step 127"), Some(json!([10, 10])));
    assert_eq!(ends("step 128"), None);
}
