//! What components ask to have in a deploy ramdisk, as files of the hooks
//! directory, where the elements that make a ramdisk look for it.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `init.d/11-slate-modules` | loads the modules, once `/proc`, `/sys` and udev are there |
//! | `init.d/NN-NAME` | a script |
//! | `udev.d/NAME.rules` | udev rules |
//! | `binary-deps.d/slate` | programs, one a line |
//! | `dracut-drivers.d/slate` | modules, one a line |

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};

use crate::plugin::Ramdisk;

/// Contents by path below the hooks directory.
type Files = BTreeMap<String, String>;

/// Position behind `10-start-base-system` of diskimage-builder's `ramdisk`.
const MODULES_SCRIPT: &str = "init.d/11-slate-modules";

/// The files that hold what was asked for so far.
#[derive(Debug, Default)]
pub struct Published(Mutex<Files>);

impl Published {
    /// Writes what is new into `hooks`.
    ///
    /// # Errors
    ///
    /// Fails if an element has a file of the same name, or it cannot be written.
    pub fn update(&self, wishes: &Ramdisk, hooks: &Path) -> Result<()> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (path, contents) in files(wishes) {
            if written.get(&path) == Some(&contents) {
                continue;
            }
            write(hooks, &path, &contents, written.contains_key(&path))?;
            written.insert(path, contents);
        }
        Ok(())
    }
}

fn write(hooks: &Path, path: &str, contents: &str, own: bool) -> Result<()> {
    let target = hooks.join(path);
    ensure!(
        own || target.symlink_metadata().is_err(),
        "the ramdisk cannot get {path}: a shell element of this build has a file of that name"
    );
    let context = || format!("writing {} for the ramdisk", target.display());
    target.parent().map_or(Ok(()), fs::create_dir_all).with_context(context)?;
    fs::write(&target, contents).with_context(context)
}

fn files(wishes: &Ramdisk) -> Files {
    let mut files = Files::new();
    if !wishes.modules.is_empty() {
        files.insert(MODULES_SCRIPT.to_owned(), modules_script(&wishes.modules));
        files.insert("dracut-drivers.d/slate".to_owned(), list(&wishes.modules));
    }
    if !wishes.programs.is_empty() {
        files.insert("binary-deps.d/slate".to_owned(), list(&wishes.programs));
    }
    let scripts = wishes.scripts.iter();
    files.extend(scripts.map(|it| (format!("init.d/{:02}-{}", it.order, it.name), ended(&it.contents))));
    let rules = wishes.udev_rules.iter();
    files.extend(rules.map(|(name, rules)| (format!("udev.d/{name}"), ended(&rules.contents))));
    files
}

/// The scripts of a ramdisk are put together into one, which goes on where a command fails.
fn modules_script(modules: &[String]) -> String {
    modules.iter().map(|module| format!("modprobe {module}\n")).collect()
}

fn list(names: &[String]) -> String {
    names.join("\n") + "\n"
}

/// With an end of the last line, so that what is put behind it starts a line.
fn ended(contents: &str) -> String {
    let end = if contents.is_empty() || contents.ends_with('\n') { "" } else { "\n" };
    format!("{contents}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::{InitScript, UdevRules};

    fn wishes() -> Ramdisk {
        let element = || "greeter".to_owned();
        let contents = "echo hello".to_owned();
        let script = InitScript { order: 5, name: "hello".to_owned(), contents, element: element() };
        let rules = UdevRules { contents: "# x\n".to_owned(), element: element() };
        Ramdisk {
            modules: vec!["mlx4_en".to_owned(), "ib_umad".to_owned()],
            scripts: vec![script],
            udev_rules: [("81-x.rules".to_owned(), rules)].into(),
            programs: vec!["ip".to_owned(), "/usr/sbin/ethtool".to_owned()],
        }
    }

    #[test]
    fn each_wish_has_its_file() {
        let hooks = tempfile::tempdir().unwrap();
        let published = Published::default();
        published.update(&Ramdisk::default(), hooks.path()).unwrap();
        assert_eq!(fs::read_dir(hooks.path()).unwrap().count(), 0, "no wish, no file");

        published.update(&wishes(), hooks.path()).unwrap();
        for (path, expected) in [
            ("init.d/05-hello", "echo hello\n"),
            ("init.d/11-slate-modules", "modprobe mlx4_en\nmodprobe ib_umad\n"),
            ("udev.d/81-x.rules", "# x\n"),
            ("binary-deps.d/slate", "ip\n/usr/sbin/ethtool\n"),
            ("dracut-drivers.d/slate", "mlx4_en\nib_umad\n"),
        ] {
            assert_eq!(fs::read_to_string(hooks.path().join(path)).unwrap(), expected, "{path}");
        }

        let mut more = wishes();
        more.modules.push("ib_uverbs".to_owned());
        published.update(&more, hooks.path()).unwrap();
        let drivers = fs::read_to_string(hooks.path().join("dracut-drivers.d/slate")).unwrap();
        assert_eq!(drivers, "mlx4_en\nib_umad\nib_uverbs\n");
    }

    #[test]
    fn a_file_of_a_shell_element_is_not_replaced() {
        let hooks = tempfile::tempdir().unwrap();
        fs::create_dir(hooks.path().join("init.d")).unwrap();
        fs::write(hooks.path().join("init.d/05-hello"), "theirs").unwrap();
        let error = Published::default().update(&wishes(), hooks.path()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the ramdisk cannot get init.d/05-hello: a shell element of this build has a file of that name"
        );
        assert_eq!(fs::read_to_string(hooks.path().join("init.d/05-hello")).unwrap(), "theirs");
    }
}
