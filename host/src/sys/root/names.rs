//! Users and groups by the tree's own files.

use std::io::Read;
use std::path::Path;

use nix::Result;
use nix::errno::Errno;

use super::Root;
use super::handle::errno;

/// The largest passwd or group file that is read.
const MAX_SIZE: u64 = 16 << 20;

/// A user of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub uid: u32,
    /// The number of its first group.
    pub gid: u32,
    /// Its home directory.
    pub home: String,
    /// Its login shell.
    pub shell: String,
}

/// A group of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its number.
    pub gid: u32,
}

/// Looks a user up in the tree's `/etc/passwd`; absent if there is none of this name.
///
/// # Errors
///
/// Fails if the file cannot be read; a tree without it has no users.
pub fn find_user(root: &Root, name: &str) -> Result<Option<User>> {
    Ok(user_in(&database(root, "/etc/passwd")?, name))
}

/// Looks a group up in the tree's `/etc/group`; absent if there is none of this name.
///
/// # Errors
///
/// Fails if the file cannot be read; a tree without it has no groups.
pub fn find_group(root: &Root, name: &str) -> Result<Option<Group>> {
    Ok(group_in(&database(root, "/etc/group")?, name))
}

fn user_in(text: &str, name: &str) -> Option<User> {
    text.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let [found, _, uid, gid, _, home, shell] = fields[..] else { return None };
        let (uid, gid) = (uid.parse().ok()?, gid.parse().ok()?);
        (found == name).then(|| User { uid, gid, home: home.to_owned(), shell: shell.to_owned() })
    })
}

fn group_in(text: &str, name: &str) -> Option<Group> {
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (found, _, gid) = (fields.next()?, fields.next()?, fields.next()?.parse().ok()?);
        (found == name).then_some(Group { gid })
    })
}

fn database(root: &Root, path: &str) -> Result<String> {
    let file = match root.handle(Path::new(path), true) {
        Ok(handle) => handle.read()?,
        Err(Errno::ENOENT) => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    let mut contents = Vec::new();
    file.take(MAX_SIZE).read_to_end(&mut contents).map_err(|error| errno(&error))?;
    Ok(String::from_utf8_lossy(&contents).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_groups_are_found_by_name() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\nbroken line\nbob:x:1000:1001:Bob,,,:/home/bob:\n";
        let bob = User { uid: 1000, gid: 1001, home: "/home/bob".into(), shell: String::new() };
        assert_eq!(user_in(passwd, "bob"), Some(bob));
        assert_eq!(user_in(passwd, "bo"), None);
        let group = "root:x:0:\nadm:x:4:bob,root\n";
        assert_eq!(group_in(group, "adm"), Some(Group { gid: 4 }));
        assert_eq!(group_in(group, "x"), None);
    }
}
