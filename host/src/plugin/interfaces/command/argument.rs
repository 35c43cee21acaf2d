//! Arguments of programs.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::other;
use crate::plugin::bindings::wit::command::{Argument, Error, Piece, Place};
use crate::plugin::state::State;

impl State {
    /// An argument as the program gets it.
    pub(super) fn argument(&self, argument: &Argument, place: Place) -> Result<OsString, Error> {
        let piece = match argument.clone() {
            Argument::Text(text) => Piece::Text(text),
            Argument::ImagePath(path) => Piece::ImagePath(path),
            Argument::ScratchPath(path) => Piece::ScratchPath(path),
            Argument::CachePath(path) => Piece::CachePath(path),
            Argument::FetchedFile(digest) => Piece::FetchedFile(digest),
            Argument::Joined(pieces) => {
                let mut joined = OsString::new();
                for piece in pieces {
                    joined.push(self.piece(piece, place)?);
                }
                return Ok(joined);
            }
        };
        self.piece(piece, place)
    }

    fn piece(&self, piece: Piece, place: Place) -> Result<OsString, Error> {
        let text = match &piece {
            Piece::Text(text) | Piece::ImagePath(text) => text,
            Piece::ScratchPath(text) | Piece::CachePath(text) | Piece::FetchedFile(text) => {
                if place == Place::Chroot {
                    return Err(Error::Invalid(format!(
                        "programs in the chroot do not see '{text}' of the build host"
                    )));
                }
                text
            }
        };
        if text.contains('\0') {
            return Err(Error::Invalid("an argument has a zero byte".to_owned()));
        }
        match piece {
            Piece::Text(text) => Ok(text.into()),
            Piece::ImagePath(path) if place == Place::Chroot => Ok(path.into()),
            Piece::ImagePath(path) => Ok(self.image_path(&path)?.into()),
            Piece::ScratchPath(path) => {
                let scratch = self.shared.scratch(&self.facts.name).map_err(other)?;
                Ok(scratch.join(below(&path, "/scratch")?).into())
            }
            Piece::CachePath(path) => self.cache_path(&path),
            Piece::FetchedFile(digest) => Ok(self.fetched_file(&digest).map_err(Error::Invalid)?.into()),
        }
    }

    fn cache_path(&self, path: &str) -> Result<OsString, Error> {
        let (name, rest) = path.split_once('/').unwrap_or((path, ""));
        let key = (self.facts.name.clone(), name.to_owned());
        let folder = self.shared.setting.caches.get(&key);
        let folder =
            folder.ok_or_else(|| Error::Invalid(format!("element.toml declares no cache '{name}'")))?;
        Ok(folder.join(below(rest, "/")?).into())
    }
}

/// A path below a directory, which may be given with the directory's own path in front.
fn below(path: &str, directory: &str) -> Result<PathBuf, Error> {
    let path = Path::new(path);
    let rest = path.strip_prefix(directory).unwrap_or(path);
    let plain = rest.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if plain {
        Ok(rest.to_owned())
    } else {
        Err(Error::Invalid(format!("'{}' leads elsewhere", path.display())))
    }
}
