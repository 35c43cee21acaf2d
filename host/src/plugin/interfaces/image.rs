//! `image`: what is being built.

use crate::plugin::bindings::wit::image::{Description, Host};
use crate::plugin::state::State;

impl Host for State {
    fn describe(&mut self) -> Description {
        let (plan, setting) = (&self.shared.plan, &self.shared.setting);
        Description {
            name: setting.image_name.clone(),
            arch: plan.arch.to_string(),
            elements: plan.elements.iter().map(|element| element.name.clone()).collect(),
            root_label: setting.root_label.clone(),
            offline: setting.offline,
        }
    }
}
