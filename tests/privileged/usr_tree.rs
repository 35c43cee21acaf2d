//! A tree in which this machine's programs run.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use blankslate::sys::mount::Mount;
use blankslate::sys::process::Program;

use crate::tooling::Scratch;

/// A tree with this machine's `/usr`, bound read-only.
pub(crate) struct UsrTree {
    mounts: Vec<Mount>,
    pub(crate) scratch: Scratch,
}

impl UsrTree {
    pub(crate) fn new() -> Self {
        let scratch = Scratch::new();
        let tree = scratch.make_dir("tree");
        fs::create_dir(tree.join("usr")).unwrap();
        fs::create_dir(tree.join("tmp")).unwrap();
        for link in ["bin", "lib", "lib64", "sbin"] {
            symlink(format!("usr/{link}"), tree.join(link)).unwrap();
        }
        let mounts = vec![Mount::bind_read_only(Path::new("/usr"), &tree.join("usr")).unwrap()];
        Self { mounts, scratch }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.scratch.join("tree")
    }

    /// What a shell script prints in a chroot of it.
    pub(crate) fn shell(&self, script: &str) -> String {
        printed(Program::new("sh").args(["-c", script]).chroot(self.path()))
    }

    /// What a shell script prints, confined to it.
    pub(crate) fn confined(&self, script: &str) -> String {
        printed(self.confined_program(script))
    }

    /// A shell script that is confined to it.
    pub(crate) fn confined_program(&self, script: &str) -> Program {
        Program::new("sh").args(["-c", script]).confined(self.path()).env_clear().env("PATH", PATH)
    }

    pub(crate) fn close(mut self) {
        self.mounts.drain(..).for_each(|mount| mount.close().unwrap());
    }
}

const PATH: &str = "/usr/bin:/usr/sbin:/bin:/sbin";

fn printed(program: Program) -> String {
    String::from_utf8(program.env_clear().env("PATH", PATH).output().unwrap()).unwrap()
}
