//! `types`: no functions.

use crate::plugin::bindings::wit::types;
use crate::plugin::state::State;

impl types::Host for State {}
