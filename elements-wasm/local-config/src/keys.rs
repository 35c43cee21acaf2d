//! The ssh keys with which the caller logs in, for a user of the image.

use blankslate_sdk::rootfs::UserEntry;
use blankslate_sdk::{Error, Result, host_files, info, params, rootfs};

use crate::{find, lines};

/// The caller's keys on the build host.
const OF_THE_CALLER: &str = "~/.ssh/authorized_keys";

/// Lets the caller log in as the chosen user.
pub(crate) fn install() -> Result {
    let Some(given) = host_files::read(OF_THE_CALLER)? else {
        info!("the build host has no {OF_THE_CALLER}: the image gets no keys");
        return Ok(());
    };
    let name: String = params::get("user")?;
    let user = rootfs::find_user(&name)?.ok_or_else(|| no_such_user(&name))?;
    let folder = format!("{}/.ssh", make_home(&user)?);
    rootfs::directory(&folder).mode(0o700).owner(user.uid, user.gid).create()?;
    let file = format!("{folder}/authorized_keys");
    let contents = merged(find(&file)?.as_deref().unwrap_or_default(), &given);
    rootfs::file(&file).mode(0o600).owner(user.uid, user.gid).write(contents)?;
    info!("{name} has the keys of {OF_THE_CALLER} of the build host");
    Ok(())
}

/// The user's home directory, which is made if the image does not have it.
fn make_home(user: &UserEntry) -> Result<&str> {
    let home = user.home.trim_end_matches('/');
    if !home.is_empty() && rootfs::metadata(home)?.is_none() {
        rootfs::directory(home).mode(0o755).owner(user.uid, user.gid).create()?;
    }
    Ok(home)
}

/// The keys that are there, and the caller's that are not among them.
fn merged(present: &[u8], given: &[u8]) -> Vec<u8> {
    if present.is_empty() {
        return given.to_vec();
    }
    lines::appended(present, given.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()))
}

fn no_such_user(name: &str) -> Error {
    Error::new(format!("the image has no user '{name}' who could get the caller's ssh keys")).hint(
        "choose another with --set local-config.user=NAME, or add an element that makes this one before \
         install.d/62",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_taken_over_once() {
        let given = "# mine\nssh-ed25519 A me\n\nssh-rsa B me";
        let table = [
            ("", given),
            (given, given),
            ("ssh-rsa C other", "ssh-rsa C other\n# mine\nssh-ed25519 A me\nssh-rsa B me\n"),
            ("ssh-rsa B me\n", "ssh-rsa B me\n# mine\nssh-ed25519 A me\n"),
        ];
        for (present, expected) in table {
            let once = merged(present.as_bytes(), given.as_bytes());
            assert_eq!(String::from_utf8_lossy(&once), expected, "{present:?}");
            assert_eq!(merged(&once, given.as_bytes()), once, "a second time changes nothing");
        }
    }
}
