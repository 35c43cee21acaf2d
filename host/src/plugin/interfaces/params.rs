//! `params`: parameters and environment variables that the manifest declares.

use crate::element::capability::Grant;
use crate::element::manifest::ParameterValue;
use crate::plugin::bindings::wit::params::{Error, Host, Value};
use crate::plugin::state::State;

impl Host for State {
    fn get(&mut self, name: String) -> Result<Option<Value>, Error> {
        if !self.facts.manifest.parameters.contains_key(&name) {
            return Err(Error::Undeclared(name));
        }
        Ok(self.facts.parameters.get(&name).map(value))
    }

    fn all(&mut self) -> Vec<(String, Value)> {
        self.facts.parameters.iter().map(|(name, given)| (name.clone(), value(given))).collect()
    }

    fn environment(&mut self, name: String) -> Result<Option<String>, Error> {
        self.require(&Grant::Environment(name.clone())).map_err(Error::Denied)?;
        Ok(self.shared.plan.environment.get(&name).cloned())
    }
}

fn value(given: &ParameterValue) -> Value {
    match given {
        ParameterValue::Boolean(truth) => Value::Boolean(*truth),
        ParameterValue::Integer(number) => Value::Integer(*number),
        ParameterValue::String(text) => Value::Text(text.clone()),
        ParameterValue::List(items) => Value::Items(items.clone()),
    }
}
