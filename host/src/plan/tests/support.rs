//! Elements and specifications for tests.

use crate::element::Library;
use crate::element::builtin::{BuiltinElement, BuiltinFile};
use crate::plan::{Plan, PlanError, plan};
use crate::spec::ImageSpec;

/// An element: name, and files by path.
pub(super) type Made<'a> = (&'a str, &'a [(&'a str, &'a str)]);

/// A distribution that is nothing else.
pub(super) const OS: Made<'static> = ("os", &[("element-provides", "operating-system")]);

/// A library of made-up elements. They are leaked, as built-in ones live as long as the process.
pub(super) fn library(elements: &[Made<'_>]) -> Library {
    let mut made: Vec<BuiltinElement> = elements.iter().map(element).collect();
    made.sort_by_key(|element| element.name);
    Library::default().with_builtin(Vec::leak(made))
}

fn element((name, files): &Made<'_>) -> BuiltinElement {
    let mut files: Vec<BuiltinFile> = files.iter().map(|(path, text)| file(path, text)).collect();
    files.sort_by_key(|file| file.path);
    BuiltinElement { name: leak(name), files: Vec::leak(files) }
}

fn file(path: &str, text: &str) -> BuiltinFile {
    let mode = if text.starts_with("#!") { 0o755 } else { 0o644 };
    BuiltinFile { path: leak(path), mode, bytes: leak(text).as_bytes() }
}

fn leak(text: &str) -> &'static str {
    String::leak(text.to_owned())
}

/// A specification that names elements, separated by blanks, and no more.
pub(super) fn spec(elements: &str) -> ImageSpec {
    ImageSpec {
        elements: elements.split_whitespace().map(str::to_owned).collect(),
        output: "image".into(),
        ..ImageSpec::default()
    }
}

/// The plan, or the message of the error with its hint behind a line break.
pub(super) fn outcome(spec: ImageSpec, library: &Library) -> Result<Plan, String> {
    plan(spec, library).map_err(|error| told(&error))
}

/// An error as people read it.
pub(super) fn told(error: &PlanError) -> String {
    match error.hint() {
        Some(hint) => format!("{error}\n{hint}"),
        None => error.to_string(),
    }
}
