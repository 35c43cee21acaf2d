//! Which elements an image is made of, and in which order.
//!
//! 1. Take what the caller names, then what those depend on, level by level,
//!    in the order written. A name that an element of the image provides needs
//!    no element of its own ([`Selection::gather`]).
//! 2. Give `vm` its default partitioning where nothing else does.
//! 3. Report what is missing, provided twice, or given and provided.
//! 4. Put dependencies before dependents ([`super::sequence`]).

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use crate::element::{Element, Library};
use crate::spec::{Arch, ImageSpec};

use super::error::OPERATING_SYSTEM;
use super::sequence::{self, Chosen};
use super::{PlanError, WantedBy};
use crate::nearest::nearest;

/// The element that needs a partitioned disk.
const VM: &str = "vm";

/// What every element that partitions the disk provides.
const BLOCK_DEVICE: &str = "block-device";

/// The elements of an image, dependencies first.
pub(super) fn select(spec: &ImageSpec, library: &Library) -> Result<Vec<Chosen>, PlanError> {
    if spec.elements.is_empty() {
        return Err(PlanError::NoElements);
    }
    let mut selection = Selection::new(library);
    let given = selection.ask(&spec.elements)?;
    selection.gather()?;
    selection.add_default_partitioning(spec.arch)?;
    selection.check_missing()?;
    selection.check_given(&given)?;
    selection.check_distribution(&given)?;
    sequence::order(selection.chosen, &selection.providers)
}

/// The element of a name or at a path.
///
/// # Errors
///
/// Fails if there is none, naming those that are most alike.
pub fn find(word: &str, library: &Library) -> Result<Element, PlanError> {
    if Library::is_path(word) {
        return Ok(library.open(Path::new(word))?);
    }
    match library.find(word)? {
        Some(element) => Ok(element),
        None => Err(missing(word, &WantedBy::Caller, library, library.names()?)?),
    }
}

struct Selection<'a> {
    library: &'a Library,
    /// Elements given by path, which are found by name too.
    by_path: BTreeMap<String, Element>,
    queue: VecDeque<(String, WantedBy)>,
    chosen: Vec<Chosen>,
    /// Who provides a name.
    providers: BTreeMap<String, String>,
    /// Names without an element, which a later element may provide.
    unresolved: Vec<(String, WantedBy)>,
}

impl<'a> Selection<'a> {
    fn new(library: &'a Library) -> Self {
        Selection {
            library,
            by_path: BTreeMap::new(),
            queue: VecDeque::new(),
            chosen: Vec::new(),
            providers: BTreeMap::new(),
            unresolved: Vec::new(),
        }
    }

    /// Queues what the caller asks for; returns the names.
    fn ask(&mut self, elements: &[String]) -> Result<Vec<String>, PlanError> {
        let mut names = Vec::new();
        for word in elements {
            let name = if Library::is_path(word) { self.open(word)? } else { word.clone() };
            self.queue.push_back((name.clone(), WantedBy::Caller));
            names.push(name);
        }
        Ok(names)
    }

    fn open(&mut self, word: &str) -> Result<String, PlanError> {
        let element = self.library.open(Path::new(word))?;
        let name = element.name.clone();
        let second = element.origin.to_string();
        match self.by_path.insert(name.clone(), element) {
            Some(first) if first.origin.to_string() != second => {
                Err(PlanError::SameName { name, first: first.origin.to_string(), second })
            }
            _ => Ok(name),
        }
    }

    /// Works the queue off, dependencies of dependencies included.
    fn gather(&mut self) -> Result<(), PlanError> {
        while let Some((name, wanted_by)) = self.queue.pop_front() {
            if self.has(&name) || self.providers.contains_key(&name) {
                continue;
            }
            let element = match self.by_path.get(&name) {
                Some(element) => Some(element.clone()),
                None => self.library.find(&name)?,
            };
            match element {
                Some(element) => self.choose(element, wanted_by)?,
                None => self.unresolved.push((name, wanted_by)),
            }
        }
        Ok(())
    }

    fn choose(&mut self, element: Element, wanted_by: WantedBy) -> Result<(), PlanError> {
        for what in element.provides.iter().filter(|what| **what != element.name) {
            if let Some(first) = self.providers.insert(what.clone(), element.name.clone()) {
                return Err(provided_twice(what.clone(), first, element.name.clone()));
            }
        }
        for dependency in &element.dependencies {
            self.queue.push_back((dependency.clone(), WantedBy::Element(element.name.clone())));
        }
        self.chosen.push(Chosen { element, wanted_by });
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.chosen.iter().any(|chosen| chosen.element.name == name)
    }

    fn add_default_partitioning(&mut self, arch: Arch) -> Result<(), PlanError> {
        let partitions = |chosen: &Chosen| chosen.element.name.starts_with("block-device-");
        if !self.has(VM) || self.providers.contains_key(BLOCK_DEVICE) || self.chosen.iter().any(partitions) {
            return Ok(());
        }
        let name = if arch.has_bios() || !arch.has_efi() { "block-device-mbr" } else { "block-device-efi" };
        self.queue.push_back((name.to_owned(), WantedBy::Default(VM.to_owned())));
        self.gather()
    }

    fn check_missing(&self) -> Result<(), PlanError> {
        let unprovided = self.unresolved.iter().find(|(name, _)| !self.providers.contains_key(name));
        let Some((name, wanted_by)) = unprovided else { return Ok(()) };
        let mut known = self.library.names()?;
        known.extend(self.by_path.keys().cloned());
        Err(missing(name, wanted_by, self.library, known)?)
    }

    fn check_given(&self, given: &[String]) -> Result<(), PlanError> {
        let provided = given.iter().find_map(|name| Some((name, self.providers.get(name)?)));
        match provided {
            Some((name, by)) => Err(PlanError::GivenAndProvided { name: name.clone(), by: by.clone() }),
            None => Ok(()),
        }
    }

    fn check_distribution(&self, given: &[String]) -> Result<(), PlanError> {
        if self.providers.contains_key(OPERATING_SYSTEM) {
            return Ok(());
        }
        let available = providers_of(self.library, OPERATING_SYSTEM)?;
        Err(PlanError::NoDistribution { given: given.to_vec(), available })
    }
}

fn missing(
    name: &str,
    wanted_by: &WantedBy,
    library: &Library,
    known: Vec<String>,
) -> Result<PlanError, PlanError> {
    let wants = |known: &&str| matches!(wanted_by, WantedBy::Element(element) if element == known);
    let known = known.iter().map(String::as_str).filter(|known| !wants(known));
    Ok(PlanError::Missing {
        name: name.to_owned(),
        wanted_by: wanted_by.clone(),
        nearest: nearest(name, known),
        providers: providers_of(library, name)?,
        places: library.places(),
        here: library.here(name),
    })
}

fn provided_twice(what: String, first: String, second: String) -> PlanError {
    if what == OPERATING_SYSTEM {
        PlanError::TwoDistributions { first, second }
    } else {
        PlanError::ProvidedTwice { what, first, second }
    }
}

/// The elements of the library that provide a name. One that cannot be read
/// is no answer here; whoever asks for it is told why.
fn providers_of(library: &Library, what: &str) -> Result<Vec<String>, PlanError> {
    let mut providers = library.names()?;
    providers.retain(|name| {
        let element = library.find(name).ok().flatten();
        element.is_some_and(|element| element.provides(what))
    });
    Ok(providers)
}
