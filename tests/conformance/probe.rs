//! Answers the requests of `upstream.py` with what the planners say.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use blankslate::element::declared::package_installs::{PackageInstalls, Surroundings};
use blankslate::element::declared::service_map::ServiceMap;
use blankslate::element::{Element, ElementError, Library, Origin};
use blankslate::legacy::definition::{self, Invocation, Kind, Property};
use blankslate::plan::{PlanError, plan};
use blankslate::spec::ImageSpec;
use serde_json::{Value, json};

mod block_device;

/// Reads a request from standard input; prints the answer.
pub(crate) fn answer(planner: &str) {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("reading the request");
    let request: Value = serde_json::from_str(&text).expect("a request is JSON");
    let answer = match planner {
        "package-installs" => package_installs(&request),
        "service-map" => service_map(&request),
        "elements" => elements(&request),
        "definitions" => definitions(&request),
        "layout" => block_device::layout(&request),
        "size" => block_device::size(&request),
        "share" => block_device::share(&request),
        "mbr" => block_device::mbr(&request),
        "property" => property(&request),
        "merged" => json!({ "ok": definition::merge(entries(&request)) }),
        other => panic!("no planner is called {other}"),
    };
    println!("{answer}");
}

fn package_installs(request: &Value) -> Value {
    let variables: BTreeMap<String, String> =
        serde_json::from_value(request["variables"].clone()).expect("variables are text");
    let arch = variables.get("ARCH").map_or("amd64", String::as_str);
    let mut installs = PackageInstalls::default();
    for file in request["files"].as_array().expect("files are a list") {
        let element = file[0].as_str().expect("an element's name");
        let around = Surroundings { arch, variables: &variables };
        if let Err(error) = installs.add(element, &file[1].to_string(), around) {
            return json!({ "error": error.to_string() });
        }
    }
    json!({ "ok": installs.to_json() })
}

fn service_map(request: &Value) -> Value {
    let distro = request["distro"].as_str().expect("a distribution's name");
    let mut map = ServiceMap::default();
    map.add("element", &request["source"].to_string(), distro).expect("upstream's maps are good");
    json!({ "ok": map.iter().collect::<BTreeMap<_, _>>() })
}

fn elements(request: &Value) -> Value {
    let words: Vec<String> = serde_json::from_value(request["elements"].clone()).expect("elements are names");
    let path = request["path"].as_str().expect("an elements path").split(':').map(PathBuf::from).collect();
    let library = Library::new(path).map(|library| library.with_builtin(&[]));
    let planned = library.map_err(PlanError::from).and_then(|library| {
        let spec = ImageSpec { elements: words, output: PathBuf::from("image"), ..ImageSpec::default() };
        plan(spec, &library)
    });
    match planned {
        Ok(plan) => json!({ "ok": plan.sources.iter().map(place).collect::<Vec<_>>() }),
        Err(error) => refusal(&error),
    }
}

fn place(element: &Element) -> (String, String) {
    match &element.origin {
        Origin::Directory(path) => (element.name.clone(), path.display().to_string()),
        other => panic!("{} comes from {other}", element.name),
    }
}

/// An error in upstream's words, as far as its tests look at them.
fn refusal(error: &PlanError) -> Value {
    let (kind, text, log) = match error {
        PlanError::Missing { name, .. } => ("missing", format!("Element '{name}' not found"), None),
        PlanError::ProvidedTwice { what, first, .. } => {
            ("provided", format!("{what}: already provided by ['{first}']"), None)
        }
        PlanError::GivenAndProvided { name, by } => {
            ("provided", String::new(), Some(format!("{name} : already provided by ['{by}']")))
        }
        PlanError::NoDistribution { .. } => ("no-distribution", error.to_string(), None),
        PlanError::Element(ElementError::NotADirectory(path)) => {
            ("not-a-directory", format!("ELEMENTS_PATH entry '{}' is not a directory", path.display()), None)
        }
        other => ("other", other.to_string(), None),
    };
    json!({ "error": text, "kind": kind, "log": log })
}

fn entries(request: &Value) -> Vec<definition::Entry> {
    definition::parse("upstream", &request["entries"].to_string()).expect("upstream's definitions are good")
}

fn definitions(request: &Value) -> Value {
    let invocation = |entry: &definition::Entry| {
        let Invocation { creator, arguments, .. } = Invocation::new(entry);
        json!({ "command": creator.name(), "arguments": arguments })
    };
    let merged = definition::merge(entries(request));
    json!({ "ok": merged.iter().map(invocation).collect::<Vec<_>>() })
}

/// What a value of a property of this kind adds to the command line.
fn property(request: &Value) -> Value {
    let leak = |text: &Value| -> &'static str { String::leak(text.as_str().expect("text").to_owned()) };
    let choices: Vec<&'static str> =
        request["choices"].as_array().expect("a list").iter().map(leak).collect();
    let most = choices.len().saturating_sub(1) as u64;
    let choices: &'static [&'static str] = Vec::leak(choices);
    let kind = match request["kind"].as_str().expect("a kind") {
        "text" => Kind::Text(choices),
        "switch" => Kind::Switch,
        "repeated" => Kind::Repeated(most),
        "number" => Kind::Number,
        "list" => Kind::List(choices),
        "operands" => Kind::Operands,
        "pairs" => Kind::Pairs,
        other => panic!("no kind is called {other}"),
    };
    let property = Property { name: "upstream", flag: Some(leak(&request["flag"])), kind, help: "" };
    let value = &request["value"];
    json!({ "ok": property.arguments(value), "accepted": kind.accepts(value) })
}
