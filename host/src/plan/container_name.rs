//! Names of container images, as engines take them:
//! `[registry.example:5000/]repository[:tag]`.

use std::sync::LazyLock;

use regex::Regex;

use crate::spec::{Format, ImageSpec};

use super::PlanError;

/// What Docker and Podman read: a host before the first slash where it looks
/// like one, parts of small letters and digits with single separators, a tag.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    let part = "[a-z0-9]+(?:(?:[.]|_|__|-+)[a-z0-9]+)*";
    let host = "(?:localhost|[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)+|[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)*:[0-9]+)";
    let tag = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
    Regex::new(&format!("^(?:{host}(?::[0-9]+)?/)?{part}(?:/{part})*(?::{tag})?$")).expect("a good pattern")
});

/// The longest name without its tag.
const LONGEST: usize = 255;

/// Refuses a name by which no engine would load the image.
pub(super) fn check(spec: &ImageSpec, formats: impl IntoIterator<Item = Format>) -> Result<(), PlanError> {
    let name = spec.conversion.docker_target.as_deref();
    let wrong = name.filter(|name| !is_valid(name) && formats.into_iter().any(|it| it == Format::Docker));
    wrong.map_or(Ok(()), |name| Err(PlanError::ContainerName(name.to_owned())))
}

fn is_valid(name: &str) -> bool {
    name.len() <= LONGEST && NAME.is_match(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_engines_take() {
        for name in ["a", "me/tiny:1.0", "reg.example:5000/a/b", "localhost/a:T", "host:1/a_b/c__d/e--f:x_1"]
        {
            assert!(is_valid(name), "{name}");
        }
        for name in ["", "Me/tiny", "a b", "x:y:z", "a..b", "a/", "/a", "a@sha256:x", "a:", "-a", "a_", "a:-"]
        {
            assert!(!is_valid(name), "{name}");
        }
    }
}
