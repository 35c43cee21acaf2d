//! `ramdisk`: what a ramdisk made from the image shall hold.

use super::{add_new, is_name, size};
use crate::plugin::bindings::wit::ramdisk::{self, Error, Host};
use crate::plugin::context::{Contributions, InitScript, Ramdisk, UdevRules};
use crate::plugin::state::State;

/// The largest position of a script.
const MAX_ORDER: u32 = 99;

impl Host for State {
    fn add_modules(&mut self, modules: Vec<String>) -> Result<(), Error> {
        all(&modules, |name| is_name(name, "_-"), "the name of a kernel module")?;
        self.contribute(size(&modules), |it| add_new(&mut it.ramdisk.modules, modules))
            .map_err(Error::Invalid)
    }

    fn add_init_script(&mut self, script: ramdisk::InitScript) -> Result<(), Error> {
        let ramdisk::InitScript { name, order, contents } = script;
        let bytes = name.len() + contents.len();
        all(std::slice::from_ref(&name), |name| is_name(name, "_-"), "the name of a script")?;
        if order > MAX_ORDER {
            return Err(Error::Invalid(format!("{order} is not a position from 0 to {MAX_ORDER}")));
        }
        let owner = |it: &Ramdisk| {
            let same = it.scripts.iter().find(|it| it.key() == (order, &name));
            same.map(|it| it.element.clone())
        };
        self.own(&format!("an init script {order:02}-{name}"), owner)?;
        let script = InitScript { order, name, contents, element: self.facts.name.clone() };
        let change = |it: &mut Contributions| {
            let scripts = &mut it.ramdisk.scripts;
            scripts.retain(|it| it.key() != script.key());
            scripts.push(script);
            scripts.sort_by(|one, other| one.key().cmp(&other.key()));
        };
        self.contribute(bytes, change).map_err(Error::Invalid)
    }

    fn add_udev_rules(&mut self, name: String, contents: String) -> Result<(), Error> {
        let bytes = name.len() + contents.len();
        let is_rules = |name: &str| name.ends_with(".rules") && is_name(name, "_-.");
        all(std::slice::from_ref(&name), is_rules, "a file name that ends in .rules")?;
        let owner = |it: &Ramdisk| it.udev_rules.get(&name).map(|it| it.element.clone());
        self.own(&format!("udev rules {name}"), owner)?;
        let rules = UdevRules { contents, element: self.facts.name.clone() };
        let change = |it: &mut Contributions| drop(it.ramdisk.udev_rules.insert(name, rules));
        self.contribute(bytes, change).map_err(Error::Invalid)
    }

    fn add_programs(&mut self, programs: Vec<String>) -> Result<(), Error> {
        let is_program =
            |name: &str| is_name(name, "_-.+/") && (!name.contains('/') || name.starts_with('/'));
        all(&programs, is_program, "the name or the absolute path of a program")?;
        self.contribute(size(&programs), |it| add_new(&mut it.ramdisk.programs, programs))
            .map_err(Error::Invalid)
    }
}

impl State {
    /// Fails if the ramdisk has something of a name from another element.
    fn own(&self, what: &str, owner: impl FnOnce(&Ramdisk) -> Option<String>) -> Result<(), Error> {
        let name = &self.facts.name;
        match self.contributions(|it| owner(&it.ramdisk)) {
            Some(other) if other != *name => Err(Error::Invalid(format!(
                "the element '{other}' gives the ramdisk {what} already; that of '{name}' needs another name"
            ))),
            _ => Ok(()),
        }
    }
}

fn all(names: &[String], good: impl Fn(&str) -> bool, what: &str) -> Result<(), Error> {
    match names.iter().find(|name| !good(name)) {
        Some(bad) => Err(Error::Invalid(format!("'{bad}' is not {what}"))),
        None => Ok(()),
    }
}
