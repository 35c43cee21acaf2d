//! A distribution small enough to build in a second, with a real chroot: a
//! shell and a few programs of the machine that runs the tests.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::Scratch;

/// Makes the tree.
const ROOT: &str = r#"#!/bin/bash
set -eu
cd "$TARGET_ROOT"
mkdir -p bin etc proc sys dev tmp root var/log lib lib64 usr/bin
for program in bash sh cat rm mkfifo env; do
    path=$(command -v "$program")
    cp -L "$path" "bin/$program"
    ldd "$path" | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p ".${library%/*}"
        [ -e ".$library" ] || cp -L "$library" ".$library"
    done
done
echo seed > etc/hostname
"#;

/// A place with the element `seed`, in which `slate` builds.
#[derive(Debug)]
pub(crate) struct Seed {
    pub(crate) scratch: Scratch,
}

impl Seed {
    /// A place with nothing but the distribution.
    pub(crate) fn new() -> Seed {
        let seed = Seed { scratch: Scratch::new() };
        for directory in ["elements/seed", "out", "bin", "tmp", "work"] {
            seed.scratch.make_dir(directory);
        }
        seed.file("seed/element-provides", "operating-system\n");
        seed.file("seed/root.d/10-seed", ROOT);
        seed
    }

    /// Writes a file of an element; one that is a script becomes a program.
    pub(crate) fn file(&self, path: &str, text: &str) {
        let path = self.scratch.join("elements").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let mode = if text.starts_with("#!") { 0o755 } else { 0o644 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// A hook of the element `probe`.
    pub(crate) fn hook(&self, path: &str, script: &str) {
        self.file(&format!("probe/{path}"), &format!("#!/bin/bash\nset -eu\n{script}\n"));
    }

    /// `slate` with these words.
    pub(crate) fn slate(&self, words: &str) -> Command {
        self.command(Path::new(env!("CARGO_BIN_EXE_slate")), words)
    }

    /// An old command, called by a link of its name.
    pub(crate) fn old(&self, name: &str, words: &str) -> Command {
        let link = self.scratch.join("bin").join(name);
        if !link.exists() {
            symlink(env!("CARGO_BIN_EXE_slate"), &link).unwrap();
        }
        self.command(&link, words)
    }

    /// Everything that it writes is in the scratch directory.
    fn command(&self, program: &Path, words: &str) -> Command {
        let mut command = Command::new(program);
        command.args(words.split_whitespace()).current_dir(self.scratch.path()).env_clear();
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", self.scratch.join("bin").display());
        command.env("PATH", path).env("ELEMENTS_PATH", self.scratch.join("elements"));
        for (name, directory) in
            [("TMP_DIR", "work"), ("XDG_CACHE_HOME", "cache"), ("TMPDIR", "tmp"), ("HOME", "home")]
        {
            command.env(name, self.scratch.join(directory));
        }
        command
    }

    /// The names in the directory of outputs, sorted.
    pub(crate) fn outputs(&self) -> Vec<String> {
        names(&self.scratch.join("out"))
    }

    /// A path in the directory of outputs.
    pub(crate) fn output(&self, name: &str) -> PathBuf {
        self.scratch.join("out").join(name)
    }
}

/// The names in a directory, sorted; none where there is no directory.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Runs a command that must succeed.
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", text(&output.stderr));
    output
}

/// What a program wrote.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
