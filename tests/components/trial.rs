//! Runs the hooks of guest programs on a small tree.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock};

use blankslate::element::capability::Grant;
use blankslate::element::{Library, Phase};
use blankslate::plan::{Plan, PlannedCache, plan};
use blankslate::plugin::{BootLoader, Devices, HookContext, Limit, Limits, Runner, Setting};
use blankslate::report::{FailureCause, HookOutput, Report};
use blankslate::spec::{Format, Given, ImageSpec};
use blankslate_element_build::{Guests, Route, embed_manifest};

use crate::tooling::Scratch;

/// The folder of the guest programs.
pub(crate) const GUESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/components/guests");

/// Every guest program as a component, compiled when the first test needs one.
static COMPONENTS: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("guests");
    let route = Route::find().unwrap_or_else(|error| panic!("{error}"));
    let guests = Guests::new(Path::new(GUESTS).join("Cargo.toml"), target).examples().build(&route);
    let guests = guests.expect("compiling the guest programs");
    guests.iter().map(|guest| (guest.name.clone(), guest.component().expect("a component"))).collect()
});

/// A guest program's bytes.
pub(crate) fn component(guest: &str) -> &'static [u8] {
    COMPONENTS.get(guest).unwrap_or_else(|| panic!("there is no guest program '{guest}'"))
}

