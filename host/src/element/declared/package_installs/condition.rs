//! Under which conditions an entry counts.

use serde_json::{Map, Value};

use super::Surroundings;

/// All conditions of an entry; absent ones hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Condition {
    install_type: Option<String>,
    architecture: Architecture,
    python: Option<String>,
    when: Vec<Comparison>,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Architecture {
    #[default]
    Any,
    In(Vec<String>),
    NotIn(Vec<String>),
}

/// `VARIABLE = value` or `VARIABLE != value`.
#[derive(Clone, Debug, PartialEq)]
struct Comparison {
    variable: String,
    negated: bool,
    value: String,
}

impl Condition {
    pub(super) fn parse(keys: &Map<String, Value>) -> Result<Condition, String> {
        let texts = |key: &str| keys.get(key).map(|value| comma_list(&text(value)));
        let architecture = match (texts("arch"), texts("not-arch")) {
            (None, None) => Architecture::Any,
            (Some(list), None) => Architecture::In(list),
            (None, Some(list)) => Architecture::NotIn(list),
            (Some(_), Some(_)) => return Err("has both arch and not-arch".to_owned()),
        };
        let when = match keys.get("when") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(list)) => list.iter().map(Comparison::parse).collect::<Result<_, _>>()?,
            Some(one) => vec![Comparison::parse(one)?],
        };
        let given = |key: &str| keys.get(key).filter(|value| !value.is_null()).map(text);
        Ok(Condition {
            install_type: given("installtype"),
            architecture,
            python: given("dib_python_version"),
            when,
        })
    }

    /// Whether all of it holds. Conditions before the first that fails are
    /// the only ones looked at, as upstream does it.
    pub(super) fn holds(&self, element: &str, around: Surroundings<'_>) -> Result<bool, String> {
        let before_when = self.install_type_holds(element, around)
            && self.architecture.holds(around.arch)
            && self.python_holds(around);
        if !before_when {
            return Ok(false);
        }
        // All are looked at, so that a variable that is not set is always found.
        let results: Result<Vec<bool>, String> = self.when.iter().map(|one| one.holds(around)).collect();
        Ok(results?.into_iter().all(|holds| holds))
    }

    fn install_type_holds(&self, element: &str, around: Surroundings<'_>) -> bool {
        let Some(wanted) = &self.install_type else { return true };
        let of_element = format!("DIB_INSTALLTYPE_{}", element.replace('-', "_"));
        let variables = around.variables;
        let chosen = variables.get(&of_element).or_else(|| variables.get("DIB_DEFAULT_INSTALLTYPE"));
        chosen.map_or("source", String::as_str) == wanted
    }

    fn python_holds(&self, around: Surroundings<'_>) -> bool {
        let version = around.variables.get("DIB_PYTHON_VERSION").map_or("", String::as_str);
        self.python.as_deref().is_none_or(|wanted| wanted.is_empty() || wanted == version)
    }
}

impl Architecture {
    fn holds(&self, arch: &str) -> bool {
        let among = |list: &[String]| list.iter().any(|one| one == arch);
        match self {
            Architecture::Any => true,
            Architecture::In(list) => among(list),
            Architecture::NotIn(list) => !among(list),
        }
    }
}

impl Comparison {
    fn parse(value: &Value) -> Result<Comparison, String> {
        let malformed = || format!("when must be VARIABLE=value or VARIABLE!=value, not {value}");
        let text = value.as_str().ok_or_else(malformed)?;
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        let end = text.find(|letter| !is_name(letter)).filter(|&end| end > 0).ok_or_else(malformed)?;
        let (variable, rest) = text.split_at(end);
        let rest = rest.trim_start();
        let (negated, rest) = match rest.strip_prefix("!=") {
            Some(rest) => (true, rest),
            None => (false, rest.strip_prefix('=').ok_or_else(malformed)?),
        };
        Ok(Comparison { variable: variable.to_owned(), negated, value: rest.trim_start().to_owned() })
    }

    fn holds(&self, around: Surroundings<'_>) -> Result<bool, String> {
        let actual = around
            .variables
            .get(&self.variable)
            .ok_or_else(|| format!("when: the variable {} is not set", self.variable))?;
        Ok((*actual == self.value) != self.negated)
    }
}

/// A scalar as text: `2` and `"2"` are one.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn comma_list(text: &str) -> Vec<String> {
    text.split(',').map(|item| item.trim().to_owned()).collect()
}
