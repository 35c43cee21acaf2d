//! What components get, said in variables: the old commands have no flags for it.

use std::env;

use crate::cli::Failure;
use crate::cli::spec_args::{grant, setting};
use crate::element::capability::Grant;
use crate::report::{GRANTS, PARAMETERS};
use crate::spec::{Given, Source};

/// Parameters of components by [`PARAMETERS`].
pub(super) fn parameters() -> Result<Vec<Given<(String, String)>>, Failure> {
    given(PARAMETERS, &value(PARAMETERS), setting).map_err(Failure::request)
}

/// What the caller grants by [`GRANTS`].
pub(super) fn grants() -> Result<Vec<Given<(String, Grant)>>, Failure> {
    given(GRANTS, &value(GRANTS), grant).map_err(Failure::request)
}

fn value(variable: &str) -> String {
    env::var_os(variable).unwrap_or_default().to_string_lossy().into_owned()
}

/// What each line of a variable says. Empty lines say nothing.
fn given<T>(
    variable: &'static str,
    text: &str,
    read: fn(&str) -> Result<T, String>,
) -> Result<Vec<Given<T>>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = |line| match read(line) {
        Ok(what) => Ok(Given { what, source: Source::Variable(variable) }),
        Err(error) => Err(format!("{variable}: '{line}': {error}")),
    };
    lines.map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_says_one_thing_a_line() {
        let said = |text| given(PARAMETERS, text, setting).map(|given| given.into_iter().map(|it| it.what));
        let one = ("a.list".to_owned(), "x,y=z".to_owned());
        assert!(said("").unwrap().eq([]));
        assert!(said("a.list=x,y=z").unwrap().eq([one.clone()]));
        assert!(said("\n a.list=x,y=z\n\nb=\n").unwrap().eq([one, ("b".to_owned(), String::new())]));
    }

    #[test]
    fn what_says_nothing_is_named() {
        let error = given(GRANTS, "mine:chroot\nmine", grant).unwrap_err();
        assert_eq!(error, "SLATE_GRANTS: 'mine': expected ELEMENT:CAPABILITY, such as mine:chroot");
        let error = given(PARAMETERS, "mine", setting).unwrap_err();
        assert_eq!(error, "SLATE_PARAMETERS: 'mine': expected element.parameter=value or parameter=value");
    }
}
