//! The layers of blankslate that read what others wrote, by their own names
//! and without what is above and below them. The files are links to the host's.

#![allow(dead_code, missing_docs, unused_imports, reason = "the rest of blankslate uses it")]

pub mod element;
pub mod plugin;
pub mod sys;
