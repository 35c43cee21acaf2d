//! What an element is given: a folder with an optional `case.toml` and `tree/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::document::{DocumentError, Section};
use crate::element::Element;
use crate::element::capability::Grant;
use crate::plugin::{Answers, CommandAnswer, Identity};
use crate::spec::{Arch, Format, Given, ImageSpec, Source};

/// The file of a case that says what the hooks do.
pub const EXPECTED: &str = "expected.txt";

/// The file that says what is given.
const CASE: &str = "case.toml";

/// The system that an image is where a case does not say: distribution, family, release.
const DISTRIBUTION: [&str; 3] = ["debian", "debian", "bookworm"];

/// Where the cases of an element are, which may be one file: the folder beside it.
pub fn beside(element: &Path) -> PathBuf {
    let folder = if element.is_dir() { element.to_owned() } else { element.with_file_name("") };
    folder.join("tests")
}

/// One case of an element's expectations.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The name of its folder.
    pub name: String,
    folder: PathBuf,
    arch: Arch,
    parameters: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    denied: Vec<Grant>,
    block_device: Option<String>,
    identity: Identity,
    installed: Vec<String>,
    commands: Vec<CommandAnswer>,
    /// URLs with the files that stand in for them.
    fetches: Vec<(String, PathBuf)>,
}

impl Case {
    /// The cases in a folder, sorted by name; none if it does not exist.
    ///
    /// # Errors
    ///
    /// Fails if the folder cannot be read, or a `case.toml` is wrong.
    pub fn all(folder: &Path) -> Result<Vec<Case>> {
        let mut folders = Vec::new();
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
            let path = entry?.path();
            let has = |file: &str| path.join(file).exists();
            if has(CASE) || has(EXPECTED) || has("tree") {
                folders.push(path);
            }
        }
        folders.sort();
        folders.iter().map(|folder| Case::load(folder)).collect()
    }

    /// The case in a folder, which need not exist.
    ///
    /// # Errors
    ///
    /// Fails if its `case.toml` is wrong.
    pub fn load(folder: &Path) -> Result<Case> {
        let path = folder.join(CASE);
        let text = if path.exists() {
            fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?
        } else {
            String::new()
        };
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let told = |error: DocumentError| {
            let hint = error.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            anyhow::anyhow!("{}: {error}{hint}", path.display())
        };
        let case = Case::parse(&text).map_err(told)?;
        Ok(Case { name, folder: folder.to_owned(), ..case })
    }

    fn parse(text: &str) -> Result<Case, DocumentError> {
        let mut top = Section::parse(text)?;
        let case = Case {
            arch: top.read("arch", str::parse)?.unwrap_or_default(),
            parameters: top.section("parameters")?.texts()?,
            environment: top.section("environment")?.texts()?,
            denied: top.list("denied", str::parse)?,
            block_device: top.take("block-device")?,
            identity: identity(top.section("distribution")?)?,
            installed: top.take("installed")?.unwrap_or_default(),
            commands: top.repeated("commands")?.into_iter().map(command).collect::<Result<_, _>>()?,
            fetches: top.repeated("fetches")?.into_iter().map(fetch).collect::<Result<_, _>>()?,
            ..Case::default()
        };
        top.finish()?;
        Ok(case)
    }

    /// The folder's `case.toml`, as messages name it.
    pub(super) fn shown(&self) -> String {
        self.folder.join(CASE).display().to_string()
    }

    /// The file that says what the hooks do.
    pub fn expected(&self) -> PathBuf {
        self.folder.join(EXPECTED)
    }

    /// The tree that the hooks find, if the case brings one.
    pub(super) fn tree(&self) -> Option<PathBuf> {
        Some(self.folder.join("tree")).filter(|tree| tree.is_dir())
    }

    /// What stands in for the machine.
    pub(super) fn answers(&self) -> Result<Answers> {
        let file = |(url, path): &(String, PathBuf)| {
            let path = self.folder.join(path);
            let contents = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            Ok((url.clone(), contents))
        };
        Ok(Answers {
            identity: self.identity.clone(),
            installed: self.installed.clone(),
            commands: self.commands.clone(),
            files: self.fetches.iter().map(file).collect::<Result<_>>()?,
            host: self.folder.join("host"),
        })
    }

    /// What is planned: the element has all that it asks for, but for what is denied.
    pub(super) fn spec(&self, element: &Element) -> ImageSpec {
        let wishes = element.component.iter().flat_map(|component| component.manifest.capabilities.grants());
        let granted = wishes.filter(|wish| !self.denied.contains(wish));
        let setting = |(name, value): (&String, &String)| Given {
            what: (format!("{}.{name}", element.name), value.clone()),
            source: Source::Case,
        };
        ImageSpec {
            output: PathBuf::from("image.raw"),
            formats: vec![Format::Raw],
            arch: self.arch,
            settings: self.parameters.iter().map(setting).collect(),
            environment: self.environment.clone(),
            grants: granted
                .map(|grant| Given { what: (element.name.clone(), grant), source: Source::Case })
                .collect(),
            block_device: self.block_device.clone(),
            ..ImageSpec::default()
        }
    }
}

