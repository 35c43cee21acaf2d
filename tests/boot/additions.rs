//! What the image has besides a plain Debian: the caller's keys and proxies by
//! `local-config`, drivers by `mellanox`, and an element that an author has just
//! made, with what the booted system shows of them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::boots::make_key;
use crate::command;
use crate::facts::{Facts, Question};
use crate::machine::{Login, Machine};
use crate::mirrors::mirror;
use crate::tooling::Scratch;

/// The user who gets the caller's keys, and whose profile gets the proxies.
const USER: &str = "stack";

/// The element that makes the user.
const USER_ELEMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/boot/stack");

/// A proxy that nobody asks.
const PROXY: &str = "http://proxy.example.org:3128/";

/// How long compiling an element may take, with all that it depends on.
const COMPILING: Duration = Duration::from_secs(600);

const MODULES: [&str; 6] = ["mlx4_en", "mlx4_ib", "ib_ipoib", "mlx5_ib", "ib_umad", "ib_uverbs"];

const QUESTIONS: &[Question] = &[
    ("user", "id -un"),
    ("keys", "stat -c '%a %U %n' .ssh .ssh/authorized_keys"),
    ("profile", "bash -lc 'echo $http_proxy $https_proxy $no_proxy'"),
    ("apt", "apt-config dump Acquire --format '%F %v%n'"),
    ("modules", "cut -d' ' -f1 /proc/modules"),
    ("rules", "udevadm test --action=add /sys/class/net/lo 2>&1 | grep ^run:"),
    (
        "programs",
        "PATH=$PATH:/usr/sbin; command -v ibv_devices ibstat mstflint opensm ib_write_bw srp_daemon",
    ),
    ("motd", "cat /etc/motd"),
];

/// Whoever builds the image.
#[derive(Debug)]
pub(crate) struct Caller {
    home: PathBuf,
    key: PathBuf,
    /// Reached without a proxy.
    direct: String,
}

impl Caller {
    /// With a home in the scratch directory, whose ssh lets one key in.
    pub(crate) fn new(scratch: &Scratch) -> Caller {
        let ssh = scratch.make_dir("home/.ssh");
        let key = make_key(&ssh);
        fs::copy(key.with_extension("pub"), ssh.join("authorized_keys")).expect("letting the key in");
        Caller { home: scratch.join("home"), key, direct: archives().join(",") }
    }

    /// The environment of the build: downloads are kept where they always are.
    pub(crate) fn environment(&self) -> Vec<(&str, PathBuf)> {
        let home = || env::home_dir().expect("there is a home directory").join(".cache");
        let cache = env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from);
        let proxies = [("http_proxy", PROXY), ("https_proxy", PROXY), ("no_proxy", &self.direct)];
        let proxies = proxies.map(|(name, value)| (name, PathBuf::from(value)));
        [("HOME", self.home.clone()), ("XDG_CACHE_HOME", cache)].into_iter().chain(proxies).collect()
    }

    /// Logs in with the key and asks.
    pub(crate) fn ask(&self, machine: &Machine) -> Facts {
        Facts::ask(machine, &Login { user: USER, key: &self.key }, QUESTIONS)
    }
}

/// The words of `slate build` for all of it.
pub(crate) fn words(scratch: &Scratch) -> Vec<String> {
    let user = format!("local-config.user={USER}");
    let element = authored(scratch.path());
    [USER_ELEMENT, "local-config", "mellanox", &element, "--set", &user].map(str::to_owned).to_vec()
}

/// The hosts of Debian's archive, which the build reaches as it always does.
fn archives() -> Vec<String> {
    let host = |suite| {
        let mirror = mirror(suite);
        let (_, rest) = mirror.split_once("://").expect("the address of a mirror");
        rest.split(['/', ':']).next().unwrap_or_default().to_owned()
    };
    let mut hosts = ["bookworm", "bookworm-security"].map(host).to_vec();
    hosts.dedup();
    hosts
}

/// A new element as `slate element new` makes it, compiled.
fn authored(directory: &Path) -> String {
    slate(directory, &["element", "new", "--lang", "rust", "hello"]);
    slate(directory, &["element", "build", "hello"]);
    "./hello/hello.wasm".to_owned()
}

/// Runs the program as an author does.
pub(crate) fn slate(directory: &Path, words: &[&str]) {
    let slate = Path::new(env!("CARGO_BIN_EXE_slate"));
    // Beside the host's profiles, where what the built-in elements depend on was compiled.
    let target = slate.ancestors().nth(2).expect("slate is in a profile's directory").join("guests");
    let mut author = Command::new(slate);
    author.args(words).current_dir(directory).env("CARGO_TARGET_DIR", target);
    command::output(&mut author, COMPILING);
}

pub(crate) fn key_logs_in(facts: &Facts) {
    assert_eq!(facts.get("user"), USER);
    assert_eq!(facts.get("keys"), "700 stack .ssh\n600 stack .ssh/authorized_keys");
}

pub(crate) fn proxies_are_set(facts: &Facts) {
    let direct = format!("{},192.0.2.1", archives().join(","));
    assert_eq!(facts.get("profile"), format!("{PROXY} {PROXY} {direct}"));
    let apt = facts.get("apt");
    let hosts = direct.split(',').map(|host| format!("Acquire::http::Proxy::{host} DIRECT"));
    let proxies = ["http", "https"].map(|scheme| format!("Acquire::{scheme}::Proxy {PROXY}"));
    for line in proxies.into_iter().chain(hosts) {
        assert!(apt.lines().any(|said| said == line), "{line} is not in:\n{apt}");
    }
}

pub(crate) fn drivers_are_there(facts: &Facts) {
    let loaded = facts.get("modules");
    for module in MODULES {
        assert!(loaded.lines().any(|name| name == module), "{module} is not in:\n{loaded}");
    }
    let rules = facts.get("rules");
    let rule = format!("run: 'kmod load {}'", MODULES.join(" "));
    assert!(rules.contains(&rule), "{rule} is not in:\n{rules}");
    assert_eq!(facts.get("programs").lines().count(), 6, "{}", facts.get("programs"));
}

/// What a new element does when nothing was changed in it.
pub(crate) fn greets(facts: &Facts) {
    assert_eq!(facts.get("motd"), "welcome");
}
