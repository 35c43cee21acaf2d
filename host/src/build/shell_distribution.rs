//! A distribution made of shell elements, as components see it: its own
//! `install-packages` does the work, in the chroot.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, ensure};

use crate::plugin::{Distribution, HostDistribution, Identity, Lines};
use crate::report::{HookOutput, Stream};
use crate::shell::environment::Environment;
use crate::shell::{hooks_dir, sourcing};
use crate::sys::process::{self, CommandFailed, Ended, Exit, Program};
use crate::sys::stop::Stop;

/// Families by distribution: what `pkg-map` files of DIB's elements call them.
const FAMILIES: [(&str, &[&str]); 4] = [
    ("debian", &["debian", "ubuntu"]),
    ("redhat", &["almalinux", "centos", "fedora", "openeuler", "rhel", "rhel7", "rocky"]),
    ("suse", &["opensuse", "sles"]),
    ("gentoo", &["gentoo"]),
];

/// The shell distribution of a tree.
#[derive(Clone, Debug)]
pub struct ShellDistribution {
    tree: PathBuf,
    hooks: PathBuf,
    contract: Environment,
    /// The contract as `environment.d` changes it; sourced when first needed.
    env: Arc<OnceLock<Environment>>,
    output: ShellOutput,
    /// When its programs are to end.
    stop: Stop,
}

/// Where what the programs print goes.
#[derive(Clone)]
struct ShellOutput(Lines);

impl std::fmt::Debug for ShellOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShellOutput")
    }
}

impl ShellDistribution {
    /// The distribution of `tree`, called with the contract's variables for a
    /// chroot phase and what `environment.d` below `hooks` makes of them.
    pub fn new(
        tree: PathBuf,
        hooks: PathBuf,
        contract: Environment,
        output: &HookOutput,
    ) -> ShellDistribution {
        let output = output.clone();
        let output = ShellOutput(Arc::new(move |stream, line| output.line(stream, line)));
        ShellDistribution { tree, hooks, contract, env: Arc::default(), output, stop: Stop::default() }
    }

    fn env(&self) -> Result<&Environment> {
        if let Some(env) = self.env.get() {
            return Ok(env);
        }
        let mut sink = |line: &str| (self.output.0)(Stream::Stderr, line);
        let seen_as = Path::new(hooks_dir::IN_TARGET);
        let (tree, contract) = (Some(self.tree.as_path()), self.contract.clone());
        let time = self.stop.remaining();
        let env = sourcing::source(&self.hooks, seen_as, tree, contract, time, &mut sink)?;
        Ok(self.env.get_or_init(|| env))
    }

    fn program(&self, program: &str) -> Result<Program> {
        let program = Program::new(program).env_clear().envs(self.env()?).chroot(&self.tree).cwd("/");
        Ok(program.timeout(self.stop.remaining()))
    }

    fn run(&self, program: &Program) -> Result<Exit> {
        program.run(&mut |stream, line| {
            let stream = match stream {
                process::Stream::Stdout => Stream::Stdout,
                process::Stream::Stderr => Stream::Stderr,
            };
            (self.output.0)(stream, &String::from_utf8_lossy(line));
        })
    }

    fn install_packages(&self, options: &[&str], packages: &[String]) -> Result<()> {
        let program = self.program("install-packages")?.args(options).args(packages);
        Ok(self.run(&program)?.check()?)
    }

    fn systemctl(&self, verb: &str, services: &[String]) -> Result<()> {
        Ok(self.run(&self.program("systemctl")?.arg(verb).args(services))?.check()?)
    }

    fn variable(&self, name: &str) -> Result<String> {
        Ok(self.env()?.get(name).cloned().unwrap_or_default())
    }
}

impl HostDistribution for ShellDistribution {
    fn called(self: Arc<Self>, stop: Stop, lines: Lines) -> Arc<dyn Distribution> {
        Arc::new(ShellDistribution { stop, output: ShellOutput(lines), ..(*self).clone() })
    }
}

impl Distribution for ShellDistribution {
    fn describe(&self) -> Result<Identity> {
        let name = self.variable("DISTRO_NAME")?;
        ensure!(!name.is_empty(), "the distribution's elements do not export DISTRO_NAME in environment.d");
        let family = FAMILIES.iter().find(|(_, members)| members.contains(&name.as_str()));
        let family = family.map_or(String::new(), |(family, _)| (*family).to_owned());
        Ok(Identity { family, release: self.variable("DIB_RELEASE")?, name })
    }

    /// Shell distributions read their lists when they install.
    fn refresh(&self) -> Result<()> {
        Ok(())
    }

    fn upgrade(&self) -> Result<()> {
        self.install_packages(&["-u"], &[])
    }

    fn install(&self, packages: &[String]) -> Result<()> {
        self.install_packages(&[], packages)
    }

    fn remove(&self, packages: &[String]) -> Result<()> {
        self.install_packages(&["-e"], packages)
    }

    fn installed(&self, packages: &[String]) -> Result<Vec<bool>> {
        let query: &[&str] = match self.describe()?.family.as_str() {
            "debian" => &["dpkg", "--status"],
            _ => &["rpm", "--query"],
        };
        let is_installed = |package: &String| {
            let program = self.program(query[0])?.args(&query[1..]).arg(package);
            let exit =
                program.run(&mut |_, _| {}).with_context(|| format!("asking for package {package}"))?;
            match exit.ended {
                Ended::Code(code) => Ok(code == 0),
                _ => Err(CommandFailed(exit).into()),
            }
        };
        packages.iter().map(is_installed).collect()
    }

    fn enable(&self, services: &[String]) -> Result<()> {
        self.systemctl("enable", services)
    }

    fn disable(&self, services: &[String]) -> Result<()> {
        self.systemctl("disable", services)
    }
}