fn identity(mut system: Section) -> Result<Identity, DocumentError> {
    let [name, family, release] = DISTRIBUTION.map(str::to_owned);
    let identity = Identity {
        name: system.take("name")?.unwrap_or(name),
        family: system.take("family")?.unwrap_or(family),
        release: system.take("release")?.unwrap_or(release),
    };
    system.finish()?;
    Ok(identity)
}

fn command(mut command: Section) -> Result<CommandAnswer, DocumentError> {
    let answer = CommandAnswer {
        run: command.require("run")?,
        status: command.take("status")?.unwrap_or_default(),
        output: command.take("output")?.unwrap_or_default(),
        missing: command.take("missing")?.unwrap_or_default(),
    };
    command.finish()?;
    Ok(answer)
}

fn fetch(mut fetch: Section) -> Result<(String, PathBuf), DocumentError> {
    let file = (fetch.require("url")?, fetch.require("file")?);
    fetch.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_says_what_is_given() {
        let case = Case::parse(
            "arch = 'arm64'\ndenied = ['chroot']\ninstalled = ['curl']\n[parameters]\nport = 22\n\
             [distribution]\nname = 'fedora'\nfamily = 'redhat'\nrelease = '42'\n\
             [[commands]]\nrun = 'id -u'\noutput = \"0\\n\"\n[[commands]]\nrun = 'ip'\nmissing = true\n[[fetches]]\nurl = 'https://e.org/x'\nfile = 'x'\n",
        )
        .unwrap();
        assert_eq!((case.arch, case.denied), (Arch::Arm64, vec![Grant::Chroot]));
        assert_eq!((case.parameters["port"].as_str(), case.identity.family.as_str()), ("22", "redhat"));
        let answer = |run: &str| CommandAnswer { run: run.into(), ..CommandAnswer::default() };
        let expected = [
            CommandAnswer { output: "0\n".into(), ..answer("id -u") },
            CommandAnswer { missing: true, ..answer("ip") },
        ];
        assert_eq!(case.commands, expected);
        assert_eq!(Case::parse("").unwrap().identity.release, "bookworm");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_key() {
        for (text, message) in [
            ("paramters = {}", "unknown key 'paramters'"),
            ("[[commands]]\nstatus = 1", "commands[0].run: is missing"),
            (
                "[[commands]]\nrun = 'x'\nstatus = 300",
                "commands[0].status: invalid value: integer `300`, expected u8",
            ),
            (
                "denied = ['root']",
                "denied: unknown capability 'root' (known: environment=NAME, host-file=PATH, host-program=NAME, url=PREFIX, chroot, block-device)",
            ),
        ] {
            assert_eq!(Case::parse(text).unwrap_err().message, message, "{text}");
        }
    }
}
