//! The environment that shell hooks see: DIB's contract, and nothing of the
//! caller's environment beyond what the plan passes on.

mod quoting;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::plan::layout::FsKind;
use crate::plan::{Layout, Plan, secret};
use crate::shell::apt;
use crate::shell::library::Library;
use crate::spec::Checksum;
use crate::sys::process::SYSTEM_PATH;
use crate::workspace::Workspace;

/// Variables by name.
pub type Environment = BTreeMap<String, String>;

/// `IMAGE_TYPE`, unless the caller has it: it does not follow the formats that
/// are asked for, of which there may be several.
const IMAGE_TYPE: &str = "qcow2";

/// What the contract needs beyond the plan.
#[derive(Clone, Debug)]
pub struct Surroundings<'a> {
    /// The build's directories.
    pub workspace: &'a Workspace,
    /// Directory of each planned element, in plan order.
    pub element_directories: &'a [(String, PathBuf)],
    /// Who the caller is: `HOME`, `USER`.
    pub caller: &'a Environment,
    /// What the library directory gives.
    pub library: &'a Library,
    /// Where downloads and cached trees of shell elements live, unless the
    /// caller says (`DIB_IMAGE_CACHE`).
    pub image_cache: &'a Path,
    /// Where elements lock what builds share, unless the caller says (`DIB_LOCKFILES`).
    pub lock_files: &'a Path,
    /// Whether the network must not be used (`DIB_OFFLINE`).
    pub offline: bool,
    /// The arguments of the command, for the manifests (`DIB_ARGS`).
    pub arguments: &'a str,
    /// The caller's variables, without those that flags set, for the manifests (`DIB_ENV`).
    pub given: &'a Environment,
}

/// The variables of all phases.
pub fn contract(plan: &Plan, around: &Surroundings<'_>) -> Environment {
    let mut env: Environment = plan.environment.clone();
    let dirs = around.workspace;
    let root = plan.layout.root();
    let names: Vec<&str> = plan.elements.iter().map(|element| element.name.as_str()).collect();
    let mut set = |name: &str, value: String| {
        env.insert(name.to_owned(), value);
    };
    set("ARCH", plan.arch.to_string());
    set("TMP_BUILD_DIR", text(dirs.build_directory()));
    set("TMP_MOUNT_PATH", text(&dirs.mount_point()));
    set("TMP_HOOKS_PATH", text(&dirs.hooks()));
    set("TMP_IMAGE_DIR", text(&dirs.image()));
    set("IMAGE_NAME", plan.image_name.clone());
    set("IMAGE_ELEMENT", names.join(" "));
    set("IMAGE_ELEMENT_YAML", element_yaml(around.element_directories));
    set("FS_TYPE", plan.disk.root_file_system.clone().unwrap_or_else(|| FsKind::default().to_string()));
    set("_LIB", text(&dirs.library()));
    set("LC_ALL", "C".to_owned());
    set("DIB_ARGS", around.arguments.to_owned());
    set("DIB_ENV", dib_env(around.given, around.arguments, &text(&around.library.python)));
    set("DIB_PYTHON_EXEC", text(&around.library.python));
    set("ELEMENTS_PATH", text(&dirs.elements()));
    set("PYTHONHASHSEED", "0".to_owned());
    set("DIB_OFFLINE", if around.offline { "1".to_owned() } else { String::new() });
    set("DIB_ROOT_LABEL", root.map(|fs| fs.label.clone()).unwrap_or_default());
    set("DIB_ROOT_FSTYPE", root.map(|fs| fs.kind).unwrap_or_default().to_string());
    set("DIB_BOOT_LABEL", boot_label(&plan.layout));
    set("DIB_MOUNTPOINTS", mount_points(&plan.layout));
    set("DIB_BLOCK_DEVICE_PARAMS_YAML", text(&dirs.block_device_parameters()));
    set(Checksum::VARIABLE, Checksum::choice(&plan.checksums).to_owned());
    let mut default = |name: &str, value: String| {
        env.entry(name.to_owned()).or_insert(value);
    };
    default("DIB_DEBUG_TRACE", "0".to_owned());
    default("IMAGE_TYPE", IMAGE_TYPE.to_owned());
    default("DIB_IMAGE_CACHE", text(around.image_cache));
    default("DIB_LOCKFILES", text(around.lock_files));
    for (name, value) in around.caller {
        default(name, value.clone());
    }
    env
}

/// The two bash functions that the contract exports outside the chroot, in
/// the form in which bash takes functions from its environment.
pub fn exported_functions(element_directories: &[(String, PathBuf)]) -> Environment {
    let array: Vec<String> =
        element_directories.iter().map(|(name, path)| format!("[{name}]={}", path.display())).collect();
    let listing = format!("() {{ echo '{}'; }}", array.join(" ").replace('\'', r"'\''"));
    let die =
        "() { local status=$?; set +x; echo \"$@\"; [ \"$status\" -ne 0 ] || status=1; exit \"$status\"; }";
    Environment::from([
        ("BASH_FUNC_get_image_element_array%%".to_owned(), listing),
        ("BASH_FUNC_die%%".to_owned(), die.to_owned()),
    ])
}