/// A guest program's bytes in which a text is replaced by one of the same length.
pub(crate) fn patched(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        at += found;
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// A trial of one or more elements.
pub(crate) struct Trial {
    scratch: Scratch,
    spec: ImageSpec,
    limits: Limits,
    offline: bool,
    home: Option<PathBuf>,
}

impl Trial {
    /// A trial on a tree with a passwd and a group file.
    pub(crate) fn new() -> Trial {
        assert!(
            nix::unistd::geteuid().is_root(),
            "elements give files to users and run programs in chroots, which needs root; run: sudo -E env \"PATH=$PATH\" cargo test --release --test components"
        );
        let scratch = Scratch::new();
        for (path, text) in [
            ("tree/etc/passwd", "root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n"),
            ("tree/etc/group", "root:x:0:\nstaff:x:50:bob\n"),
            ("secret", "secret"),
        ] {
            scratch.make_dir(Path::new(path).parent().unwrap().to_str().unwrap());
            fs::write(scratch.join(path), text).unwrap();
        }
        let spec = ImageSpec {
            output: scratch.join("image.raw"),
            formats: vec![Format::Raw],
            ..ImageSpec::default()
        };
        Trial { scratch, spec, limits: Limits::default(), offline: false, home: None }
    }

    /// The same beside an element of shell that makes a tree with one file, for images.
    pub(crate) fn beside_a_system() -> Trial {
        let mut trial = Trial::new();
        let system = trial.scratch.make_dir("elements/system");
        let hook = trial.scratch.make_dir("elements/system/root.d").join("10-make");
        fs::write(system.join("element-provides"), "operating-system\n").unwrap();
        fs::write(&hook, "#!/bin/sh\necho made > \"$TARGET_ROOT/made\"\n").unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
        trial.spec.elements.push(system.to_str().unwrap().to_owned());
        trial
    }

    /// A path beside the tree.
    pub(crate) fn join(&self, path: &str) -> PathBuf {
        self.scratch.join(path)
    }

    /// What `slate` printed; see [`Scratch::masked`].
    pub(crate) fn masked(&self, printed: &[u8]) -> String {
        self.scratch.masked(printed)
    }

    /// Copies a program of this machine into the tree, with the libraries that it needs.
    pub(crate) fn add_program(&self, program: &str) {
        let listed = Command::new("ldd").arg(program).output().expect("running ldd");
        let listed = String::from_utf8(listed.stdout).unwrap();
        let libraries = listed.split_whitespace().filter(|word| word.starts_with('/'));
        for file in libraries.chain([program]) {
            let to = self.tree().join(file.trim_start_matches('/'));
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(file, to).unwrap();
        }
    }

    /// The tree.
    pub(crate) fn tree(&self) -> PathBuf {
        self.scratch.join("tree")
    }

    /// Adds an element of a guest program, with hooks of the install phase.
    pub(crate) fn element(self, guest: &str, hooks: &[&str], manifest: &str) -> Trial {
        let hooks = hooks.iter().map(|hook| hook_entry("install", hook)).collect::<String>();
        self.manifest(guest, &format!("{manifest}\n{hooks}"))
    }

    /// Adds an element of a guest program with the rest of its manifest.
    pub(crate) fn manifest(mut self, guest: &str, manifest: &str) -> Trial {
        let provides = if self.spec.elements.is_empty() { "provides = ['operating-system']" } else { "" };
        let head = format!("name = '{guest}'\nversion = '0.1.0'\napi = '0.1'\n{provides}\n");
        let folder = self.scratch.make_dir(&format!("elements/{guest}"));
        fs::write(folder.join("element.toml"), format!("{head}{manifest}")).unwrap();
        fs::write(folder.join(format!("{guest}.wasm")), component(guest)).unwrap();
        self.spec.elements.push(folder.to_str().unwrap().to_owned());
        self
    }

    /// Adds an element that `slate` carries.
    pub(crate) fn builtin(mut self, name: &str) -> Trial {
        self.spec.elements.push(name.to_owned());
        self
    }

    /// Adds a self-contained component.
    pub(crate) fn self_contained(self, guest: &str, bytes: &[u8], manifest: &str) -> Trial {
        let path = self.scratch.join(format!("{guest}.wasm"));
        fs::write(&path, embed_manifest(bytes.to_vec(), manifest)).unwrap();
        self.path(&path)
    }

    /// Adds an element by its path.
    pub(crate) fn path(mut self, path: &Path) -> Trial {
        self.spec.elements.push(path.to_str().unwrap().to_owned());
        self
    }

    /// Adds a file to the last element.
    pub(crate) fn file(self, path: &str, text: &str) -> Trial {
        let folder = self.spec.elements.last().expect("an element");
        fs::write(Path::new(folder).join(path), text).unwrap();
        self
    }

    /// Grants a capability.
    pub(crate) fn grant(mut self, element: &str, grant: &str) -> Trial {
        let grant: Grant = grant.parse().expect("a grant");
        self.spec.grants.push(Given::by_flag((element.to_owned(), grant)));
        self
    }

    /// Sets a parameter.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Trial {
        self.spec.settings.push(Given::by_flag((name.to_owned(), value.to_owned())));
        self
    }

    /// Sets a variable of the caller's environment.
    pub(crate) fn environment(mut self, name: &str, value: &str) -> Trial {
        self.spec.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Changes a limit.
    pub(crate) fn limit(mut self, limit: Limit, value: u64) -> Trial {
        self.limits.set(limit, value);
        self
    }

    /// Takes the network away.
    pub(crate) fn offline(mut self) -> Trial {
        self.offline = true;
        self
    }

    /// Gives the caller a home.
    pub(crate) fn home(mut self, path: &str) -> Trial {
        self.home = Some(self.scratch.make_dir(path));
        self
    }

    /// Builds an image with the command itself.
    pub(crate) fn build(&self, options: &[&str]) -> Output {
        self.command(options).output().expect("running slate")
    }

    /// The command that builds an image.
    pub(crate) fn command(&self, options: &[&str]) -> Command {
        let mut slate = self.program(env!("CARGO_BIN_EXE_slate").as_ref());
        slate.args(["build", "--no-tmpfs", "-t", "tar", "-o", "image", "--cache-dir", "cache"]);
        slate.arg("--work-dir").arg(self.join("work")).args(options).args(&self.spec.elements);
        slate
    }

    /// The same for a command of diskimage-builder, `-o image` and what it takes besides.
    pub(crate) fn old(&self, name: &str, options: &[&str]) -> Command {
        let link = self.join(name);
        if !link.exists() {
            symlink(env!("CARGO_BIN_EXE_slate"), &link).unwrap();
        }
        let mut command = self.program(&link);
        command.args(["--no-tmpfs", "-t", "tar", "-o", "image"]).args(options).args(&self.spec.elements);
        command.env("TMP_DIR", self.scratch.make_dir("work")).env("XDG_CACHE_HOME", self.join("cache"));
        command
    }

    fn program(&self, path: &Path) -> Command {
        let mut command = Command::new(path);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").current_dir(self.scratch.path());
        command
    }

    /// Plans the elements.
    pub(crate) fn prepare(self) -> Result<Prepared, String> {
        let plan = plan(self.spec, &Library::default()).map_err(|error| error.to_string())?;
        let key = |cache: &PlannedCache| (cache.element.clone(), cache.name.clone());
        let caches = plan.caches.iter().map(|cache| (key(cache), self.scratch.make_dir(&cache.name)));
        let setting = Setting {
            compiled: compiled(),
            downloads: self.scratch.join("downloads"),
            scratch: self.scratch.join("scratch"),
            caches: caches.collect(),
            image_name: "image".to_owned(),
            root_label: "cloudimg-rootfs".to_owned(),
            home: self.home,
            offline: self.offline,
            limits: self.limits,
        };
        Ok(Prepared { scratch: self.scratch, plan, setting })
    }

    /// Plans and loads the elements.
    pub(crate) fn load(self) -> Result<Loaded, String> {
        let prepared = self.prepare()?;
        let runner = prepared.runner()?;
        let Prepared { scratch, plan, .. } = prepared;
        Ok(Loaded { scratch, plan, runner, output: output(), boot_loader: None })
    }

    /// The same, for elements that load.
    pub(crate) fn start(self) -> Loaded {
        self.load().unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Where components are kept that were compiled for the tests.
pub(crate) fn compiled() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled")
}

/// Elements that are planned.
pub(crate) struct Prepared {
    scratch: Scratch,
    plan: Plan,
    setting: Setting,
}

impl Prepared {
    /// Loads their components.
    pub(crate) fn runner(&self) -> Result<Runner, String> {
        Runner::new(&self.plan, self.setting.clone()).map_err(|error| format!("{error:#}"))
    }
}

/// A hook of a manifest.
pub(crate) fn hook_entry(phase: &str, hook: &str) -> String {
    format!("[[hooks]]\nphase = '{phase}'\norder = 50\nname = '{hook}'\n")
}

fn output() -> HookOutput {
    let report = Report::silent();
    let phase = report.phase(Phase::Install, 1);
    let hook = phase.hook("trial", "50-trial", blankslate::element::HookKind::Component);
    hook.output().clone()
}

/// Elements that are loaded.
pub(crate) struct Loaded {
    scratch: Scratch,
    pub(crate) plan: Plan,
    pub(crate) runner: Runner,
    pub(crate) output: HookOutput,
    pub(crate) boot_loader: Option<Arc<dyn BootLoader>>,
}

impl Loaded {
    /// What hooks of a phase get.
    pub(crate) fn context(&self, phase: Phase) -> HookContext {
        HookContext {
            phase,
            tree: self.scratch.join("tree"),
            variables: BTreeMap::new(),
            devices: Devices::default(),
            output: self.output.clone(),
            distribution: None,
            boot_loader: self.boot_loader.clone(),
            rehearsal: None,
        }
    }

    /// Runs a hook of the install phase.
    pub(crate) fn run(&self, element: &str, hook: &str) -> Result<(), FailureCause> {
        self.run_in(Phase::Install, element, hook)
    }

    /// Runs a hook.
    pub(crate) fn run_in(&self, phase: Phase, element: &str, hook: &str) -> Result<(), FailureCause> {
        let is_wanted = |name: &str| name.split_once('-').is_some_and(|(_, name)| name == hook);
        let planned = self.plan.hooks(phase).iter().find(|it| it.element == element && is_wanted(&it.name));
        self.runner.run(planned.expect("a hook of the plan"), &self.context(phase))
    }

    /// Runs a hook of the install phase that must succeed.
    pub(crate) fn succeed(&self, element: &str, hook: &str) {
        if let Err(cause) = self.run(element, hook) {
            panic!("{element} {hook}: {cause}\n{}", self.output.tail().join("\n"));
        }
    }

    /// What a hook of the install phase returns as its error.
    pub(crate) fn returned(&self, element: &str, hook: &str) -> String {
        match self.run(element, hook) {
            Err(FailureCause::Returned(error)) => error,
            other => panic!("{element} {hook}: {other:?}"),
        }
    }

    /// What a hook of the install phase traps with.
    pub(crate) fn trapped(&self, element: &str, hook: &str) -> String {
        match self.run(element, hook) {
            Err(FailureCause::Trap(trap)) => trap,
            other => panic!("{element} {hook}: {other:?}"),
        }
    }

    /// The text of a file of the tree.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The names in a directory of the tree, sorted.
    pub(crate) fn names(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut names: Vec<_> = entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A path of this machine for a path in the tree.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.scratch.join("tree").join(path.trim_start_matches('/'))
    }

    /// A path beside the tree.
    pub(crate) fn beside(&self, path: &str) -> PathBuf {
        self.scratch.join(path)
    }
}
