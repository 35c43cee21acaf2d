//! Tables for every part of the planner, over elements that are made up in memory.

mod caches;
mod decisions;
mod declared;
mod disk;
mod selection;
mod support;