/// What diskimage-builder's shell library takes from its caller where it makes
/// a ramdisk in the chroot. Nothing of it has a meaning there, but for the file
/// that the ramdisk is written to before it gets its name.
const OF_SHELL_LIBRARY: [(&str, &str); 4] = [
    ("EXTRA_DETACH", ""),
    ("EXTRA_UNMOUNT", ""),
    ("TMP_IMAGE_PATH", "/tmp/ramdisk-image"),
    ("_BASE_ELEMENT_DIR", ""),
];

/// Variables that name directories of the build host, where programs in the
/// chroot would look for them.
const OF_HOST: [&str; 3] = ["TMPDIR", "TMP_DIR", "VIRTUAL_ENV"];

/// Changes `env` to what a hook inside the chroot sees.
pub fn inside_chroot(env: &mut Environment) {
    for (name, value) in OF_SHELL_LIBRARY {
        env.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    env.insert("HOME".to_owned(), "/root".to_owned());
    env.retain(|name, _| !OF_HOST.contains(&name.as_str()));
    env.insert("PATH".to_owned(), SYSTEM_PATH.to_owned());
    env.entry(apt::VARIABLE.to_owned()).or_insert_with(apt::settings_file);
}

/// The parameters of the block device, as [`contract`] says where they are.
pub fn block_device_parameters(env: &Environment) -> String {
    let value = |name: &str| env.get(name).map_or("", String::as_str);
    let pairs = [
        ("image-dir", value("TMP_IMAGE_DIR")),
        ("root-fs-type", value("FS_TYPE")),
        ("root-label", value("DIB_ROOT_LABEL")),
        ("mount-base", value("TMP_MOUNT_PATH")),
        ("build-dir", value("TMP_BUILD_DIR")),
    ];
    pairs.map(|(key, value)| format!("{key}: {value}\n")).concat()
}

/// Label of the file system at `/boot`; empty where it is none of its own.
fn boot_label(layout: &Layout) -> String {
    let boot = layout.mounts().into_iter().find(|(point, _)| *point == Path::new("/boot"));
    boot.map(|(_, fs)| fs.label.clone()).unwrap_or_default()
}

/// The mount points, parents first, with `|` between them.
fn mount_points(layout: &Layout) -> String {
    let points: Vec<String> = layout.mounts().into_iter().map(|(point, _)| text(point)).collect();
    points.join("|")
}

/// `{debian: /path, vm: /path}`: YAML's flow notation, one line.
fn element_yaml(directories: &[(String, PathBuf)]) -> String {
    let entries: Vec<String> =
        directories.iter().map(|(name, path)| format!("{name}: {}", path.display())).collect();
    format!("{{{}}}", entries.join(", "))
}

/// The caller's `DIB_*` values as bash declares them, with the two that
/// diskimage-builder has set before it looks. Elements write this into the
/// image: names that look like secrets are left out, and so are passwords of
/// URLs.
fn dib_env(given: &Environment, arguments: &str, python: &str) -> String {
    let mut environment = given.clone();
    environment.insert("DIB_ARGS".to_owned(), arguments.to_owned());
    environment.insert("DIB_PYTHON_EXEC".to_owned(), python.to_owned());
    let told = environment.iter().filter(|(name, _)| name.starts_with("DIB_") && !secret::is_secret(name));
    told.map(|(name, value)| format!("declare -x {name}={}", quoting::declared(&secret::shown(name, value))))
        .collect::<Vec<_>>()
        .join("\n")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn element_yaml_is_one_flow_mapping() {
        let directories =
            [("debian".to_owned(), PathBuf::from("/a/debian")), ("vm".to_owned(), PathBuf::from("/b/vm"))];
        assert_eq!(element_yaml(&directories), "{debian: /a/debian, vm: /b/vm}");
    }

    #[test]
    fn secrets_do_not_reach_the_manifest_variable() {
        let environment = Environment::from([
            ("DIB_DEV_USER_PASSWORD".to_owned(), "hunter2".to_owned()),
            ("DIB_PYPI_MIRROR_URL".to_owned(), "https://me:hunter2@pypi.example/simple".to_owned()),
            ("DIB_RELEASE".to_owned(), "it's $5 \"x\"".to_owned()),
            ("http_proxy".to_owned(), "http://proxy".to_owned()),
        ]);
        let expected = r#"declare -x DIB_ARGS="-o x debian"
declare -x DIB_PYPI_MIRROR_URL="https://me:***@pypi.example/simple"
declare -x DIB_PYTHON_EXEC="/usr/bin/python3"
declare -x DIB_RELEASE="it's \$5 \"x\"""#;
        assert_eq!(dib_env(&environment, "-o x debian", "/usr/bin/python3"), expected);
    }

    #[test]
    fn the_chroot_has_its_own_home_and_path() {
        let mut env = Environment::from([
            ("HOME".to_owned(), "/home/me".to_owned()),
            ("TMPDIR".to_owned(), "/x".to_owned()),
            ("TMP_DIR".to_owned(), "/y".to_owned()),
        ]);
        inside_chroot(&mut env);
        assert_eq!(env.get("HOME").map(String::as_str), Some("/root"));
        assert_eq!(env.get("PATH").map(String::as_str), Some(SYSTEM_PATH));
        assert!(!env.contains_key("TMPDIR") && !env.contains_key("TMP_DIR"));
    }
}
