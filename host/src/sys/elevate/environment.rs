//! The environment of this process.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use anyhow::{Result, ensure};

use crate::sys::sysinfo;

/// Replaces this process's variables by those of `text`, which is what
/// `/proc/PID/environ` holds (`proc(5)`); those named in `keeping` stay as they are.
#[expect(unsafe_code, reason = "changing the environment")]
pub(super) fn replace(text: &[u8], keeping: &[&str]) -> Result<()> {
    ensure!(sysinfo::threads()? == 1, "the environment must be taken before threads are started");
    let kept: Vec<(&str, OsString)> =
        keeping.iter().filter_map(|&name| Some((name, env::var_os(name)?))).collect();
    let own: Vec<OsString> = env::vars_os().map(|(name, _)| name).collect();
    // SAFETY: there is one thread, so nobody reads the environment meanwhile.
    unsafe {
        own.iter().for_each(|name| env::remove_var(name));
        variables(text).for_each(|(name, value)| env::set_var(name, value));
        kept.iter().for_each(|(name, value)| env::set_var(name, value));
    }
    Ok(())
}

/// The variables of an environment: `NAME=value`, ended by zero bytes.
fn variables(text: &[u8]) -> impl Iterator<Item = (&OsStr, &OsStr)> {
    text.split(|&byte| byte == 0).filter_map(|entry| {
        let at = entry.iter().position(|&byte| byte == b'=').filter(|&at| at > 0)?;
        Some((OsStr::from_bytes(&entry[..at]), OsStr::from_bytes(&entry[at + 1..])))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_an_environment() {
        let text = b"A=1\0B=\0=odd\0nothing\0C=x=y\0D=\xff\0";
        let found: Vec<_> =
            variables(text).map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        let expected: [(&[u8], &[u8]); 4] = [(b"A", b"1"), (b"B", b""), (b"C", b"x=y"), (b"D", b"\xff")];
        assert_eq!(found, expected);
    }
}
