//! A self-contained component with declarations inside it, in real builds.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use crate::element::{kept, make, os, tests};
use crate::image::{Entry, tree};
use crate::tooling::Scratch;

/// A hook of the element that `carried` depends on, which does what `install-static` does.
const NEIGHBOUR: &str = "#!/bin/sh\ncat /tmp/in_target.d/static/etc/carried > /etc/carried\n";

/// What the component alone brings into an image.
const BROUGHT: [(&str, &str); 3] = [
    ("etc/carried", "from static\n"),
    ("etc/carried-note", "tool-of-os is installed: true\n"),
    ("var/lib/os/tool-of-os", "installed\n"),
];

/// A place with the component, and nothing else of its element.
struct Place {
    scratch: Scratch,
}

impl Place {
    fn new() -> Place {
        let scratch = Scratch::new();
        let component = make("carried", "rust", &tests().join("rust/carried"));
        fs::copy(component, scratch.join("carried.wasm")).expect("copying the component");
        let hook = scratch.make_dir("elements/neighbour/install.d").join("50-neighbour");
        fs::write(&hook, NEIGHBOUR).expect("writing a hook");
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("making a hook a program");
        Place { scratch }
    }

    /// Runs the program under a name; it makes `image.tar`, which is checked.
    fn build(&self, name: &str, words: &[&str]) {
        let link = self.scratch.join(name);
        symlink(env!("CARGO_BIN_EXE_slate"), &link).expect("linking the command");
        let mut command = Command::new(link);
        command.args(words).current_dir(self.scratch.path()).env_clear();
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", self.scratch.path());
        command.env("ELEMENTS_PATH", "elements").env("TMP_DIR", self.scratch.make_dir("work"));
        let output = command.env("XDG_CACHE_HOME", kept().join("cache")).output().expect("running slate");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}:\n{told}");
        let image = tree(&self.scratch.join("image.tar"), &self.scratch.join("tree"));
        for (path, text) in BROUGHT {
            assert_eq!(image.get(path).and_then(Entry::text), Some(text), "{name}: /{path}\n{told}");
        }
    }
}

#[test]
fn slate_builds_with_it() {
    Place::new().build("slate", &["build", "-t", "tar", "-o", "image.tar", &os_path(), "./carried.wasm"]);
}

#[test]
fn disk_image_create_takes_it_for_an_element() {
    let words = ["-n", "-t", "tar", "-o", "image", &os_path(), "./carried.wasm"];
    Place::new().build("disk-image-create", &words);
}

#[test]
fn a_definition_of_images_takes_it_for_an_element() {
    let place = Place::new();
    let definition = format!(
        "- {{imagename: image, types: [tar], skip-base: true, elements: ['{}', './carried.wasm']}}\n",
        os_path()
    );
    fs::write(place.scratch.join("images.yaml"), definition).expect("writing the definition");
    place.build("diskimage-builder", &["images.yaml"]);
}

fn os_path() -> String {
    os().to_str().expect("a path in UTF-8").to_owned()
}
