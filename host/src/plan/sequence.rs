//! Puts elements into an order: dependencies before dependents, otherwise as given.

use std::collections::BTreeMap;

use super::{PlanError, WantedBy};
use crate::element::Element;

/// An element of the image.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) element: Element,
    pub(super) wanted_by: WantedBy,
}

/// Orders the elements. One that nothing in the image reaches any more,
/// because another stands in for it, is left out.
pub(super) fn order(
    chosen: Vec<Chosen>,
    providers: &BTreeMap<String, String>,
) -> Result<Vec<Chosen>, PlanError> {
    let index = chosen.iter().enumerate().map(|(index, item)| (item.element.name.as_str(), index)).collect();
    let mut walk = Walk { chosen: &chosen, providers, index, done: Vec::new(), path: Vec::new() };
    for (root, item) in chosen.iter().enumerate() {
        if !matches!(item.wanted_by, WantedBy::Element(_)) {
            walk.visit(root)?;
        }
    }
    let done = walk.done;
    let mut chosen: Vec<_> = chosen.into_iter().map(Some).collect();
    Ok(done.into_iter().filter_map(|index| chosen[index].take()).collect())
}

struct Walk<'a> {
    chosen: &'a [Chosen],
    providers: &'a BTreeMap<String, String>,
    index: BTreeMap<&'a str, usize>,
    done: Vec<usize>,
    /// The elements above the current one, and whether each is needed by its
    /// own name, not by one that it provides.
    path: Vec<(usize, bool)>,
}

impl Walk<'_> {
    fn visit(&mut self, item: usize) -> Result<(), PlanError> {
        self.step(item, true)
    }

    fn step(&mut self, item: usize, by_name: bool) -> Result<(), PlanError> {
        if self.done.contains(&item) {
            return Ok(());
        }
        if let Some(start) = self.path.iter().position(|(above, _)| *above == item) {
            return self.check_cycle(start, by_name);
        }
        self.path.push((item, by_name));
        let element = &self.chosen[item].element;
        for dependency in element.dependencies.iter().filter(|name| **name != element.name) {
            let (next, by_name) = self.resolve(dependency);
            if let Some(next) = next {
                self.step(next, by_name)?;
            }
        }
        self.path.pop();
        self.done.push(item);
        Ok(())
    }

    fn resolve(&self, name: &str) -> (Option<usize>, bool) {
        match self.providers.get(name) {
            Some(provider) => (self.index.get(provider.as_str()).copied(), false),
            None => (self.index.get(name).copied(), true),
        }
    }

    /// A cycle through a provided name is none that the elements' authors
    /// wrote: whoever provides the name need not come first.
    fn check_cycle(&self, start: usize, by_name: bool) -> Result<(), PlanError> {
        let cycle = &self.path[start..];
        if !by_name || cycle[1..].iter().any(|(_, by_name)| !by_name) {
            return Ok(());
        }
        let name = |item: usize| self.chosen[item].element.name.clone();
        let mut names: Vec<String> = cycle.iter().map(|(item, _)| name(*item)).collect();
        names.push(name(cycle[0].0));
        Err(PlanError::Cycle(names))
    }
}
