//! Programs that are written down and not run.

use std::sync::Arc;

use crate::plugin::bindings::wit::command::{Argument, Options, Piece, Place};
use crate::plugin::rehearsal::{Rehearsal, place_of, word};
use crate::plugin::state::State;
use crate::sys::process::{Ended, Exit};

/// A program as it is written down.
pub(super) struct Rehearsed {
    rehearsal: Arc<Rehearsal>,
    place: &'static str,
    line: String,
    details: Vec<String>,
}

impl State {
    /// The program to write down, where nothing is really run.
    pub(super) fn rehearsed(
        &self,
        program: &str,
        arguments: &[Argument],
        options: &Options,
    ) -> Option<Rehearsed> {
        let rehearsal = self.context.rehearsal.clone()?;
        let words = arguments.iter().map(|argument| word(&shown(argument, options.place)));
        let line: Vec<String> = [word(program)].into_iter().chain(words).collect();
        let place = match options.place {
            Place::Chroot => "chroot",
            Place::Host => "host",
        };
        Some(Rehearsed { rehearsal, place, line: line.join(" "), details: details(options) })
    }
}

impl Rehearsed {
    /// Writes it down; gives its end and what it prints, as the script says.
    /// Absent means that there is no such program.
    pub(super) fn run(self) -> Option<(Exit, Vec<u8>)> {
        let answer = self.rehearsal.command(self.place, &self.line, self.details);
        if answer.missing {
            return None;
        }
        let tail = answer.output.lines().map(str::to_owned).collect();
        let exit = Exit { ended: Ended::Code(answer.status.into()), command: self.line, tail };
        Some((exit, answer.output.into_bytes()))
    }
}

/// What else the program sees.
fn details(options: &Options) -> Vec<String> {
    let variable = |(name, value): &(String, String)| format!("env {name}={}", word(value));
    let mut details: Vec<String> = options.environment.iter().map(variable).collect();
    details.extend(options.directory.as_ref().map(|directory| format!("in {directory}")));
    if let Some(input) = &options.input {
        let text = String::from_utf8_lossy(input);
        details.extend(text.lines().map(|line| format!("< {line}")));
    }
    details
}

fn shown(argument: &Argument, place: Place) -> String {
    match argument {
        Argument::Text(text) => text.clone(),
        Argument::ImagePath(path) => image(path, place),
        Argument::ScratchPath(path) => scratch(path),
        Argument::CachePath(path) => place_of("cache", path),
        Argument::FetchedFile(digest) => place_of("fetched", digest),
        Argument::Joined(pieces) => pieces.iter().map(|piece| shown_piece(piece, place)).collect(),
    }
}

fn shown_piece(piece: &Piece, place: Place) -> String {
    match piece {
        Piece::Text(text) => text.clone(),
        Piece::ImagePath(path) => image(path, place),
        Piece::ScratchPath(path) => scratch(path),
        Piece::CachePath(path) => place_of("cache", path),
        Piece::FetchedFile(digest) => place_of("fetched", digest),
    }
}

fn image(path: &str, place: Place) -> String {
    if place == Place::Chroot { path.to_owned() } else { place_of("image", path) }
}

fn scratch(path: &str) -> String {
    place_of("scratch", path.strip_prefix("/scratch").unwrap_or(path))
}
