//! Who asks for a build: the person behind `sudo`, where it was called so.

use std::path::PathBuf;

use nix::unistd::{Uid, User};

/// The caller's home directory. `sudo` replaces `HOME` by root's, unless it is
/// told to keep it: then the home of the person behind it counts.
pub fn home() -> Option<PathBuf> {
    let home_of = |id: Uid| Some(User::from_uid(id).ok()??.dir);
    let person = std::env::var("SUDO_UID").ok().and_then(|id| id.parse().ok()).map(Uid::from_raw);
    choose(std::env::home_dir(), home_of(Uid::effective()), person.and_then(home_of))
}

/// `given` is `HOME`, `own` the home of the user that the process runs as, and
/// `behind_sudo` that of the person who called sudo, if anybody did.
fn choose(given: Option<PathBuf>, own: Option<PathBuf>, behind_sudo: Option<PathBuf>) -> Option<PathBuf> {
    if given.is_some() && given != own { given } else { behind_sudo.or(given) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_behind_sudo_has_the_home() {
        let table = [
            // Called by root, or by sudo that keeps HOME, or with HOME set.
            (Some("/root"), Some("/root"), None, Some("/root")),
            (Some("/home/ann"), Some("/root"), Some("/home/ann"), Some("/home/ann")),
            (Some("/elsewhere"), Some("/root"), Some("/home/ann"), Some("/elsewhere")),
            // sudo as it is set up on most systems.
            (Some("/root"), Some("/root"), Some("/home/ann"), Some("/home/ann")),
            (None, Some("/root"), Some("/home/ann"), Some("/home/ann")),
            (None, None, None, None),
        ];
        for (given, own, behind_sudo, expected) in table {
            let path = |text: Option<&str>| text.map(PathBuf::from);
            assert_eq!(choose(path(given), path(own), path(behind_sudo)), path(expected), "{given:?}");
        }
    }
}
