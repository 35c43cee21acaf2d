//! The host's side of the element API, one file for each interface.

pub(super) mod block_device;
mod boot;
mod command;
mod fetch;
mod host_files;
mod image;
mod log;
mod packages;
mod params;
pub(super) mod progress;
mod ramdisk;
pub(super) mod rootfs;
mod services;
mod types;

use std::collections::HashSet;

use wasmtime::component::{HasSelf, Linker};

use super::bindings::Element;
use super::state::State;

/// Adds all interfaces.
pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    Element::add_to_linker::<State, HasSelf<State>>(linker, |state| state)
}

/// Adds what is not in a list yet, in order.
fn add_new(list: &mut Vec<String>, items: Vec<String>) {
    let mut known: HashSet<&str> = list.iter().map(String::as_str).collect();
    let new: Vec<bool> = items.iter().map(|item| known.insert(item)).collect();
    list.extend(items.into_iter().zip(new).filter_map(|(item, new)| new.then_some(item)));
}

/// Bytes that a list takes.
fn size(list: &[String]) -> usize {
    list.iter().map(|item| item.len() + size_of::<String>()).sum()
}

/// Whether a text is a name of letters, digits and a few signs, not empty, and no option.
fn is_name(text: &str, signs: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && !text.starts_with('-')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c))
}
